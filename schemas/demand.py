"""What an evaluation asks people to collect next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.evaluation import SliceName


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
