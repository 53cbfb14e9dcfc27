"""Work is claimed with leases: (kind, key) belongs to one holder until it expires (design D3)."""

from __future__ import annotations

import functools
import os
import platform
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import Connection, delete, or_, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import leases
from schemas.errors import LeaseLost
from schemas.ids import digest

LONG_AGO = timedelta(hours=1)
"""A claim of another machine that ran out this long before is of a dead process: a living one renews it, or finds it lost."""


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
    """Claims what of ``keys`` nobody holds, or whose holder has been silent for too long or is seen to be dead.

    Returns:
        A lease over those keys only; it may be over none.
    """
    holder = own_holder()
    now = datetime.now(UTC)
    until = now + timedelta(seconds=seconds)
    with ledger.write() as connection:
        insert_or_ignore(connection, leases, [
            {"kind": kind, "key": key, "holder": holder, "token": 1, "expires_at": until} for key in keys])
        dead = [name for name in connection.scalars(select(leases.c.holder).where(leases.c.kind == kind).distinct())
                if is_dead(name)]
        for chunk in in_chunks(keys):
            connection.execute(
                update(leases)
                .where(leases.c.kind == kind, leases.c.key.in_(chunk),
                       or_(leases.c.expires_at < now, leases.c.holder.in_(dead)))
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


def renew(ledger: Ledger, lease: Lease, seconds: int) -> None:
    """Says that the holder is alive and at work.

    Raises:
        LeaseLost: it was silent for too long and somebody else has taken over.
    """
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    with ledger.write() as connection:
        fence(connection, lease)
        for chunk in in_chunks(lease.keys):
            connection.execute(update(leases).where(
                leases.c.kind == lease.kind, leases.c.key.in_(chunk), leases.c.holder == lease.holder,
            ).values(expires_at=until))


def sweep(ledger: Ledger) -> int:
    """Removes the claims of holders that are seen to be dead, and those that ran out long ago.

    Returns:
        How many.
    """
    with ledger.write() as connection:
        dead = [name for name in connection.scalars(select(leases.c.holder).distinct()) if is_dead(name)]
        return connection.execute(delete(leases).where(
            or_(leases.c.holder.in_(dead), leases.c.expires_at < datetime.now(UTC) - LONG_AGO))).rowcount


def own_holder() -> str:
    """Machine, process and a random part: enough to see on the same machine whether the process still lives."""
    return f"{_machine()}:{os.getpid()}:{psutil.Process().create_time():.2f}:{uuid.uuid4().hex[:12]}"


def is_dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that has ended. A killed run's work need not wait for expiry."""
    machine, pid, started, _ = holder.split(":")
    if machine != _machine():
        return False
    try:
        return f"{psutil.Process(int(pid)).create_time():.2f}" != started
    except psutil.NoSuchProcess:
        return True


@functools.cache
def _machine() -> str:
    """Names this boot and this process namespace: containers may share a host name and never share that."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return digest(boot, str(Path("/proc/self/ns/pid").stat().st_ino), length=12)
    except OSError:  # not Linux
        return digest(platform.node(), str(uuid.getnode()), length=12)
