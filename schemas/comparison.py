"""What the comparison of two evaluations found, and the gates that it has to pass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.evaluation import SliceName


class ChangeVerdict(StrEnum):
    """What may be said of a change."""

    BETTER = "better"
    WORSE = "worse"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class SliceChange:
    """One figure of one slice in two evaluations.

    Attributes:
        slice: which.
        figure: key of the figure.
        before: its value in the first evaluation.
        after: its value in the second; None where that has none, as of texts of a slice in which nothing was found.
        low: lower end of the 95 % interval of ``after - before``, by paired bootstrap; None where it cannot be told.
        high: upper end of it.
        regions: of the slice.
        verdict: after the control for several comparisons.
        through: the slice through whose regions alone this one changed; None where it changed by others too, or did not.
    """

    slice: SliceName
    figure: str
    before: float
    after: float | None
    low: float | None
    high: float | None
    regions: int
    verdict: ChangeVerdict
    through: SliceName | None = None

    @property
    def change(self) -> float | None:
        """How much the figure grew; None where there is none any more."""
        return None if self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class EvaluationComparison:
    """Two evaluations of the same images.

    Attributes:
        before: id of the first.
        after: id of the second.
        readers: whose readings were judged in the one and in the other.
        release: that both are of.
        split: that both are of.
        figure: key of the figure that decided.
        changes: by slice, all regions first.
    """

    before: str
    after: str
    readers: tuple[str, str]
    release: str
    split: str
    figure: str
    changes: tuple[SliceChange, ...]


@dataclass(frozen=True, slots=True)
class GateResult:
    """What became of one gate on one slice.

    Attributes:
        slice: which.
        figure: key of the figure.
        asked: in words.
        value: the figure, or its change.
        passed: whether the gate lets it through.
        why: in words, where that is not plain.
    """

    slice: SliceName
    figure: str
    asked: str
    value: float | None
    passed: bool
    why: str = ""
