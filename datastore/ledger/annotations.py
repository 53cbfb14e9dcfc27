"""What was collected from Label Studio: each state of each annotation."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import readings_by_id
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import annotations, projects, tasks
from schemas.answers import AnnotationRow, Answer, StandingAnnotation
from schemas.config_version import ConfigVersion
from schemas.labelling import Side


def seen_annotations(connection: Connection, project: str, keys: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the (annotation id, revision) of a project that were collected before."""
    seen: set[tuple[int, int]] = set()
    for chunk in in_chunks(sorted({annotation_id for annotation_id, _ in keys})):
        rows = connection.execute(select(annotations.c.annotation_id, annotations.c.revision)
                                  .where(annotations.c.project == project, annotations.c.annotation_id.in_(chunk)))
        seen.update((row.annotation_id, row.revision) for row in rows)
    return seen & set(keys)


def add_annotations(connection: Connection, rows: Sequence[AnnotationRow]) -> int:
    """Notes collected annotations; returns how many states were new."""
    return insert_or_ignore(connection, annotations, [
        {**asdict(row), "effort": asdict(row.effort) if row.effort else None, "deleted": False} for row in rows])


def standing_annotations(connection: Connection, project: str, task_ids: Iterable[int]) -> list[StandingAnnotation]:
    """Annotations of these tasks of a project that were collected and not taken back."""
    found: list[StandingAnnotation] = []
    for chunk in in_chunks(sorted(set(task_ids))):
        rows = connection.execute(
            select(annotations.c.annotation_id, annotations.c.task_id, annotations.c.subject, annotations.c.image_id).distinct()
            .where(annotations.c.project == project, annotations.c.task_id.in_(chunk), ~annotations.c.deleted))
        found += [StandingAnnotation(*row) for row in rows]
    return found


def mark_taken_back(connection: Connection, project: str, gone: Iterable[StandingAnnotation]) -> None:
    """Marks annotations that are gone from Label Studio as deleted, in all their states."""
    for item in gone:
        connection.execute(update(annotations).where(
            annotations.c.project == project, annotations.c.annotation_id == item.annotation_id,
            annotations.c.subject.is_not_distinct_from(item.subject)).values(deleted=True))


def newest_states(*conditions: ColumnElement[bool]) -> Subquery:
    """The newest state of each annotation that stands. One of another subject is another one, though its number be the same."""
    state = func.row_number().over(
        partition_by=(annotations.c.project, annotations.c.subject, annotations.c.annotation_id),
        order_by=annotations.c.revision.desc()).label("state")
    ranked = select(annotations, state).where(~annotations.c.deleted, *conditions).subquery()
    return select(ranked).where(ranked.c.state == 1).subquery("newest")


def answers_to(connection: Connection, annotation_config: str, image_ids: Iterable[str]) -> dict[str, list[Answer]]:
    """What people answered about images under any version of a config, by image id: each annotation's newest state."""
    found: dict[str, list[Answer]] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        newest = newest_states(annotations.c.image_id.in_(chunk))
        rows = connection.execute(
            select(newest, projects.c.side, projects.c.annotation_config, projects.c.config_version, tasks.c.shown)
            .join(projects, projects.c.key == newest.c.project)
            .join(tasks, and_(tasks.c.project == newest.c.project, tasks.c.subject == newest.c.subject))
            .where(projects.c.annotation_config == annotation_config)
            .order_by(newest.c.revision, newest.c.annotation_id)).all()
        given = readings_by_id(connection, [row.reading_id for row in rows if row.reading_id])
        for row in rows:
            found.setdefault(row.image_id, []).append(Answer(
                Side(row.side), ConfigVersion.of(row.annotation_config, row.config_version), row.subject, row.image_id,
                row.annotation_id, row.revision, row.reader, given[row.reading_id] if row.reading_id else None, row.skipped,
                row.problem, tuple(row.shown)))
    return found


def answered_subjects(ledger: Ledger, project: str) -> set[str]:
    """What of a project somebody has annotated or skipped, as far as it was collected."""
    with ledger.read() as connection:
        return {subject for subject in connection.scalars(select(annotations.c.subject).distinct().where(
            annotations.c.project == project, ~annotations.c.deleted)) if subject}
