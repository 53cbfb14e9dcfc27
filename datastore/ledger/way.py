"""When images were sent, came to Label Studio, and were answered."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import submissions, tasks
from schemas.submission import Outcome
from schemas.times import Moments


def moments_of(connection: Connection, image_ids: Sequence[str]) -> list[Moments]:
    """Moments of images, in their order; tasks about single lines count for their page."""
    found: list[Moments] = []
    for some in in_chunks(image_ids):
        sent = select(submissions.c.image_id, func.min(submissions.c.sent_at)).where(
            submissions.c.image_id.in_(some), submissions.c.outcome == Outcome.ACCEPTED).group_by(submissions.c.image_id)
        given = select(tasks.c.image_id, func.min(tasks.c.posted_at), func.max(tasks.c.collected_at)).where(
            tasks.c.image_id.in_(some)).group_by(tasks.c.image_id)
        sent_at = {row[0]: row[1] for row in connection.execute(sent)}
        work = {row[0]: (row[1], row[2]) for row in connection.execute(given)}
        found += [Moments(sent_at.get(name), *work.get(name, (None, None))) for name in some]
    return found
