"""A ledger that was restored is older than Label Studio may be: which projects have to be looked through, and what moved."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from datastore.ledger.cursors import get_cursor, set_cursor
from datastore.ledger.dumped import RESTORED, RESTORING
from datastore.ledger.engine import Ledger
from datastore.ledger.projects import project_rows
from datastore.ledger.tables import annotations, cursors
from schemas.label_tasks import Project


def restored_at(ledger: Ledger, project: str) -> datetime | None:
    """When the ledger was restored that has not looked through a project since; None where it has."""
    return get_cursor(ledger, RESTORED + project)


def projects_behind(ledger: Ledger) -> list[Project]:
    """Projects that were not looked through and collected from since the ledger was restored; none that was lost."""
    with ledger.read() as connection:
        names = connection.scalars(select(cursors.c.name).where(cursors.c.name.startswith(RESTORED))).all()
    keys = {name.removeprefix(RESTORED) for name in names}
    return [project for project in project_rows(ledger) if project.key in keys] if keys else []


def note_looked_through(connection: Connection, project: str) -> None:
    """All that a project held when the ledger was restored is known, and what was answered there is collected."""
    connection.execute(delete(cursors).where(cursors.c.name == RESTORED + project))


def note_restored(ledger: Ledger) -> None:
    """A restore has done all that it had to: from now on the ledger is one like any other."""
    with ledger.write() as connection:
        connection.execute(delete(cursors).where(cursors.c.name == RESTORING))


def move_annotations(connection: Connection, project: str, to: Mapping[int, tuple[int, int]]) -> None:
    """Label Studio was made anew, and gave the annotations of a project other numbers.

    Args:
        connection: a writing transaction.
        project: its key.
        to: by the earlier number of each annotation, its number now and that of its task.
    """
    if not to:
        return
    moved = [{"of": old, "beside": -new, "task": task} for old, (new, task) in to.items()]
    of_project = annotations.c.project == project
    # In two steps: a number of now may be another annotation's of then.
    connection.execute(update(annotations).where(of_project, annotations.c.annotation_id == bindparam("of")).values(
        annotation_id=bindparam("beside"), task_id=bindparam("task")), moved)
    connection.execute(update(annotations).where(of_project, annotations.c.annotation_id == bindparam("of")).values(
        annotation_id=bindparam("to")), [{"of": -new, "to": new} for new, _ in to.values()])


def note_to_be_looked_through(ledger: Ledger, project: str, now: datetime) -> None:
    """A project was found that the restored ledger had not known."""
    with ledger.write() as connection:
        set_cursor(connection, RESTORED + project, now)
