"""How long people worked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.labelling import Work

LONGEST_TASK = 30 * 60.0
"""Seconds of one task that count at most: Label Studio's clock runs on in a tab that is left open overnight."""


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Lead times, each counted up to ``LONGEST_TASK``.

    Attributes:
        seconds: of all timed tasks, skipped ones too.
        capped: how many tasks took longer.
        answered: timed tasks that were not skipped.
        seconds_answered: of these.
        regions: of these tasks' readings.
        seconds_regions: of the timed tasks whose reading is known.
    """

    seconds: float
    capped: int
    answered: int
    seconds_answered: float
    regions: int
    seconds_regions: float

    @property
    def hours(self) -> float:
        """All of it."""
        return self.seconds / 3600

    @property
    def tasks_an_hour(self) -> float | None:
        """Answered tasks an hour of theirs; None without a lead time."""
        return self.answered / (self.seconds_answered / 3600) if self.seconds_answered else None

    @property
    def seconds_a_region(self) -> float | None:
        """None without a region."""
        return self.seconds_regions / self.regions if self.regions else None


def sum_time(work: Iterable[Work]) -> WorkTime:
    """Adds up lead times; tasks without one do not count."""
    timed = [(min(item.seconds, LONGEST_TASK), item) for item in work if item.seconds is not None]
    return WorkTime(
        seconds=sum(seconds for seconds, _ in timed),
        capped=sum((item.seconds or 0) > LONGEST_TASK for _, item in timed),
        answered=sum(not item.skipped for _, item in timed),
        seconds_answered=sum(seconds for seconds, item in timed if not item.skipped),
        regions=sum(item.effort.regions for _, item in timed if item.effort),
        seconds_regions=sum(seconds for seconds, item in timed if item.effort),
    )
