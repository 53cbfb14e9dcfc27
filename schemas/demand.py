"""What an evaluation asks people to collect next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from schemas.evaluation import SliceName
from schemas.reading import Reading


class DemandReason(StrEnum):
    """Why more pictures of a slice are wanted."""

    WEAK = "weak"
    """The model is worse on it than on all regions, and the interval leaves no doubt of that."""
    UNSURE = "unsure"
    """There are too few regions to tell, and the model may be worse on it than on all regions."""
    ABSENT = "absent"
    """There is no such region at all."""


@dataclass(frozen=True, slots=True)
class Demand:
    """More regions of one slice are wanted.

    Attributes:
        slice: which.
        reason: why.
        figure: CER of the slice with spaces ignored; None where nothing of it could be counted.
        half_width: half of the figure's 95 % interval; None where there is none.
        regions: of the slice that the evaluation counted.
        wanted: so many more.
        weight: what the slice costs at most: how far the upper end of its interval lies above the CER of all regions, times its
            share of all regions. Demands are ranked by it.
    """

    slice: SliceName
    reason: DemandReason
    figure: float | None
    half_width: float | None
    regions: int
    wanted: int
    weight: float


@dataclass(frozen=True, slots=True)
class AcceptedBonus:
    """Points that a campaign gives for a demanded slice.

    Attributes:
        campaign: its name.
        points: for a photograph with a region of the slice.
        first_day: in the campaign's zone.
        last_day: likewise.
    """

    campaign: str
    points: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class SentReading:
    """An accepted reading: when its photograph was sent, and to which campaign."""

    sent_at: datetime
    campaign: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class DemandRow:
    """A demand as the ledger keeps it: what one evaluation said of one slice.

    Attributes:
        evaluation_id: which evaluation.
        release: that it was of.
        asked_at: when it asked.
        rank: from 1 on; None where an earlier evaluation of the dataset asked for the slice and this one does not any more.
        demand: what it said; where it asks no more, reason and wanted are the earlier ones.
        accepted: bonuses that a manager gave for it.
    """

    evaluation_id: str
    release: str
    asked_at: datetime
    rank: int | None
    demand: Demand
    accepted: tuple[AcceptedBonus, ...] = ()


@dataclass(frozen=True, slots=True)
class DemandFollowed:
    """What became of a demand.

    Attributes:
        first: when the slice was first asked for of this dataset.
        now: what the newest evaluation of the dataset says of it.
        accepted: bonuses that a manager gave for it, in order of their first days.
        arrived: regions of it in accepted readings of photographs that were sent after it was first asked for.
    """

    first: DemandRow
    now: DemandRow
    accepted: tuple[AcceptedBonus, ...]
    arrived: int

    @property
    def effect(self) -> float | None:
        """By how much the figure has changed since; negative where it became better. None where one of the two is not known."""
        before = self.first.demand.figure
        after = self.now.demand.figure
        return None if before is None or after is None or self.first is self.now else after - before
