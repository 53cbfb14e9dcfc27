"""How long a photograph takes from its sender to a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """A stretch of the way, by what the ledger knows the moments of."""

    TO_TASK = "sent to task"
    """From sending to the task in Label Studio: ingest, reading by the model, waiting in the queue."""
    TO_ANSWER = "task to answer"
    """From there to the last answer about it that was collected, second looks too."""
    TO_RELEASE = "answer to release"
    """From there to the release."""
    ALL = "all"
    """All of the way."""


@dataclass(frozen=True, slots=True)
class Moments:
    """When an image came where; None where that is not known.

    Attributes:
        sent_at: its photograph was sent.
        posted_at: its first task came to Label Studio.
        answered_at: its last answer was given.
    """

    sent_at: datetime | None
    posted_at: datetime | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long images took for one stage.

    Attributes:
        stage: which.
        median: hours; None where no image has gone it.
        p90: hours within which nine of ten went it.
        images: that went it.
    """

    stage: Stage
    median: float | None
    p90: float | None
    images: int
