"""Work is claimed with leases: (kind, key) belongs to one holder until it expires (design D3)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore
from datastore.ledger.tables import leases
from schemas.errors import LeaseLost


@dataclass(frozen=True, slots=True)
class Lease:
    """Claimed work. ``tokens`` maps each key to its fencing token."""

    kind: str
    holder: str
    tokens: dict[str, int]

    @property
    def keys(self) -> list[str]:
        """The keys that were got."""
        return list(self.tokens)


def claim(ledger: Ledger, kind: str, keys: Sequence[str], seconds: int) -> Lease:
    """Claims what of ``keys`` nobody holds, or whose holder has been silent for too long.

    Returns:
        A lease over those keys only; it may be over none.
    """
    holder, now = uuid.uuid4().hex, datetime.now(UTC)
    until = now + timedelta(seconds=seconds)
    with ledger.write() as connection:
        insert_or_ignore(connection, leases, [
            {"kind": kind, "key": key, "holder": holder, "token": 1, "expires_at": until} for key in keys])
        for chunk in in_chunks(keys):
            connection.execute(
                update(leases)
                .where(leases.c.kind == kind, leases.c.key.in_(chunk), leases.c.expires_at < now)
                .values(holder=holder, token=leases.c.token + 1, expires_at=until))
        got: dict[str, int] = {}
        for chunk in in_chunks(keys):
            rows = connection.execute(
                select(leases.c.key, leases.c.token)
                .where(leases.c.kind == kind, leases.c.key.in_(chunk), leases.c.holder == holder))
            got.update({row.key: row.token for row in rows})
    return Lease(kind, holder, {key: got[key] for key in keys if key in got})


def fence(connection: Connection, lease: Lease) -> None:
    """Call inside the writing transaction: nothing is written for work that somebody else has taken over.

    Raises:
        LeaseLost: the transaction must not commit.
    """
    for chunk in in_chunks(lease.keys):
        rows = connection.execute(
            select(leases.c.key, leases.c.token, leases.c.holder)
            .where(leases.c.kind == lease.kind, leases.c.key.in_(chunk)).with_for_update())
        held = {row.key: row.token for row in rows if row.holder == lease.holder}
        lost = [key for key in chunk if held.get(key) != lease.tokens[key]]
        if lost:
            raise LeaseLost(f"{lease.kind}: another worker has taken over {lost[0]}"
                            + (f" and {len(lost) - 1} more" if len(lost) > 1 else ""))


def release(ledger: Ledger, lease: Lease) -> None:
    """Gives claimed work back, done or not. A dead worker's work comes free by itself when its lease expires."""
    with ledger.write() as connection:
        for chunk in in_chunks(lease.keys):
            connection.execute(delete(leases).where(
                leases.c.kind == lease.kind, leases.c.key.in_(chunk), leases.c.holder == lease.holder))
