"""The whole way: when all that was sent so far is labelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from schemas.morning import Forecast, ForecastState
from stages.morning.forecast import forecast
from stages.morning.pace import Pace


@dataclass(frozen=True, slots=True)
class Paces:
    """How fast each stage goes; None where nothing was done there of late."""

    ingest: Pace | None
    prelabel: Pace | None
    people: Pace | None


@dataclass(frozen=True, slots=True)
class WayAhead:
    """What is where on the way to a label.

    Attributes:
        unsettled: submissions without an outcome.
        unread: accepted images that no model has read.
        ungiven: that were read and have no task.
        open: tasks that nobody has answered.
        accepted_share: of submissions that become images, from 0 to 1.
        tasks_an_image: that a picture comes to; 2 where two people read each.
    """

    unsettled: int
    unread: int
    ungiven: int
    open: int
    accepted_share: float
    tasks_an_image: float


def whole_way(ahead: WayAhead, paces: Paces, now: datetime, zone: ZoneInfo) -> Forecast:
    """When the last answer is given, if nothing more is sent. Each stage does its own and all that is still before it.

    Returns:
        The forecast of the last stage; of the first one at which nobody works, where there is such a one.
    """
    images = ahead.unread + ceil(ahead.unsettled * ahead.accepted_share)
    answers = ahead.open + ceil((images + ahead.ungiven) * ahead.tasks_an_image)
    settled = forecast(ahead.unsettled, paces.ingest, now, zone)
    read = forecast(images, paces.prelabel, now, zone, settled.ready_at, settled.by_at)
    labelled = forecast(answers, paces.people, now, zone, read.ready_at, read.by_at)
    stopped = (ForecastState.NOBODY_WORKS, ForecastState.TOO_FAR)
    for stage in (settled, read, labelled):
        if stage.state in stopped:
            return Forecast(max(answers, stage.items), stage.state, labelled.an_hour)
    return labelled
