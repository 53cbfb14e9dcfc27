"""Who enters the portal."""

from __future__ import annotations

from sqlalchemy import Row, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import accounts
from schemas.accounts import Account, Role


def account(ledger: Ledger, name: str) -> Account | None:
    """The account of a name; None where there is none."""
    with ledger.read() as connection:
        row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
    return _account(row) if row else None


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.name, Role(row.role), row.address, row.created_at, row.sessions_from, row.closed_at)
