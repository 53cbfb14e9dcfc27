"""The night as a picture: a row a verb, its runs as bars by when they worked, in the units of an SVG drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.morning import Morning
from schemas.runs import RunState
from stages.morning.night import verb_of

WIDTH = 900
NAMES = 90
"""Left of the bars, for the verbs' names."""
ROW = 26
BAR = 14
LEAST = 3.0
"""A run of some seconds is seen all the same."""
AXIS = 22
TICK_HOURS = 3
SHOWN = ("ingest", "prelabel", "label", "collect", "export", "evaluate", "score")
"""Verbs with a row; others have one where they ran."""
STYLES = {RunState.COMPLETED: "did", RunState.AT_WORK: "works", RunState.FAILED: "failed", RunState.DEAD: "failed",
          RunState.CANCELLED: "cancelled"}


@dataclass(frozen=True, slots=True)
class NightBar:
    """Runs of a verb that ended alike, one behind the other."""

    x: float
    y: float
    width: float
    style: str
    runs: int


@dataclass(frozen=True, slots=True)
class NightMark:
    """A word of the picture: a verb at its row, or an hour below."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class NightPicture:
    """The picture.

    Attributes:
        height: of all; its width is ``WIDTH``.
        bars: runs.
        names: verbs.
        hours: marks of the axis.
    """

    height: float
    bars: Sequence[NightBar]
    names: Sequence[NightMark]
    hours: Sequence[NightMark]


def night_picture(morning: Morning) -> NightPicture:
    """The runs that are worth telling, from the evening until now. Bars that would touch and are alike are one."""
    ran = {verb_of(run) for run in morning.night}
    verbs = [*SHOWN, *sorted(ran - set(SHOWN))]
    scale = (WIDTH - NAMES) / max((morning.at - morning.since) / timedelta(seconds=1), 1.0)

    def place(at: datetime) -> float:
        return NAMES + max(0.0, min((at - morning.since).total_seconds() * scale, WIDTH - NAMES))

    bars: list[NightBar] = []
    for row, verb in enumerate(verbs):
        last: NightBar | None = None
        for run in morning.night:
            if verb_of(run) != verb or run.state not in STYLES:
                continue
            x, end = place(run.started_at), place(run.ended_at or morning.at)
            bar = NightBar(x, row * ROW + (ROW - BAR) / 2, max(LEAST, end - x), STYLES[run.state], 1)
            if last and last.style == bar.style and bar.x <= last.x + last.width + 1:
                bars.pop()
                bar = replace(last, width=max(last.width, bar.x + bar.width - last.x), runs=last.runs + 1)
            bars.append(bar)
            last = bar
    height = len(verbs) * ROW
    names = [NightMark(0, row * ROW + ROW * 0.68, verb) for row, verb in enumerate(verbs)]
    return NightPicture(height + AXIS, [replace(bar, x=round(bar.x, 1), width=round(bar.width, 1)) for bar in bars], names,
                        [NightMark(round(place(at), 1), height + AXIS - 6, f"{at:%H:%M}") for at in _ticks(morning)])


def _ticks(morning: Morning) -> list[datetime]:
    zone = ZoneInfo(morning.zone)
    at = morning.since.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    found = []
    while at <= morning.at:
        if at >= morning.since and at.hour % TICK_HOURS == 0:
            found.append(at)
        at += timedelta(hours=1)
    return found
