"""When what waits will be done: by the hours in which people work, with a moment that can be promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

from schemas.morning import Forecast, ForecastState
from stages.morning.pace import Pace

STEP = timedelta(minutes=30)
FURTHEST = timedelta(days=60)
"""Nobody should promise more."""
ONE_SIDED = 1.2816
"""Standard deviations below the mean that nine of ten stay above (normal distribution)."""
MOST_CAREFUL = 0.4
"""The careful pace is never slower than this part of the usual one. From 0.4 on more work never has an earlier promise: what is
left of the pace, 1 - q with q <= 0.6, then outweighs how fast q falls, which is q / 2 at most."""


def forecast(items: int, pace: Pace | None, now: datetime, zone: ZoneInfo, not_before: datetime | None = None,
             promised_before: datetime | None = None) -> Forecast:
    """When so many items are done.

    Args:
        items: that wait.
        pace: how fast they are done; None where nobody works.
        now: from when on people work at them.
        zone: whose hours and days the pace has.
        not_before: when the last of them gets here, as it is usual; they are not done earlier.
        promised_before: the same, as it can be promised.
    """
    if items <= 0:
        return Forecast(0, ForecastState.NOTHING_WAITS, pace.an_hour if pace else None)
    if pace is None or not pace.an_hour:
        return Forecast(items, ForecastState.NOBODY_WORKS)
    usual = _done(items, pace, now, zone)
    if usual is None:
        return Forecast(items, ForecastState.TOO_FAR, pace.an_hour)
    by = _done(items / careful(items, pace), pace, now, zone)
    ready_at = max(usual, not_before or usual)
    if by is not None:
        by = max(by, promised_before or not_before or by, ready_at)
    return Forecast(items, ForecastState.READY, pace.an_hour, ready_at, by)


def careful(items: float, pace: Pace) -> float:
    """The part of the usual pace that nine of ten times is reached, by how much days or runs differed.

    The mean of n more of them lies around the mean of the k that are known with a variance of spread² (1/n + 1/k).
    """
    more = max(1.0, items / pace.sample)
    return max(MOST_CAREFUL, 1 - ONE_SIDED * pace.spread * sqrt(1 / more + 1 / pace.samples))


def _done(items: float, pace: Pace, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the last item is done; None where that is too far away."""
    left = items
    hours = STEP / timedelta(hours=1)
    for number in range(FURTHEST // STEP):
        at = now.astimezone(UTC) + number * STEP
        done = pace.at(at.astimezone(zone)) * hours
        if done and done >= left:
            return at + STEP * (left / done)
        left -= done
    return None
