"""Work that waits and that nobody holds: what a worker claims next, in the order in which it is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from datastore.ledger.arrivals import raw_object
from datastore.ledger.engine import Ledger
from datastore.ledger.images import is_unread
from datastore.ledger.leases import is_dead
from datastore.ledger.tables import arrivals, images, leases
from schemas.stored import StoredImage
from schemas.submission import RawObject


@dataclass(frozen=True, slots=True)
class Holding:
    """What a holder has of a kind of work.

    Attributes:
        keys: how many.
        until: when its last claim runs out: that moves while it is at work.
    """

    keys: int
    until: datetime


def holders(ledger: Ledger, kind: str) -> dict[str, Holding]:
    """What each holder has of a kind of work; those whose claim ran out, and dead ones, are left out."""
    with ledger.read() as connection:
        return _living(connection, kind)


def undecoded_after(ledger: Ledger, kind: str, after: RawObject | None, limit: int) -> list[RawObject]:
    """Arrivals that nobody has decoded or holds, in order of time sent and key.

    Args:
        ledger: where.
        kind: of the leases on them.
        after: the arrival that they come after; from the first on where it is None.
        limit: how many at most.
    """
    with ledger.read() as connection:
        query = select(arrivals).where(arrivals.c.decoded.is_(None), _is_free(connection, kind, arrivals.c.submission_id))
        if after:
            query = query.where(arrivals.c.sent_at >= after.sent_at, or_(
                arrivals.c.sent_at > after.sent_at, and_(arrivals.c.sent_at == after.sent_at, arrivals.c.key > after.key)))
        rows = connection.execute(query.order_by(arrivals.c.sent_at, arrivals.c.key).limit(limit))
        return [raw_object(row) for row in rows]


def count_undecoded(ledger: Ledger) -> int:
    """How many arrivals nobody has decoded."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(arrivals).where(arrivals.c.decoded.is_(None))) or 0


def unread_after(ledger: Ledger, kind: str, run: str, after: str, limit: int, *, labelled: bool,
                 displays: Sequence[str] = ()) -> list[StoredImage]:
    """Images that wait for a run of a model and that nobody holds, in order of id; see ``images.unread_images``.

    Args:
        ledger: where.
        kind: of the leases on them.
        run: of the model.
        after: the image id that they come after; empty for all.
        limit: how many at most.
        labelled: also those that a person has read.
        displays: campaigns on whose images the model looks again; see ``images.is_unread``.
    """
    with ledger.read() as connection:
        rows = connection.execute(
            select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
            .where(*is_unread(run, labelled=labelled, after=after, displays=displays),
                   _is_free(connection, kind, images.c.image_id))
            .order_by(images.c.image_id).limit(limit))
        return [StoredImage(*row) for row in rows]


def count_unread(ledger: Ledger, run: str, *, labelled: bool, displays: Sequence[str] = ()) -> int:
    """How many images wait for a run of a model; see ``unread_after``."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(images).where(
            *is_unread(run, labelled=labelled, displays=displays))) or 0


def _is_free(connection: Connection, kind: str, key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether no living holder has a lease on a key that has not run out."""
    return ~exists().where(leases.c.kind == kind, leases.c.key == key, leases.c.holder.in_(list(_living(connection, kind))))


def _living(connection: Connection, kind: str) -> dict[str, Holding]:
    rows = connection.execute(select(leases.c.holder, func.count(), func.max(leases.c.expires_at)).where(
        leases.c.kind == kind, leases.c.expires_at >= datetime.now(UTC)).group_by(leases.c.holder))
    return {holder: Holding(count, until) for holder, count, until in rows.tuples() if not is_dead(holder)}
