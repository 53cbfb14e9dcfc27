"""What was collected from Label Studio: each state of each annotation, and the cursor behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import collected, projects, tasks
from schemas.labelling import Effort, Side


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """What became of one state of one annotation.

    ``project`` is the project's key; ``lead_time`` in seconds; ``revision`` in ms since 1970.
    """

    annotation_id: int
    revision: int
    project: str
    task_id: int
    subject: str | None
    image_id: str | None
    reader: str
    reading_id: str | None
    skipped: bool
    lead_time: float | None
    problem: str | None
    effort: Effort | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest state of one annotation that stands, and the project that it was given in.

    ``shown`` are the ids of the readings that were on the screen.
    """

    side: Side
    run: str
    subject: str
    image_id: str
    annotation_id: int
    revision: int
    reader: str
    reading_id: str | None
    skipped: bool
    problem: str | None
    shown: tuple[str, ...]


def seen_annotations(connection: Connection, project: str, keys: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (annotation id, revision) of a project that were collected before."""
    seen: set[tuple[int, int]] = set()
    for chunk in in_chunks(sorted({annotation_id for annotation_id, _ in keys})):
        rows = connection.execute(select(collected.c.annotation_id, collected.c.revision)
                                  .where(collected.c.project == project, collected.c.annotation_id.in_(chunk)))
        seen.update((row.annotation_id, row.revision) for row in rows)
    return seen & set(keys)


def add_annotations(connection: Connection, rows: Sequence[AnnotationRow]) -> int:
    """Notes collected annotations; returns how many states were new."""
    return insert_or_ignore(connection, collected, [
        {**asdict(row), "effort": asdict(row.effort) if row.effort else None, "deleted": False} for row in rows])


@dataclass(frozen=True, slots=True)
class Standing:
    """A task as Label Studio has it now: what it is about, and the ids of all annotations that it has."""

    task_id: int
    subject: str
    annotation_ids: frozenset[int]


def take_back(connection: Connection, project: str, standing: Iterable[Standing]) -> set[str]:
    """Marks annotations that are gone from Label Studio as deleted; returns the images whose annotations they were.

    What was collected of another subject under the same numbers stays: a server that was restored gives them a second time.
    """
    images: set[str] = set()
    there = {item.task_id: item for item in standing}
    for chunk in in_chunks(sorted(there)):
        rows = connection.execute(
            select(collected.c.annotation_id, collected.c.task_id, collected.c.subject, collected.c.image_id).distinct()
            .where(collected.c.project == project, collected.c.task_id.in_(chunk), ~collected.c.deleted))
        gone = [row for row in rows if row.annotation_id not in there[row.task_id].annotation_ids
                and row.subject in (None, there[row.task_id].subject)]
        for row in gone:
            connection.execute(update(collected).where(
                collected.c.project == project, collected.c.annotation_id == row.annotation_id,
                collected.c.subject.is_not_distinct_from(row.subject)).values(deleted=True))
        images.update(row.image_id for row in gone if row.image_id)
    return images


def _newest(*conditions: ColumnElement[bool]) -> Subquery:
    """The newest state of each annotation that stands. One of another subject is another one, though its number be the same."""
    state = func.row_number().over(
        partition_by=(collected.c.project, collected.c.subject, collected.c.annotation_id),
        order_by=collected.c.revision.desc()).label("state")
    ranked = select(collected, state).where(~collected.c.deleted, *conditions).subquery()
    return select(ranked).where(ranked.c.state == 1).subquery("newest")


def given(connection: Connection, annotation_config: str, image_ids: Iterable[str]) -> dict[str, list[Answer]]:
    """What people answered about images under any version of a config, by image id: each annotation's newest state."""
    found: dict[str, list[Answer]] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        newest = _newest(collected.c.image_id.in_(chunk))
        rows = connection.execute(
            select(newest, projects.c.side, projects.c.annotation_config, projects.c.config_version, tasks.c.shown)
            .join(projects, projects.c.key == newest.c.project)
            .join(tasks, and_(tasks.c.project == newest.c.project, tasks.c.subject == newest.c.subject))
            .where(projects.c.annotation_config == annotation_config)
            .order_by(newest.c.revision, newest.c.annotation_id))
        for row in rows:
            found.setdefault(row.image_id, []).append(Answer(
                Side(row.side), f"{row.annotation_config}@{row.config_version}", row.subject, row.image_id, row.annotation_id,
                row.revision, row.reader, row.reading_id, row.skipped, row.problem, tuple(row.shown)))
    return found


def answered_subjects(ledger: Ledger, project: str) -> set[str]:
    """What of a project somebody has annotated or skipped, as far as it was collected."""
    with ledger.read() as connection:
        return {subject for subject in connection.scalars(select(collected.c.subject).distinct().where(
            collected.c.project == project, ~collected.c.deleted)) if subject}


