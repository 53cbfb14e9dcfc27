"""Submissions and images as the ledger has them: rows as records, with the names of the tables' columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.ids import image_number
from schemas.submission import Outcome, Reason, Verdict, image_key


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission as the ledger has it.

    Attributes:
        submission_id: which.
        bucket: where its object is.
        key: its object's.
        version: its object's version, or its ETag.
        size: bytes of its object.
        sent_at: when it was sent, in UTC.
        campaign: as its key says; None where it says none.
        submitter: likewise.
        outcome: where it ended.
        reason: why it is not taken, where there is a reason for submitters.
        detail: the same for the data manager.
        image_id: the image that it stands for; for a duplicate, that of the earlier submission.
        duplicate_of: id of the submission that it repeats.
        own_image_id: the image that was made of it, or an earlier one with the same bytes or pixels; None where ``image_id``
            is that, or where there is none.
        found: how that image is related to another one, as ingest found by itself.
        found_image_id: that other image.
        uncompared: how many more look like it and were not compared, being too many.
        decisions_before: how many decisions there were when it was compared.
    """

    submission_id: str
    bucket: str
    key: str
    version: str
    size: int
    sent_at: datetime
    campaign: str | None
    submitter: str | None
    outcome: Outcome
    reason: Reason | None
    detail: str | None
    image_id: str | None
    duplicate_of: str | None
    own_image_id: str | None
    found: Verdict | None
    found_image_id: str | None
    uncompared: int
    decisions_before: int

    @property
    def own_image(self) -> str | None:
        """The image that was made of it, whatever it stands for; None where there is none."""
        return self.own_image_id or self.image_id


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image as the ledger has it.

    Attributes:
        image_id: which.
        media_type: ``image/jpeg`` or ``image/png``.
        width: pixels.
        height: pixels.
        cluster_id: the image that founded its cluster.
        represents: whether new members of the cluster have to match it.
        refused: rejected or quarantined, where nobody takes it any more.
        why_refused: why, for the data manager.
    """

    image_id: str
    media_type: str
    width: int
    height: int
    cluster_id: str
    represents: bool
    refused: Outcome | None
    why_refused: str | None

    @property
    def key(self) -> str:
        """Where its picture is in the bucket ``images``."""
        return image_key(self.image_id, self.media_type)


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A submission with its canonical image, as pages show it.

    Attributes:
        submission_id: which.
        sent_at: in UTC.
        outcome: where it ended.
        reason: why it is not taken, where there is a reason for submitters.
        image_id: of what was made of it; None where nothing was.
        media_type: of that; empty where nothing was.
        width: pixels; 0 where nothing was made.
        height: likewise.
    """

    submission_id: str
    sent_at: datetime
    outcome: Outcome
    reason: Reason | None
    image_id: str | None
    media_type: str
    width: int
    height: int

    @property
    def key(self) -> str | None:
        """Where its picture is in the bucket ``images``; None where none is shown: of what was withdrawn, or never read."""
        shown = self.outcome in (Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.HELD)
        return image_key(self.image_id, self.media_type) if shown and self.image_id else None


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image that a picture may repeat, with the submission that stands on it.

    Attributes:
        image_id: which.
        media_type: ``image/jpeg`` or ``image/png``.
        pixels_id: sha256 of its pixels, where that is known.
        cluster_id: the image that founded its cluster.
        represents: whether new members of the cluster have to match it.
        submission_id: the submission that stands on it; None where that was withdrawn.
        sent_at: when that was sent.
        submission_key: that submission's object.
        outcome: that submission's: accepted, held, or rejected where no text was found on the image.
    """

    image_id: str
    media_type: str
    pixels_id: str | None
    cluster_id: str
    represents: bool
    submission_id: str | None = None
    sent_at: datetime | None = None
    submission_key: str | None = None
    outcome: Outcome | None = None

    @property
    def number(self) -> int:
        """What the word index knows it by."""
        return image_number(self.image_id)

    @property
    def stands(self) -> bool:
        """Whether others can repeat it."""
        return self.outcome in (Outcome.ACCEPTED, Outcome.HELD)

    @property
    def key(self) -> str:
        """Where its picture is in the bucket ``images``."""
        return image_key(self.image_id, self.media_type)
