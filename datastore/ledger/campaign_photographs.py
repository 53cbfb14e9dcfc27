"""Photographs of a campaign as the look for what is unfair needs them, and what that look found of pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import images, screen_likeness, submissions
from schemas.campaign_photograph import CampaignPhotograph
from schemas.submission import Outcome
from schemas.text import normalise

ROWS_A_READ = 1000


def campaign_photographs(ledger: Ledger, campaign: str) -> Iterator[CampaignPhotograph]:
    """All submissions of a campaign, in order of time sent and id. They stream by."""
    earlier = submissions.alias("earlier")
    query = (select(submissions.c.submission_id, submissions.c.submitter, submissions.c.sent_at, submissions.c.outcome,
                    submissions.c.raw_sha256, submissions.c.image_id, images.c.media_type, images.c.pixels_id,
                    images.c.cluster_id, earlier.c.submitter.label("repeats"), submissions.c.original)
             .outerjoin(images, images.c.image_id == submissions.c.image_id)
             .outerjoin(earlier, earlier.c.submission_id == submissions.c.duplicate_of)
             .where(submissions.c.campaign == normalise(campaign))
             .order_by(submissions.c.sent_at, submissions.c.submission_id))
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=ROWS_A_READ).execute(query):
            *known, original = row
            yield _photograph(*known, (original or {}).get("captured_at"))


def _photograph(submission_id: str, submitter: str | None, sent_at: datetime, outcome: str,
                *rest: str | None) -> CampaignPhotograph:
    return CampaignPhotograph(submission_id, submitter or "", sent_at, Outcome(outcome), *rest)


def likeness_of(ledger: Ledger, image_ids: Sequence[str]) -> dict[str, float]:
    """How much some pictures look like photographs of a screen; those that nobody has looked at are left out."""
    found: dict[str, float] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(image_ids):
            found |= dict(connection.execute(select(screen_likeness.c.image_id, screen_likeness.c.figure).where(
                screen_likeness.c.image_id.in_(chunk))).tuples().all())
    return found


def note_likeness(ledger: Ledger, figures: Mapping[str, float]) -> None:
    """Notes how much pictures look like photographs of a screen; what was noted before stays."""
    with ledger.write() as connection:
        insert_or_ignore(connection, screen_likeness, [{"image_id": name, "figure": figure} for name, figure in figures.items()])
