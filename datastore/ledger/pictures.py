"""Pictures of submissions, as pages show them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import images, submissions
from schemas.recorded import PictureRow
from schemas.submission import Outcome, Reason


def pictures_of(ledger: Ledger, submission_ids: Sequence[str]) -> dict[str, PictureRow]:
    """Some submissions with their canonical images, by submission id.

    A duplicate has the image that was made of it: not that of somebody else.
    """
    columns = (submissions.c.submission_id, submissions.c.sent_at, submissions.c.outcome, submissions.c.reason,
               images.c.image_id, images.c.media_type, images.c.width, images.c.height)
    own = func.coalesce(submissions.c.own_image_id, submissions.c.image_id)
    query = select(*columns).outerjoin(images, images.c.image_id == own)
    found: dict[str, PictureRow] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(submission_ids):
            for row in connection.execute(query.where(submissions.c.submission_id.in_(chunk))):
                found[row.submission_id] = PictureRow(
                    row.submission_id, row.sent_at, Outcome(row.outcome), Reason(row.reason) if row.reason else None,
                    row.image_id, row.media_type or "", row.width or 0, row.height or 0)
    return found
