"""Images that people are measured with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, exists, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import gold, tasks
from schemas.labelling import GoldGiven


def gold_given(ledger: Ledger, annotation_config: str, project: str) -> GoldGiven:
    """How many tasks of a project are about gold, and how many it has in all."""
    of_project = tasks.c.project == project
    is_gold = exists().where(gold.c.image_id == tasks.c.image_id, gold.c.annotation_config == annotation_config)
    with ledger.read() as connection:
        count = select(func.count()).select_from(tasks)
        return GoldGiven(gold=connection.scalar(count.where(of_project, is_gold)) or 0,
                         tasks=connection.scalar(count.where(of_project)) or 0)


def add_gold(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> int:
    """Makes images gold; returns how many were not."""
    return insert_or_ignore(connection, gold, [
        {"image_id": image_id, "annotation_config": annotation_config} for image_id in image_ids])


def gold_images(connection: Connection, annotation_config: str) -> set[str]:
    """Images that are gold."""
    return set(connection.scalars(select(gold.c.image_id).where(gold.c.annotation_config == annotation_config)))
