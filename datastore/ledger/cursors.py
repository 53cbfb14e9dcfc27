"""How far a reader of changes has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import upsert
from datastore.ledger.tables import cursors
from schemas.ids import digest
from schemas.text import normalise


def get_cursor(ledger: Ledger, name: str) -> datetime | None:
    """How far a reader of changes has come; None before its first time."""
    with ledger.read() as connection:
        at: Any = connection.scalar(select(cursors.c.at).where(cursors.c.name == name))
        return at if isinstance(at, datetime) else None


def listed_at(ledger: Ledger, campaign: str) -> datetime | None:
    """When the last ingest began that listed all raw objects, or all of a campaign; None where none did."""
    names = [listing_of(None), listing_of(campaign)]
    with ledger.read() as connection:
        at: Any = connection.scalar(select(func.max(cursors.c.at)).where(cursors.c.name.in_(names)))
        return at if isinstance(at, datetime) else None


def listing_of(campaign: str | None) -> str:
    """Name of the cursor of listing one campaign's raw objects; of all for None."""
    return "listing" if campaign is None else f"listing {digest('listing', normalise(campaign))}"


def set_cursor(connection: Connection, name: str, at: datetime) -> None:
    """Moves a cursor."""
    upsert(connection, cursors, {"name": name, "at": at})
