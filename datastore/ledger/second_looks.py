"""Images of which a third person decides."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from datastore.ledger.annotations import newest_states
from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import accepted_readings, annotations, gold, projects, second_looks, tasks
from schemas.answers import SecondLook, StuckLook
from schemas.labelling import Side


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
        return [SecondLook(row.image_id, row.annotation_config, row.reason, tuple(row.shown), row.doubted) for row in rows]


def second_looks_at(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> set[str]:
    """Those of some images that have a second look, whether somebody has answered it or not."""
    return {image_id for some in in_chunks(image_ids) for image_id in connection.scalars(
        select(second_looks.c.image_id).where(second_looks.c.annotation_config == annotation_config,
                                              second_looks.c.image_id.in_(some)))}


def needless_second_looks(ledger: Ledger, annotation_config: str) -> list[str]:
    """Images that wait for a second look although a reading of the first readers is accepted by now.

    Neither gold nor doubted labels are among them: nobody but the third person settles those.
    """
    of_config = second_looks.c.annotation_config == annotation_config
    is_gold = exists().where(gold.c.image_id == second_looks.c.image_id, gold.c.annotation_config == annotation_config)
    accepted = exists().where(accepted_readings.c.image_id == second_looks.c.image_id,
                              accepted_readings.c.annotation_config == annotation_config)
    looked = _looked(annotation_config)
    with ledger.read() as connection:
        return list(connection.scalars(
            select(second_looks.c.image_id).where(of_config, accepted, ~is_gold, ~looked, ~second_looks.c.doubted)
            .order_by(second_looks.c.image_id)))


def _looked(annotation_config: str, *, sound: bool = False) -> ColumnElement[bool]:
    """Whether somebody has answered the second look of a row of ``second_looks``; soundly, where that is asked."""
    query = (select(annotations.c.image_id).join(projects, projects.c.key == annotations.c.project)
             .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.SECOND_LOOK,
                    annotations.c.image_id == second_looks.c.image_id, ~annotations.c.deleted))
    if sound:
        query = query.where(annotations.c.reading_id.is_not(None), annotations.c.problem.is_(None))
    return query.exists()


def stuck_second_looks(ledger: Ledger, annotation_config: str) -> list[StuckLook]:
    """Second looks whose answer cannot be accepted and that nobody has mended, in order of their task's number."""
    newest = newest_states()
    open_still = ~exists().where(accepted_readings.c.image_id == newest.c.image_id,
                                 accepted_readings.c.annotation_config == annotation_config)
    query = (select(projects.c.project_id, newest.c.task_id, newest.c.problem)
             .join(projects, projects.c.key == newest.c.project)
             .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.SECOND_LOOK, ~projects.c.deleted,
                    open_still, or_(newest.c.problem.is_not(None), newest.c.skipped))
             .order_by(newest.c.task_id))
    with ledger.read() as connection:
        return [StuckLook(row.project_id, row.task_id, row.problem or "it was skipped") for row in connection.execute(query)]


def drop_second_look(connection: Connection, annotation_config: str, image_id: str) -> None:
    """Nobody has to decide of an image any more."""
    connection.execute(second_looks.delete().where(second_looks.c.image_id == image_id,
                                                   second_looks.c.annotation_config == annotation_config))
