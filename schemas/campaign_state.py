"""How a campaign goes: what a manager sees at one look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schemas.submission import Outcome


class Phase(StrEnum):
    """Where a campaign is."""

    PLANNED = "planned"
    OPEN = "open"
    FROZEN = "frozen"
    """Photographs are taken still, and people see the last board before the end."""
    ENDED = "ended"
    """No photograph counts any more; the final list is not frozen yet."""
    CLOSED = "closed"
    """The final list is frozen."""
    DRAWN = "drawn"


@dataclass(frozen=True, slots=True)
class DayCount:
    """Photographs that arrived on one day of the campaign's zone."""

    day: date
    photographs: int


@dataclass(frozen=True, slots=True)
class CampaignState:
    """A campaign as it stands.

    Attributes:
        campaign: its name.
        phase: where it is.
        begins_at: in UTC.
        ends_at: in UTC.
        photographs: all that were sent in time, decided or not.
        waiting: of these, how many ingest has not decided, or not even listed, yet.
        outcomes: how many of them ended as what; those of 0 are left out.
        people: who sent at least one photograph.
        provisional: points of all people that may still change.
        final: points of all people that do not.
        open_flags: that a manager has not decided.
        to_label: accepted photographs without an accepted reading.
        by_day: photographs by day, from the first day to today or the last day.
        forecast: photographs at the end if they go on arriving as in the last days; None before the campaign began.
        forecast_from: over how many days that rate was taken.
        next_board_at: when people see the next board; None where none comes.
        committed: whether the secret of the draw is there.
        rules_changed: what the file says otherwise than the newest stored version, in words; empty where nothing.
        problems: what a manager has to do something about, in words.
        unlisted: it is over, and no ingest has listed since what was sent: more may be there.
    """

    campaign: str
    phase: Phase
    begins_at: datetime
    ends_at: datetime
    photographs: int
    waiting: int
    outcomes: Mapping[Outcome, int]
    people: int
    provisional: int
    final: int
    open_flags: int
    to_label: int
    by_day: tuple[DayCount, ...]
    forecast: int | None
    forecast_from: float
    next_board_at: datetime | None
    committed: bool
    rules_changed: tuple[str, ...]
    problems: tuple[str, ...]
    unlisted: bool = False
