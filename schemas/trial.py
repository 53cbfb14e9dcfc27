"""A photograph that somebody tries the current model on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.reading import Point


class TrialState(StrEnum):
    """How far it is."""

    SENDING = "sending"
    """Its place was given out; nothing has arrived."""
    WAITING = "waiting"
    READ = "read"
    REFUSED = "refused"
    """It is no picture that can be read; the answer says why."""


@dataclass(frozen=True, slots=True)
class TrialRegion:
    """One text that the model found.

    Attributes:
        points: of its polygon, in pixels of the picture that is shown.
        text: as read.
        unsure: whether the model is so unsure that a bonus is likely.
        slices: that the model sees on it.
    """

    points: tuple[Point, ...]
    text: str
    unsure: bool
    slices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """What came of a trial.

    Attributes:
        picture_key: of the canonical copy, in the bucket of the demo page; empty where it was refused.
        width: of that copy, in pixels.
        height: likewise.
        reader: the model, with its version.
        regions: in reading order.
        seconds: from taking it up to the answer.
        calibrated: whether ``unsure`` is told by what people accepted of this model's lines; by its own scores alone where not.
        why: why it was refused: a ``schemas.submission.Reason``; empty where it was read.
    """

    picture_key: str
    width: int
    height: int
    reader: str
    regions: tuple[TrialRegion, ...]
    seconds: float
    calibrated: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """A photograph on the demo page.

    Attributes:
        trial_id: drawn at random; whoever knows it and has the visitor's cookie sees the answer.
        visitor: whose browser, by a random name in a cookie; no account.
        state: how far it is.
        sent_at: when its place was given out, in UTC; an hour later all of it is forgotten.
        key: of what was sent, in the bucket of the demo page.
        media_type: of what was sent, as its browser says.
        answer: None until there is one.
        answered_at: in UTC.
        sent_as: its key in the bucket of submissions, once its owner sent it to a campaign.
    """

    trial_id: str
    visitor: str
    state: TrialState
    sent_at: datetime
    key: str
    media_type: str
    answer: TrialAnswer | None = None
    answered_at: datetime | None = None
    sent_as: str | None = None


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Where a trial stands that waits to be read.

    Attributes:
        ahead: trials that are read before it.
        seconds: until its answer, by how long the last ones took.
        late: whether it has waited for so long that nobody seems to read.
    """

    ahead: int
    seconds: float
    late: bool
