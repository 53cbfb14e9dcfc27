"""Photographs that wait for a manager, written straight into a ledger: flagged, held, repeated, of one scene."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from datastore.ledger import Ledger, flags
from datastore.ledger.tables import comparisons, images, submissions
from schemas.flags import Flag, FlagKind
from schemas.ids import digest
from schemas.submission import Outcome, Verdict, image_key
from tests.portal import CAMPAIGN

SENT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
FIGURES = {"inliers": 412.0, "overlap": 0.98, "median": 0.97, "low": 0.93, "weakest": 0.41}


def image_of(name: str) -> str:
    """Id of the image of a photograph."""
    return digest("image", name)


def id_of(name: str) -> str:
    """Id of the submission of a photograph."""
    return digest("submission", name, length=32)


def photograph(ledger: Ledger, name: str, outcome: Outcome = Outcome.ACCEPTED, like: str = "", verdict: Verdict | None = None,
               submitter: str = "kim", minute: int = 0, campaign: str = CAMPAIGN) -> str:
    """Writes a submission with its image.

    Args:
        ledger: where.
        name: of the photograph; its id, its image and its key are made of it.
        outcome: where it ended.
        like: the photograph that it is like, as ingest found it.
        verdict: how.
        submitter: who sent it.
        minute: after ``SENT``.
        campaign: that it was sent to.

    Returns:
        Its id.
    """
    image = image_of(name)
    other = image_of(like) if like else None
    made = id_of(name)
    is_duplicate = outcome is Outcome.DUPLICATE
    with ledger.write() as connection:
        if not is_duplicate:
            connection.execute(insert(images), [{
                "image_id": image, "number": int(image[:15], 16), "media_type": "image/jpeg", "width": 640, "height": 480,
                "bytes": 1, "pixels_id": image, "cluster_id": other if verdict is Verdict.CLUSTER else image,
                "represents": verdict is not Verdict.CLUSTER, "encoder": "made"}])
        connection.execute(insert(submissions), [{
            "submission_id": made, "bucket": "raw", "key": f"{campaign}/{submitter}/{name}.jpg", "version": "1", "size": 1,
            "sent_at": SENT + timedelta(minutes=minute), "campaign": campaign, "submitter": submitter, "claims": {},
            "outcome": outcome, "detail": "may repeat 1 earlier picture(s)" if outcome is Outcome.HELD else None,
            "image_id": other if is_duplicate else image, "own_image_id": image,
            "duplicate_of": id_of(like) if is_duplicate else None,
            "found": {Outcome.DUPLICATE: Verdict.DUPLICATE}.get(outcome, verdict if verdict is Verdict.CLUSTER else None),
            "found_image_id": other if verdict is not Verdict.REVIEW else None}])
        if like:
            connection.execute(insert(comparisons), [{
                "submission_id": made, "image_id": other, "picture_key": image_key(image, "image/jpeg"),
                "verdict": verdict or Verdict.DUPLICATE, "figures": FIGURES}])
    return made


def held(ledger: Ledger, name: str, like: str, minute: int = 5) -> str:
    """A photograph that may repeat another one; returns its id."""
    return photograph(ledger, name, Outcome.HELD, like, Verdict.REVIEW, "lee", minute)


def flag(ledger: Ledger, submission_id: str, kind: FlagKind = FlagKind.SCREEN, detail: str = "moire 0.81",
         campaign: str = CAMPAIGN) -> None:
    """Raises a flag of a photograph."""
    flags.add_flags(ledger, [Flag(submission_id, kind, campaign, detail, SENT + timedelta(hours=1))])
