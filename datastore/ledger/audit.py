"""Who did what: a list that only grows."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import audit
from schemas.accounts import Act, Deed, Role

ALONE = "audit"
"""Name of the transactions that add to it."""


def add_deed(ledger: Ledger, who: str, role: Role, act: Act, campaign: str | None, subject: str, detail: str = "") -> Deed:
    """Adds a line at the end of the list.

    Args:
        ledger: that has the list.
        who: name of an account; ``command line`` for commands.
        role: as what.
        act: what they did.
        campaign: of which; None where of none.
        subject: of whom or what: a name, a key.
        detail: the reason, or what changed.
    """
    with ledger.write(alone=ALONE) as connection:
        return write_deed(connection, who, role, act, campaign, subject, detail)


def write_deed(connection: Connection, who: str, role: Role, act: Act, campaign: str | None, subject: str,
               detail: str = "") -> Deed:
    """The same in a caller's transaction, so that what was done and its line are there both or neither.

    Its name is ``ALONE``: two at once would take the same number.
    """
    number = (connection.scalar(select(func.max(audit.c.number))) or 0) + 1
    deed = Deed(number, datetime.now(UTC), who, role, act, campaign, subject, detail)
    connection.execute(insert(audit).values(
        number=number, at=deed.at, who=who, role=role, act=act, campaign=campaign, subject=subject, detail=detail))
    return deed


def deeds(ledger: Ledger, campaign: str | None = None, limit: int = 200, before: int | None = None) -> list[Deed]:
    """The newest lines first.

    Args:
        ledger: that has the list.
        campaign: only what was done there; everything where left out.
        limit: so many at most.
        before: only lines with a smaller number: the page behind one that ended with it.
    """
    query = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.number < before)
    if campaign is not None:
        query = query.where(audit.c.campaign == campaign)
    with ledger.read() as connection:
        return [Deed(row.number, row.at, row.who, Role(row.role), Act(row.act), row.campaign, row.subject, row.detail)
                for row in connection.execute(query)]
