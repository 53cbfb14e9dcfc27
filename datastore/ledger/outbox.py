"""The outbox of Label Studio tasks: a row is written before its task is pushed, and confirmed when Label Studio has it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import annotations, projects, tasks, unreadable_tasks
from schemas.label_tasks import TaskRow


def plan_tasks(connection: Connection, rows: Sequence[TaskRow]) -> int:
    """Writes down that these tasks are about to be pushed; those planned before stay as they are. Returns how many are new."""
    return insert_or_ignore(connection, tasks, [
        {"project": row.project, "subject": row.subject, "config_version": row.config_version, "image_id": row.image_id,
         "taken_by": row.taken_by, "shown": list(row.shown), "reason": row.reason, "place": row.place}
        for row in rows])


def last_place(connection: Connection, project: str) -> int:
    """The last place in a project's queue; 0 where it is empty."""
    return connection.scalar(select(func.max(tasks.c.place)).where(tasks.c.project == project)) or 0


def queue_places(ledger: Ledger, project: str) -> dict[str, int]:
    """The place of each task of a project among all that were ever planned there, counted from 1, by subject."""
    with ledger.read() as connection:
        subjects = connection.scalars(select(tasks.c.subject).where(tasks.c.project == project)
                                      .order_by(tasks.c.place, tasks.c.subject))
        return {subject: place for place, subject in enumerate(subjects, 1)}


def unconfirmed(ledger: Ledger, project: str) -> list[TaskRow]:
    """Tasks that were planned, and may or may not be in Label Studio, in the order of the queue; none that was answered."""
    with ledger.read() as connection:
        return [_row(row) for row in connection.execute(
            select(tasks).where(tasks.c.project == project, tasks.c.task_id.is_(None), ~answered())
            .order_by(tasks.c.place, tasks.c.subject))]


def answered() -> ColumnElement[bool]:
    """Whether an answer to a row of ``tasks`` was collected and stands; of a second look, one that settles it."""
    settles = and_(annotations.c.reading_id.is_not(None), annotations.c.problem.is_(None))
    return exists().where(annotations.c.project == tasks.c.project, annotations.c.subject == tasks.c.subject,
                          ~annotations.c.deleted, or_(tasks.c.reason.is_(None), settles))


def carry_over(connection: Connection, lost: str, project: str) -> int:
    """Plans in another project what nobody has answered in a lost one, in the same order; returns how many are new there.

    The lost project keeps its rows: they say what was shown to those who answered.
    """
    there = tasks.alias()
    known = exists().where(there.c.project == project, there.c.subject == tasks.c.subject)
    copied = ["subject", "config_version", "image_id", "taken_by", "shown", "marked", "reason", "place"]
    open_ones = select(literal(project), *(tasks.c[name] for name in copied)).where(
        tasks.c.project == lost, ~answered(), ~known)
    return connection.execute(insert(tasks).from_select(["project", *copied], open_ones)).rowcount


def unmarked(ledger: Ledger, project: str) -> list[TaskRow]:
    """Tasks that show a reading, were never posted, and of which nothing says yet what the screen marks."""
    with ledger.read() as connection:
        rows = [_row(row) for row in connection.execute(select(tasks).where(
            tasks.c.project == project, tasks.c.task_id.is_(None), tasks.c.after_task.is_(None), tasks.c.marked.is_(None))
            .order_by(tasks.c.place, tasks.c.subject))]
    return [row for row in rows if row.shown]


def note_marked(connection: Connection, project: str, marked: Mapping[str, Mapping[str, float]]) -> None:
    """Notes what the screen marks in tasks that were never posted, by subject: see ``TaskRow.marked``."""
    if marked:
        connection.execute(
            update(tasks).where(tasks.c.project == project, tasks.c.subject == bindparam("of"), tasks.c.after_task.is_(None))
            .values(marked=bindparam("to")), [{"of": subject, "to": dict(marks)} for subject, marks in marked.items()])


def mark_posted(connection: Connection, project: str, subjects: Sequence[str], after_task: int, at: datetime) -> None:
    """Notes that a post of these tasks is about to begin: from now on they may be in Label Studio, with a higher id."""
    for chunk in in_chunks(subjects):
        connection.execute(update(tasks).where(
            tasks.c.project == project, tasks.c.subject.in_(chunk), tasks.c.task_id.is_(None),
        ).values(posted_at=at, after_task=func.coalesce(tasks.c.after_task, after_task)))


def confirm(connection: Connection, project: str, task_ids: Mapping[str, int]) -> None:
    """Notes the ids that Label Studio gave, by subject."""
    if task_ids:
        connection.execute(
            update(tasks).where(tasks.c.project == project, tasks.c.subject == bindparam("of"))
            .values(task_id=bindparam("to")),
            [{"of": subject, "to": task_id} for subject, task_id in task_ids.items()])


def forget(connection: Connection, project: str, subjects: Iterable[str]) -> None:
    """Label Studio has these tasks no more: they are pushed again."""
    for chunk in in_chunks(sorted(subjects)):
        connection.execute(update(tasks).where(tasks.c.project == project, tasks.c.subject.in_(chunk))
                           .values(task_id=None, after_task=None, posted_at=None))


def note_collected(connection: Connection, project: str, changes: Mapping[str, datetime]) -> None:
    """Notes which change of each task was collected, by subject."""
    if changes:
        connection.execute(
            update(tasks).where(tasks.c.project == project, tasks.c.subject == bindparam("of"))
            .values(collected_at=bindparam("at")), [{"of": subject, "at": at} for subject, at in changes.items()])


def collected_since(ledger: Ledger, project: str, moment: datetime) -> set[tuple[int, datetime]]:
    """(task id, change) of what was collected and changed at or after a moment."""
    with ledger.read() as connection:
        rows = connection.execute(select(tasks.c.task_id, tasks.c.collected_at).where(
            tasks.c.project == project, tasks.c.task_id.is_not(None), tasks.c.collected_at >= moment))
        return {(row.task_id, row.collected_at) for row in rows}


def note_unreadable(connection: Connection, project: str, changes: Mapping[int, datetime]) -> None:
    """Notes tasks that Label Studio cannot show, with their last change, by task id."""
    forget_unreadable(connection, project, changes)
    insert_or_ignore(connection, unreadable_tasks, [
        {"project": project, "task_id": task_id, "changed_at": at} for task_id, at in changes.items()])


def forget_unreadable(connection: Connection, project: str, task_ids: Iterable[int]) -> None:
    """They were mended or deleted."""
    for chunk in in_chunks(sorted(task_ids)):
        connection.execute(delete(unreadable_tasks).where(
            unreadable_tasks.c.project == project, unreadable_tasks.c.task_id.in_(chunk)))


def unreadable(ledger: Ledger, project: str) -> dict[int, datetime]:
    """Tasks of a project that Label Studio could not show when last asked, with their last change, by task id."""
    with ledger.read() as connection:
        rows = connection.execute(select(unreadable_tasks).where(unreadable_tasks.c.project == project)
                                  .order_by(unreadable_tasks.c.task_id))
        return {row.task_id: row.changed_at for row in rows}


def drop(connection: Connection, project: str, subjects: Sequence[str]) -> None:
    """Takes tasks out of the outbox that were taken out of Label Studio."""
    for chunk in in_chunks(subjects):
        connection.execute(delete(tasks).where(tasks.c.project == project, tasks.c.subject.in_(chunk)))


def confirmed(ledger: Ledger, project: str) -> dict[str, int]:
    """Task ids by subject, of all tasks that Label Studio has confirmed."""
    with ledger.read() as connection:
        rows = connection.execute(select(tasks.c.subject, tasks.c.task_id).where(
            tasks.c.project == project, tasks.c.task_id.is_not(None)))
        return {row.subject: row.task_id for row in rows}


def planned_subjects(ledger: Ledger, project: str) -> set[str]:
    """What the tasks of a project are about, whether Label Studio has them or not."""
    with ledger.read() as connection:
        return set(connection.scalars(select(tasks.c.subject).where(tasks.c.project == project)))


def task_count(ledger: Ledger, project: str) -> int:
    """How many tasks of a project are known to be in Label Studio."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(tasks).where(
            tasks.c.project == project, tasks.c.task_id.is_not(None))) or 0


def task_rows(connection: Connection, project: str, subjects: Sequence[str]) -> dict[str, TaskRow]:
    """Tasks of a project by subject."""
    found: dict[str, TaskRow] = {}
    for chunk in in_chunks(subjects):
        rows = connection.execute(select(tasks).where(tasks.c.project == project, tasks.c.subject.in_(chunk)))
        found.update({row.subject: _row(row) for row in rows})
    return found


def rows_of_image(connection: Connection, annotation_config: str, image_id: str) -> list[TaskRow]:
    """Tasks of an image in the projects of a config, in the order of the queue."""
    return [_row(row) for row in connection.execute(
        select(tasks).join(projects, projects.c.key == tasks.c.project)
        .where(projects.c.annotation_config == annotation_config, tasks.c.image_id == image_id)
        .order_by(tasks.c.place, tasks.c.subject))]


def _row(row: Row[Any]) -> TaskRow:
    values = dict(row._mapping)
    return TaskRow(**{**values, "shown": tuple(values["shown"])})
