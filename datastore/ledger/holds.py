"""Images of which nothing may be published for now, such as those that show somebody's personal data."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, delete, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import upsert
from datastore.ledger.tables import holds, submissions
from schemas.submission import Outcome


@dataclass(frozen=True, slots=True)
class OnHold:
    """A submission whose image is on hold, and why."""

    key: str
    submission_id: str
    reason: str


def hold(ledger: Ledger, image_id: str, reason: str) -> None:
    """Puts an image on hold: a release that would hold it is not published. A new reason replaces the old one."""
    with ledger.write() as connection:
        upsert(connection, holds, {"image_id": image_id, "reason": reason})


def lift(ledger: Ledger, image_id: str) -> bool:
    """Takes an image off hold; False where it was on none."""
    with ledger.write() as connection:
        return bool(connection.execute(delete(holds).where(holds.c.image_id == image_id)).rowcount)


def held(ledger: Ledger) -> list[OnHold]:
    """All that is on hold, in the order in which it was sent."""
    query = (select(submissions.c.key, submissions.c.submission_id, holds.c.reason)
             .join(submissions, and_(submissions.c.image_id == holds.c.image_id, submissions.c.outcome != Outcome.DUPLICATE))
             .order_by(submissions.c.sent_at, submissions.c.key))
    with ledger.read() as connection:
        return [OnHold(*row) for row in connection.execute(query)]
