"""What a model read beside what was accepted of it: what shows how often its lines are right."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import readings_by_id
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import accepted_readings, annotations, readings, tasks
from schemas.answers import CheckedPrelabel


def recently_accepted(ledger: Ledger, annotation_config: str, limit: int) -> list[str]:
    """Images with an accepted reading of a config and answers of people, the one that was answered last first.

    Args:
        ledger: where.
        annotation_config: its name.
        limit: how many at most.
    """
    query = (select(annotations.c.image_id)
             .join(accepted_readings, and_(accepted_readings.c.image_id == annotations.c.image_id,
                                           accepted_readings.c.annotation_config == annotation_config))
             .where(~annotations.c.deleted).group_by(annotations.c.image_id)
             .order_by(func.max(annotations.c.revision).desc(), annotations.c.image_id).limit(limit))
    with ledger.read() as connection:
        return list(connection.scalars(query))


def checked_prelabels(ledger: Ledger, annotation_config: str, run: str, image_ids: Sequence[str]) -> list[CheckedPrelabel]:
    """What a run of a model read, after its last look, on images with an accepted reading of a config, in order of image id.

    Images that the run has not read are left out, and those whose accepted reading has another unit.
    """
    by_model = readings.alias("by_model")
    found: list[CheckedPrelabel] = []
    with ledger.read() as connection:
        for chunk in in_chunks(image_ids):
            rows = connection.execute(
                select(readings.c.image_id, readings.c.reading_id.label("accepted"), by_model.c.reading_id.label("by_model"))
                .select_from(accepted_readings)
                .join(readings, readings.c.reading_id == accepted_readings.c.reading_id)
                .join(by_model, and_(by_model.c.image_id == accepted_readings.c.image_id, by_model.c.unit == readings.c.unit))
                .where(accepted_readings.c.annotation_config == annotation_config, by_model.c.run == run,
                       accepted_readings.c.image_id.in_(chunk))
                .order_by(accepted_readings.c.image_id, by_model.c.revision))
            pairs = list({row.image_id: row for row in rows}.values())
            there = readings_by_id(connection, [reading_id for pair in pairs for reading_id in (pair.accepted, pair.by_model)])
            marked = _marked(connection, annotation_config, chunk)
            found += [CheckedPrelabel(there[pair.accepted], there[pair.by_model], marked.get(pair.by_model)) for pair in pairs]
    return found


def _marked(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Ids of the regions that the screen marked, by the id of the reading that it showed."""
    found: dict[str, frozenset[str]] = {}
    for row in connection.execute(select(tasks.c.shown, tasks.c.marked).where(
            tasks.c.image_id.in_(image_ids), tasks.c.taken_by == annotation_config, tasks.c.marked.is_not(None))):
        for reading_id in row.shown[:1]:
            found[reading_id] = found.get(reading_id, frozenset()) | frozenset(row.marked)
    return found
