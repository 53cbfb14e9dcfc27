"""Names that the ledger knows: what a person may have meant by one that it does not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, func, select

from datastore.ledger.connection import Ledger
from datastore.ledger.tables import accepted_readings, images, submissions

FEW = 3
SHORT = 6
"""So many characters of an id stand for it, at least."""


def campaigns(ledger: Ledger) -> list[str]:
    """Campaigns that something was sent to, sorted."""
    return _values(ledger, submissions.c.campaign)


def annotation_configs(ledger: Ledger) -> list[str]:
    """Annotation configs under which a reading was accepted, sorted."""
    with ledger.read() as connection:
        return list(connection.scalars(select(accepted_readings.c.annotation_config).distinct().order_by(
            accepted_readings.c.annotation_config)))


def image_ids(ledger: Ledger, beginning: str) -> list[str]:
    """Ids of images that begin so, at most three."""
    with ledger.read() as connection:
        return list(connection.scalars(select(images.c.image_id).where(
            images.c.image_id >= beginning, images.c.image_id < beginning + "g").order_by(images.c.image_id).limit(FEW)))


def _values(ledger: Ledger, column: Column[Any]) -> list[str]:
    """Distinct values of an indexed column: one look into the index for each, however many rows there are."""
    found: list[str] = []
    with ledger.read() as connection:
        value = connection.scalar(select(func.min(column)))
        while value is not None:
            found.append(value)
            value = connection.scalar(select(func.min(column)).where(column > value))
    return found
