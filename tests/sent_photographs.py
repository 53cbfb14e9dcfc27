"""Photographs of a campaign, written straight into the ledger as ingest leaves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from datastore.ledger import Ledger
from datastore.ledger.tables import arrivals, images, submissions
from schemas.ids import digest
from schemas.submission import Outcome
from tests.portal import CAMPAIGN

SENT = datetime(2026, 11, 20, 3, tzinfo=UTC)


def send(ledger: Ledger, name: str, submitter: str = "김하늘", campaign: str = CAMPAIGN, sent_at: datetime = SENT,
         outcome: Outcome = Outcome.ACCEPTED, **values: Any) -> str:
    """Writes a submission with a picture of its own; returns its id.

    Args:
        ledger: where.
        name: its file's; another one is another picture.
        submitter: whose.
        campaign: of which campaign.
        sent_at: in UTC.
        outcome: where it ended.
        **values: other columns of it.
    """
    image = digest("sent", campaign, submitter, name)
    with ledger.write() as connection:
        connection.execute(insert(images), [{
            "image_id": image, "number": int(image[:15], 16), "media_type": "image/png", "width": 640, "height": 640,
            "bytes": 1000, "pixels_id": image[::-1], "cluster_id": image, "represents": True, "encoder": "made"}])
        connection.execute(insert(submissions), [{
            "submission_id": image[:32], "bucket": "raw", "key": f"{campaign}/{submitter}/{name}", "version": "1", "size": 1000,
            "sent_at": sent_at, "campaign": campaign, "submitter": submitter, "claims": {}, "outcome": outcome,
            "raw_sha256": digest("raw", image), "image_id": image, **values}])
    return image[:32]


def arrive(ledger: Ledger, name: str, campaign: str = CAMPAIGN, sent_at: datetime = SENT, submitter: str = "kim") -> None:
    """Writes a raw object that waits for ingest."""
    with ledger.write() as connection:
        connection.execute(insert(arrivals), [{
            "submission_id": digest("waits", name)[:32], "bucket": "raw", "key": f"{campaign}/{submitter}/{name}", "version": "1",
            "size": 1, "sent_at": sent_at}])
