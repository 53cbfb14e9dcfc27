"""Label Studio tasks and annotations as the ledger knows them: the outbox, the cursor, what was collected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select, update

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore, upsert
from datastore.ledger.readings import ImageRow
from datastore.ledger.tables import collected, cursors, images, readings, submissions, tasks
from schemas.submission import Outcome


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """What became of one state of one annotation. ``lead_time`` in seconds; ``revision`` in ms since 1970."""

    annotation_id: int
    revision: int
    project_id: int
    task_id: int
    image_id: str | None
    reading_id: str | None
    skipped: bool
    lead_time: float | None
    problem: str | None


def images_without_task(ledger: Ledger, project_id: int, config_version: int, run: str) -> list[ImageRow]:
    """Accepted images that this run has read and that have no task yet, in order of id."""
    has_task = exists().where(tasks.c.subject == images.c.image_id, tasks.c.project_id == project_id,
                              tasks.c.config_version == config_version)
    stands = exists().where(submissions.c.image_id == images.c.image_id, submissions.c.outcome == Outcome.ACCEPTED)
    read = exists().where(readings.c.image_id == images.c.image_id, readings.c.run == run)
    with ledger.read() as connection:
        rows = connection.execute(
            select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
            .where(stands, read, ~has_task).order_by(images.c.image_id))
        return [ImageRow(*row) for row in rows]


def plan_tasks(connection: Connection, project_id: int, config_version: int, subjects: Sequence[str]) -> None:
    """Writes down that these tasks are about to be pushed (the outbox): before the push, never after it."""
    insert_or_ignore(connection, tasks, [
        {"project_id": project_id, "subject": subject, "config_version": config_version, "task_id": None}
        for subject in subjects])


def unconfirmed(ledger: Ledger, project_id: int, config_version: int) -> list[ImageRow]:
    """Images whose task was planned, and may or may not be in Label Studio."""
    with ledger.read() as connection:
        rows = connection.execute(
            select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
            .join(tasks, tasks.c.subject == images.c.image_id)
            .where(tasks.c.project_id == project_id, tasks.c.config_version == config_version,
                   tasks.c.task_id.is_(None))
            .order_by(images.c.image_id))
        return [ImageRow(*row) for row in rows]


def confirm(connection: Connection, project_id: int, config_version: int, task_ids: dict[str, int]) -> None:
    """Notes the ids that Label Studio gave, by subject."""
    for subject, task_id in task_ids.items():
        connection.execute(
            update(tasks)
            .where(tasks.c.project_id == project_id, tasks.c.subject == subject,
                   tasks.c.config_version == config_version, tasks.c.task_id.is_(None))
            .values(task_id=task_id))


def task_count(ledger: Ledger, project_id: int) -> int:
    """How many tasks of a project are known to be in Label Studio."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(tasks).where(
            tasks.c.project_id == project_id, tasks.c.task_id.is_not(None))) or 0


def image_row(connection: Connection, image_ids: Sequence[str]) -> dict[str, ImageRow]:
    """Images by id."""
    found: dict[str, ImageRow] = {}
    for chunk in in_chunks(image_ids):
        rows = connection.execute(select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
                                  .where(images.c.image_id.in_(chunk)))
        found.update({row.image_id: ImageRow(*row) for row in rows})
    return found


def seen_annotations(connection: Connection, keys: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (annotation id, revision) that were collected before."""
    seen: set[tuple[int, int]] = set()
    for chunk in in_chunks(sorted({annotation_id for annotation_id, _ in keys})):
        rows = connection.execute(select(collected.c.annotation_id, collected.c.revision)
                                  .where(collected.c.annotation_id.in_(chunk)))
        seen.update((row.annotation_id, row.revision) for row in rows)
    return seen & set(keys)


def add_annotations(connection: Connection, rows: Sequence[AnnotationRow]) -> int:
    """Notes collected annotations; returns how many states were new."""
    return insert_or_ignore(connection, collected, [asdict(row) for row in rows])


def get_cursor(ledger: Ledger, name: str) -> datetime | None:
    """How far a reader of changes has come; None before its first time."""
    with ledger.read() as connection:
        at: Any = connection.scalar(select(cursors.c.at).where(cursors.c.name == name))
        return at if isinstance(at, datetime) else None


def set_cursor(connection: Connection, name: str, at: datetime) -> None:
    """Moves a cursor."""
    upsert(connection, cursors, {"name": name, "at": at})
