"""How far two people's readings of an image agree."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Connection, exists, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, upsert
from datastore.ledger.tables import accepted_readings, agreements, annotations, projects, second_looks, tasks
from schemas.answers import AgreementRow
from schemas.labelling import Side


def given_to_two(connection: Connection, annotation_config: str, image_ids: Iterable[str]) -> set[str]:
    """Those of the images that have a task on side B."""
    found: set[str] = set()
    for chunk in in_chunks(sorted(set(image_ids))):
        found.update(connection.scalars(
            select(tasks.c.image_id).join(projects, projects.c.key == tasks.c.project)
            .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.B, tasks.c.image_id.in_(chunk))))
    return found


def add_agreement(connection: Connection, row: AgreementRow) -> None:
    """Notes how far two readings agree."""
    upsert(connection, agreements, {"one": row.one, "other": row.other, "kind": row.kind, "annotation_config": row.run,
                                    "image_id": row.image_id, **asdict(row.figures), "agreed": row.agreed})


def drop_agreements(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> None:
    """Forgets what was compared of images, before it is compared anew."""
    for chunk in in_chunks(image_ids):
        of_config = agreements.c.annotation_config.startswith(f"{annotation_config}@", autoescape=True)
        connection.execute(agreements.delete().where(agreements.c.image_id.in_(chunk), of_config))


def stranded(ledger: Ledger, annotation_config: str) -> list[str]:
    """Images that were answered on side A, have no accepted reading, no task on side B and no second look."""
    on_b = (select(tasks.c.image_id).join(projects, projects.c.key == tasks.c.project)
            .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.B,
                   tasks.c.image_id == annotations.c.image_id).exists())
    accepted = exists().where(accepted_readings.c.image_id == annotations.c.image_id,
                              accepted_readings.c.annotation_config == annotation_config)
    looks = exists().where(second_looks.c.image_id == annotations.c.image_id,
                           second_looks.c.annotation_config == annotation_config)
    query = (select(annotations.c.image_id).distinct().join(projects, projects.c.key == annotations.c.project)
             .where(projects.c.annotation_config == annotation_config, projects.c.side == Side.A, ~annotations.c.deleted,
                    ~annotations.c.skipped, annotations.c.image_id.is_not(None), ~on_b, ~accepted, ~looks)
             .order_by(annotations.c.image_id))
    with ledger.read() as connection:
        return list(connection.scalars(query))
