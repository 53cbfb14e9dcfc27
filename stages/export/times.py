"""How long images took from their sender to a release, by stage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from schemas.times import Moments, Stage, StageTime

HOUR = 3600
"""Seconds."""


def stage_times(images: Iterable[Moments], released_at: datetime) -> tuple[StageTime, ...]:
    """Median and 90th percentile of each stage, all of the way last.

    An image counts for a stage where both of its ends are known and in their order: one whose label was changed after the release
    has its last answer behind it.

    Args:
        images: that are new in the release.
        released_at: when it was published.
    """
    hours: dict[Stage, list[float]] = {stage: [] for stage in Stage}
    for item in images:
        for stage, start, end in ((Stage.TO_TASK, item.sent_at, item.posted_at),
                                  (Stage.TO_ANSWER, item.posted_at, item.answered_at),
                                  (Stage.TO_RELEASE, item.answered_at, released_at),
                                  (Stage.ALL, item.sent_at, released_at)):
            if start is not None and end is not None and start <= end:
                hours[stage].append((end - start).total_seconds() / HOUR)
    return tuple(_time(stage, found) for stage, found in hours.items())


def _time(stage: Stage, hours: list[float]) -> StageTime:
    if not hours:
        return StageTime(stage, None, None, 0)
    median, high = np.percentile(hours, [50, 90])
    return StageTime(stage, float(median), float(high), len(hours))
