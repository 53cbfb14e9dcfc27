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
from typing import Any

import psutil
from sqlalchemy import ColumnElement, Connection, and_, delete, literal, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import is_among, one_each
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
    if not keys:
        return Lease(kind, holder, {})
    with ledger.write() as connection:
        got = _claim_new(connection, Lease(kind, holder, {}), keys, until)
        if others := [key for key in keys if key not in got]:
            got |= _take_over(connection, Lease(kind, holder, {}), others, now, until)
    return Lease(kind, holder, {key: got[key] for key in keys if key in got})


def _claim_new(connection: Connection, wanted: Lease, keys: Sequence[str], until: datetime) -> dict[str, int]:
    """Tokens of those that nobody held."""
    build: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    listed = one_each(connection, sorted(set(keys)))  # in one order: two workers that want the same wait for each other
    values = {leases.c.kind: wanted.kind, leases.c.holder: wanted.holder, leases.c.token: 1, leases.c.expires_at: until}
    rows = select(listed.c.value, *(literal(value, column.type) for column, value in values.items())).where(true())
    query = build(leases).from_select([leases.c.key, *values], rows).on_conflict_do_nothing()
    return {row.key: row.token for row in connection.execute(query.returning(leases.c.key, leases.c.token))}


def _take_over(connection: Connection, wanted: Lease, keys: Sequence[str], now: datetime, until: datetime) -> dict[str, int]:
    """Tokens of those whose claim has run out, or whose holder is seen to be dead; it waits for nobody who is at work on them."""
    mine = (leases.c.kind == wanted.kind) & is_among(connection, leases.c.key, keys)
    held = connection.execute(select(leases.c.key, leases.c.holder, leases.c.expires_at).where(mine).order_by(leases.c.key)
                              .with_for_update(skip_locked=True)).all()
    dead = {name for name in {row.holder for row in held} if is_dead(name)}
    free = [row.key for row in held if row.expires_at < now or row.holder in dead]
    if not free:
        return {}
    rows = connection.execute(
        update(leases).where(leases.c.kind == wanted.kind, is_among(connection, leases.c.key, free))
        .values(holder=wanted.holder, token=leases.c.token + 1, expires_at=until).returning(leases.c.key, leases.c.token))
    return {row.key: row.token for row in rows}


def fence(connection: Connection, lease: Lease) -> None:
    """Call inside the writing transaction: nothing is written for work that somebody else has taken over.

    Raises:
        LeaseLost: the transaction must not commit.
    """
    rows = connection.execute(
        select(leases.c.key, leases.c.token, leases.c.holder).where(leases.c.kind == lease.kind, is_among(
            connection, leases.c.key, lease.keys)).order_by(leases.c.key).with_for_update())
    held = {row.key: row.token for row in rows if row.holder == lease.holder}
    _look_for_lost(lease, [key for key, token in lease.tokens.items() if held.get(key) != token])


def release(ledger: Ledger, lease: Lease) -> None:
    """Gives claimed work back, done or not. A dead worker's work comes free by itself when its lease expires."""
    if not lease.tokens:
        return
    with ledger.write() as connection:
        _lock(connection, lease)
        connection.execute(delete(leases).where(_is_of(connection, lease)))


def renew(ledger: Ledger, lease: Lease, seconds: int) -> None:
    """Says that the holder is alive and at work.

    Raises:
        LeaseLost: it was silent for too long and somebody else has taken over.
    """
    if not lease.tokens:
        return
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    with ledger.write() as connection:
        _lock(connection, lease)
        kept = set(connection.scalars(
            update(leases).where(_is_of(connection, lease)).values(expires_at=until).returning(leases.c.key)))
        _look_for_lost(lease, [key for key in lease.tokens if key not in kept])


def _lock(connection: Connection, lease: Lease) -> None:
    """Locks the rows of a lease in the order of their keys, as all do: an update alone takes them in any order (PostgreSQL)."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(leases.c.key).where(_is_of(connection, lease)).order_by(leases.c.key).with_for_update())


def _is_of(connection: Connection, lease: Lease) -> ColumnElement[bool]:
    """The rows of a lease: a holder's name is of one claim alone, so whoever has taken over has another."""
    return and_(leases.c.kind == lease.kind, is_among(connection, leases.c.key, lease.keys), leases.c.holder == lease.holder)


def _look_for_lost(lease: Lease, lost: Sequence[str]) -> None:
    if lost:
        raise LeaseLost(f"{lease.kind}: another worker has taken over {lost[0]}"
                        + (f" and {len(lost) - 1} more" if len(lost) > 1 else ""))


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
    """Machine, process, when it was started, and a random part: enough to see on that machine whether the process still lives."""
    pid = os.getpid()
    return f"{_machine()}:{pid}:{_ticks(pid) or _by_clock(pid)}:{uuid.uuid4().hex[:12]}"


def is_dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that has ended. A killed run's work need not wait for expiry."""
    return _is_alive(holder) is False


def is_alive(holder: str) -> bool:
    """Whether a holder is a process of this machine that is there."""
    return _is_alive(holder) is True


def _is_alive(holder: str) -> bool | None:
    """None where that cannot be seen from here: it is of another machine, or no holder at all."""
    machine, pid, started, _ = [*holder.split(":"), "", "", ""][:4]
    if machine != _machine() or not pid.isdecimal():
        return None
    try:
        os.kill(int(pid), 0)
        now = _by_clock(int(pid)) if "." in started else _ticks(int(pid))
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
    except (PermissionError, OverflowError, psutil.AccessDenied):
        return None  # somebody else's
    return None if now is None else now == started


def _ticks(pid: int) -> str | None:
    """When a process was started, in clock ticks since the boot; None where there is no ``/proc`` that tells it.

    The wall clock may be set meanwhile, and with it moves what psutil reckons from it.
    """
    try:
        # The name of the program, in brackets, may hold anything; field 22 (proc(5)) is the twentieth after it.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _by_clock(pid: int) -> str:
    """The same by the wall clock, in seconds: what there is without ``/proc``, and in holders of earlier versions."""
    return f"{psutil.Process(pid).create_time():.2f}"


@functools.cache
def _machine() -> str:
    """Names this boot and this process namespace: containers may share a host name and never share that."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return digest(boot, str(Path("/proc/self/ns/pid").stat().st_ino), length=12)
    except OSError:  # not Linux
        return digest(platform.node(), str(uuid.getnode()), length=12)
