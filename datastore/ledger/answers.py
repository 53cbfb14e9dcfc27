"""What was collected from Label Studio: each state of each annotation, and the cursor behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Subquery, and_, exists, func, or_, select, update

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore, upsert
from datastore.ledger.tables import accepted_readings, agreements, collected, cursors, gold, projects, second_looks, tasks
from datastore.ledger.tasks import answered
from schemas.labelling import Agreement, Compared, Effort, Kind, Queue, Side, Work


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


@dataclass(frozen=True, slots=True)
class SecondLook:
    """An image of which a third person decides, why, and between which readings."""

    image_id: str
    annotation_config: str
    reason: str
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


def given_to_two(connection: Connection, annotation_config: str, image_ids: Iterable[str]) -> set[str]:
    """Those of the images that have a task on side B."""
    found: set[str] = set()
    for chunk in in_chunks(sorted(set(image_ids))):
        found.update(connection.scalars(
            select(tasks.c.image_id).join(projects, projects.c.key == tasks.c.project)
            .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.B, tasks.c.image_id.in_(chunk))))
    return found


def add_agreement(connection: Connection, kind: Kind, run: str, image_id: str, one: str, other: str, figures: Agreement,
                  agreed: bool) -> None:
    """Notes how far two readings agree; ``one`` and ``other`` are their ids."""
    upsert(connection, agreements, {"one": one, "other": other, "kind": kind, "annotation_config": run, "image_id": image_id,
                                    **asdict(figures), "agreed": agreed})


def drop_agreements(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> None:
    """Forgets what was compared of images, before it is compared anew."""
    for chunk in in_chunks(image_ids):
        of_config = agreements.c.annotation_config.startswith(f"{annotation_config}@", autoescape=True)
        connection.execute(agreements.delete().where(agreements.c.image_id.in_(chunk), of_config))


def want_second_look(connection: Connection, wanted: SecondLook) -> bool:
    """Notes that a third person decides of an image; the first reason stays. True where it is new."""
    return bool(insert_or_ignore(connection, second_looks, [{**asdict(wanted), "shown": list(wanted.shown)}]))


def second_looks_without_task(ledger: Ledger, annotation_config: str, project: str = "") -> list[SecondLook]:
    """Second looks that nobody has settled and that have no task in this project yet, in order of image id."""
    has_task = select(tasks.c.subject).where(tasks.c.project == project)
    settled = _looked(annotation_config, sound=True)
    with ledger.read() as connection:
        rows = connection.execute(
            select(second_looks).where(second_looks.c.annotation_config == annotation_config,
                                       second_looks.c.image_id.not_in(has_task), ~settled)
            .order_by(second_looks.c.image_id))
        return [SecondLook(row.image_id, row.annotation_config, row.reason, tuple(row.shown)) for row in rows]


def needless_second_looks(ledger: Ledger, annotation_config: str) -> list[str]:
    """Images that wait for a second look although a reading of the first readers is accepted by now; gold is not among them."""
    of_config = second_looks.c.annotation_config == annotation_config
    is_gold = exists().where(gold.c.image_id == second_looks.c.image_id, gold.c.annotation_config == annotation_config)
    accepted = exists().where(accepted_readings.c.image_id == second_looks.c.image_id,
                              accepted_readings.c.annotation_config == annotation_config)
    looked = _looked(annotation_config)
    with ledger.read() as connection:
        return list(connection.scalars(select(second_looks.c.image_id).where(of_config, accepted, ~is_gold, ~looked)
                                       .order_by(second_looks.c.image_id)))


def _looked(annotation_config: str, *, sound: bool = False) -> ColumnElement[bool]:
    """Whether somebody has answered the second look of a row of ``second_looks``; soundly, where that is asked."""
    query = (select(collected.c.image_id).join(projects, projects.c.key == collected.c.project)
             .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.SECOND_LOOK,
                    collected.c.image_id == second_looks.c.image_id, ~collected.c.deleted))
    if sound:
        query = query.where(collected.c.reading_id.is_not(None), collected.c.problem.is_(None))
    return query.exists()


def stuck_second_looks(ledger: Ledger, annotation_config: str) -> list[tuple[int, int, str]]:
    """(project id, task id, what is wrong) of second looks whose answer cannot be accepted and that nobody has mended."""
    newest = _newest()
    open_still = ~exists().where(accepted_readings.c.image_id == newest.c.image_id,
                                 accepted_readings.c.annotation_config == annotation_config)
    query = (select(projects.c.project_id, newest.c.task_id, newest.c.problem)
             .join(projects, projects.c.key == newest.c.project)
             .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.SECOND_LOOK, ~projects.c.deleted,
                    open_still, or_(newest.c.problem.is_not(None), newest.c.skipped))
             .order_by(newest.c.task_id))
    with ledger.read() as connection:
        return [(row.project_id, row.task_id, row.problem or "it was skipped") for row in connection.execute(query)]


def stranded(ledger: Ledger, annotation_config: str) -> list[str]:
    """Images that were answered on side A, have no accepted reading, no task on side B and no second look."""
    on_b = (select(tasks.c.image_id).join(projects, projects.c.key == tasks.c.project)
            .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.B,
                   tasks.c.image_id == collected.c.image_id).exists())
    accepted = exists().where(accepted_readings.c.image_id == collected.c.image_id,
                              accepted_readings.c.annotation_config == annotation_config)
    looks = exists().where(second_looks.c.image_id == collected.c.image_id, second_looks.c.annotation_config == annotation_config)
    query = (select(collected.c.image_id).distinct().join(projects, projects.c.key == collected.c.project)
             .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.A, ~collected.c.deleted,
                    ~collected.c.skipped, collected.c.image_id.is_not(None), ~on_b, ~accepted, ~looks)
             .order_by(collected.c.image_id))
    with ledger.read() as connection:
        return list(connection.scalars(query))


def drop_second_look(connection: Connection, annotation_config: str, image_id: str) -> None:
    """Nobody has to decide of an image any more."""
    connection.execute(second_looks.delete().where(second_looks.c.image_id == image_id,
                                                   second_looks.c.annotation_config == annotation_config))


def get_cursor(ledger: Ledger, name: str) -> datetime | None:
    """How far a reader of changes has come; None before its first time."""
    with ledger.read() as connection:
        at: Any = connection.scalar(select(cursors.c.at).where(cursors.c.name == name))
        return at if isinstance(at, datetime) else None


def set_cursor(connection: Connection, name: str, at: datetime) -> None:
    """Moves a cursor."""
    upsert(connection, cursors, {"name": name, "at": at})


def work(ledger: Ledger, annotation_config: str | None = None) -> list[Work]:
    """What people did: the newest state of each annotation that stands."""
    newest = _newest()
    query = (select(newest, projects.c.annotation_config, projects.c.config_version, projects.c.side)
             .join(projects, projects.c.key == newest.c.project)
             .order_by(newest.c.revision, newest.c.annotation_id))
    if annotation_config:
        query = query.where(projects.c.annotation_config == annotation_config)
    with ledger.read() as connection:
        return [Work(_run(row), Side(row.side), row.reader, row.revision, row.lead_time, row.skipped, row.problem,
                     Effort(**row.effort) if row.effort else None) for row in connection.execute(query)]


def compared(ledger: Ledger, annotation_config: str | None = None) -> list[Compared]:
    """What was compared: pairs of people, and people with the truth of gold."""
    query = select(agreements).order_by(agreements.c.image_id, agreements.c.one, agreements.c.other)
    if annotation_config:
        query = query.where(agreements.c.annotation_config.startswith(f"{annotation_config}@", autoescape=True))
    with ledger.read() as connection:
        readers = {row.reading_id: (row.reader, bool(row.effort and row.effort["model"])) for row in connection.execute(
            select(collected.c.reading_id, collected.c.reader, collected.c.effort).where(collected.c.reading_id.is_not(None)))}
        return [Compared(row.annotation_config, Kind(row.kind), readers[row.one][0], readers[row.other][0],
                         Agreement(row.regions, row.cer, row.attributes), row.agreed, readers[row.one][1], readers[row.other][1])
                for row in connection.execute(query)]


def queues(ledger: Ledger, since_revision: int, days: float, annotation_config: str | None = None) -> list[Queue]:
    """All projects with their tasks.

    Args:
        ledger: where.
        since_revision: moment from which answers count for the rate, in ms since 1970.
        days: how many days have passed since then.
        annotation_config: only this one's.
    """
    query = select(projects).where(projects.c.project_id.is_not(None), ~projects.c.deleted).order_by(
        projects.c.annotation_config, projects.c.config_version, projects.c.side)
    if annotation_config:
        query = query.where(projects.c.annotation_config == annotation_config)
    found = []
    with ledger.read() as connection:
        for row in connection.execute(query).all():
            of_project = collected.c.project == row.key
            there = select(func.count()).select_from(tasks).where(tasks.c.project == row.key, tasks.c.task_id.is_not(None))
            recent = connection.scalar(select(func.count(collected.c.subject.distinct())).where(
                of_project, ~collected.c.deleted, collected.c.revision >= since_revision)) or 0
            found.append(Queue(_run(row), Side(row.side), row.project_id, connection.scalar(there) or 0,
                               connection.scalar(there.where(~answered())) or 0, recent / days if recent else None))
    return found


def _run(row: Row[Any]) -> str:
    return f"{row.annotation_config}@{row.config_version}"
