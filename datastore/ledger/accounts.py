"""Who enters the portal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Row, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import accounts, participants, submissions
from schemas.accounts import Account, Role


def account(ledger: Ledger, name: str) -> Account | None:
    """The account of a name; None where there is none."""
    return _one(ledger, accounts.c.name == name)


def account_by_address(ledger: Ledger, address: str) -> Account | None:
    """The account of a normalised e-mail address; None where there is none."""
    return _one(ledger, accounts.c.address == address)


def is_taken(ledger: Ledger, name: str) -> bool:
    """Whether a name is somebody's: of an account, or of who sent something without one."""
    tables = (select(accounts.c.name).where(accounts.c.name == name),
              select(participants.c.submitter).where(participants.c.submitter == name),
              select(submissions.c.submitter).where(submissions.c.submitter == name))
    with ledger.read() as connection:
        return any(connection.execute(query.limit(1)).first() for query in tables)


def all_accounts(ledger: Ledger) -> list[Account]:
    """Every account by name, closed ones as well."""
    with ledger.read() as connection:
        return [_account(row) for row in connection.execute(select(accounts).order_by(accounts.c.name))]


def add_account(ledger: Ledger, new: Account) -> bool:
    """Makes an account; False, and nothing is changed, where its name or its address is taken."""
    row = {"name": new.name, "role": new.role, "address": new.address, "created_at": new.created_at,
           "closed_at": new.closed_at, "sessions_from": new.sessions_from}
    with ledger.write() as connection:
        return insert_or_ignore(connection, accounts, [row]) == 1


def change_role(ledger: Ledger, name: str, role: Role) -> None:
    """Says what an account may do from now on."""
    _change(ledger, name, role=role)


def close_account(ledger: Ledger, name: str, at: datetime) -> None:
    """Closes an account: nobody enters by it, and its cookies are worth nothing."""
    _change(ledger, name, closed_at=at, sessions_from=at)


def end_sessions(ledger: Ledger, name: str, at: datetime) -> None:
    """Makes every cookie and link worth nothing that was signed for an account before a moment."""
    _change(ledger, name, sessions_from=at)


def set_address(ledger: Ledger, name: str, address: str) -> None:
    """Notes the e-mail address of an account, by which the company's own log-in finds it."""
    _change(ledger, name, address=address)


def _change(ledger: Ledger, name: str, **values: object) -> None:
    with ledger.write() as connection:
        connection.execute(update(accounts).where(accounts.c.name == name).values(**values))


def _one(ledger: Ledger, condition: ColumnElement[bool]) -> Account | None:
    with ledger.read() as connection:
        row = connection.execute(select(accounts).where(condition)).one_or_none()
    return _account(row) if row else None


def _account(row: Row[tuple[object, ...]]) -> Account:
    return Account(row.name, Role(row.role), row.address, row.created_at, row.sessions_from, row.closed_at)
