"""How far a reader of changes has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import upsert
from datastore.ledger.tables import cursors


def get_cursor(ledger: Ledger, name: str) -> datetime | None:
    """How far a reader of changes has come; None before its first time."""
    with ledger.read() as connection:
        at: Any = connection.scalar(select(cursors.c.at).where(cursors.c.name == name))
        return at if isinstance(at, datetime) else None


def set_cursor(connection: Connection, name: str, at: datetime) -> None:
    """Moves a cursor."""
    upsert(connection, cursors, {"name": name, "at": at})
