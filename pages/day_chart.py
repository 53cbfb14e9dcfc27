"""Photographs by day as bars, in the units of an SVG drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.campaign_state import DayCount

WIDTH = 600
HEIGHT = 120
GAP = 0.2
"""Of a bar's place, left free between two."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day.

    Attributes:
        day: the day with its count.
        x: left end.
        y: upper end.
        width: of the bar.
        height: of the bar.
    """

    day: DayCount
    x: float
    y: float
    width: float
    height: float


def day_bars(days: Sequence[DayCount]) -> tuple[DayBar, ...]:
    """A bar for each day, the first one at the left; the highest one takes ``HEIGHT``, one of 0 has no height."""
    most = max((item.photographs for item in days), default=0)
    place = WIDTH / max(len(days), 1)
    heights = [HEIGHT * item.photographs / most if most else 0.0 for item in days]
    return tuple(DayBar(item, round(at * place + place * GAP / 2, 2), round(HEIGHT - high, 2), round(place * (1 - GAP), 2),
                        round(high, 2)) for at, (item, high) in enumerate(zip(days, heights, strict=True)))
