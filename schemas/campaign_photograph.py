"""A photograph of a campaign as the look for what is unfair needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.submission import Outcome, image_key


@dataclass(frozen=True, slots=True)
class CampaignPhotograph:
    """A submission of a campaign with its picture.

    Attributes:
        submission_id: which.
        submitter: whose.
        sent_at: in UTC.
        outcome: where it ended.
        raw_sha256: of its bytes as they were sent; None where they were not read.
        image_id: of its picture; None where there is none.
        media_type: of its picture.
        pixels_id: sha256 of its picture's pixels, where it is known.
        cluster_id: what its picture shows; None where there is none.
        repeats: whose photograph it repeats; None where it is no duplicate.
        captured_at: when its camera says that it was taken, as it was written; None where nothing says so.
    """

    submission_id: str
    submitter: str
    sent_at: datetime
    outcome: Outcome
    raw_sha256: str | None
    image_id: str | None
    media_type: str | None
    pixels_id: str | None
    cluster_id: str | None
    repeats: str | None
    captured_at: str | None

    @property
    def stands(self) -> bool:
        """Whether it has points, or may get some."""
        return self.outcome in (Outcome.ACCEPTED, Outcome.HELD)

    @property
    def key(self) -> str | None:
        """Where its picture is in the bucket ``images``."""
        return image_key(self.image_id, self.media_type) if self.image_id and self.media_type else None
