"""Images of which nothing may be published for now, such as those that show somebody's personal data."""

from __future__ import annotations

from sqlalchemy import delete, select

from datastore.ledger.connection import Ledger, upsert
from datastore.ledger.tables import holds


def hold(ledger: Ledger, image_id: str, reason: str) -> None:
    """Puts an image on hold: a release that would hold it is not published. A new reason replaces the old one."""
    with ledger.write() as connection:
        upsert(connection, holds, {"image_id": image_id, "reason": reason})


def lift(ledger: Ledger, image_id: str) -> bool:
    """Takes an image off hold; False where it was on none."""
    with ledger.write() as connection:
        return bool(connection.execute(delete(holds).where(holds.c.image_id == image_id)).rowcount)


def held(ledger: Ledger) -> list[tuple[str, str]]:
    """(image id, reason) of all that is on hold, in order of image id."""
    with ledger.read() as connection:
        return [(row.image_id, row.reason) for row in connection.execute(select(holds).order_by(holds.c.image_id))]
