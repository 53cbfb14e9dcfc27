"""Two evaluations of the same images, slice by slice: better, worse, or cannot tell.

Paired bootstrap: one draw of groups serves both, so what is hard for both cancels out (Berg-Kirkpatrick, Burkett and Klein,
EMNLP 2012). The change of a slice over its standard error is held against Student's distribution with as many degrees of freedom
as there are groups less one. Several comparisons: Holm's step-down procedure over all slices keeps the chance that any one is
called better or worse wrongly at 5 % (Holm 1979).

Slices share regions: where vertical writing gets worse, Korean gets worse as well, for vertical writing is part of it. So the
surest slice is told first, its regions are taken out, and the others are judged anew on what is left. One that changed only
through the regions of another is told as that: ``through``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from schemas.comparison import ChangeVerdict, SliceChange
from schemas.errors import SettingError
from schemas.evaluation import EVERYTHING, SliceName
from schemas.outcomes import Outcomes
from stages.evaluate.bootstrap import TAIL, Draws, draws, resampled
from stages.evaluate.figures import LEADING, Summed, point
from stages.evaluate.formulas import FORMULAS, Formula, Level, Values
from stages.evaluate.slices import Slice, everything, single_slices
from stages.evaluate.student import two_sided

LEVEL = 0.05
"""Chance that anything is called better or worse wrongly."""
LEAST_GROUPS = 5
"""With fewer groups nothing is told."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """A slice's change: with its interval, and how surprising it would be if there were none.

    ``everywhere``: all resamples agree on it, so it has no standard error.
    """

    slice: Slice
    before: float
    after: float | None
    low: float | None
    high: float | None
    chance: float
    regions: int
    everywhere: bool = False

    def grew(self) -> bool | None:
        """Whether the figure is larger than before; None where there is none any more."""
        return None if self.after is None else self.after > self.before


def compare_outcomes(before: Outcomes, after: Outcomes, figure: str = LEADING) -> tuple[SliceChange, ...]:
    """What one figure changed from one evaluation to another; see ``PairedOutcomes``, which compares several at less cost."""
    return PairedOutcomes(before, after).changes(figure)


class PairedOutcomes:
    """Two evaluations of the same images, summed once, whatever figures are compared.

    Args:
        before: outcomes of the first.
        after: of the second.

    Raises:
        SettingError: the evaluations are not of the same images.
    """

    def __init__(self, before: Outcomes, after: Outcomes) -> None:
        if before.images["image_id"] != after.images["image_id"]:
            raise SettingError("the two evaluations are not of the same images: evaluate both on one release and split, and both "
                               "with or without --allow-missing")
        self._after = after
        self._sums = Summed(before), Summed(after)
        self._drawn: Draws = draws(len(self._sums[0].groups)) if self._sums[0].groups else np.zeros((0, 0), np.float32)
        self._slices = [everything(before), *single_slices(before)]
        self._later = {item.name: item for item in (everything(after), *single_slices(after))}

    def changes(self, figure: str) -> tuple[SliceChange, ...]:
        """What changed, all regions first, then single slices in their order.

        Args:
            figure: key of the figure that decides.

        Raises:
            SettingError: there is no such figure.
        """
        formula = FORMULAS.get(figure)
        if formula is None:
            raise SettingError(f"there is no figure {figure!r}; there are: {', '.join(FORMULAS)}")
        slices = [item for item in self._slices if formula.level is Level.REGION or item.images is not None]
        measured = [found for item in slices if (found := self._measure(formula, item)) is not None]
        return tuple(self._told(formula, measured))

    def _measure(self, formula: Formula, chosen: Slice, without: Sequence[Slice] = ()) -> _Measured | None:
        """A slice's change, without what other slices hold; None where there is nothing to compare."""
        one = self._sums[0].of(_less(chosen, without))
        # The rows of the second evaluation are other rows: its masks come from its own columns.
        other = self._sums[1].of(_less(self._later_slice(chosen), [self._later_slice(item) for item in without]))
        first = point(formula, one.total())
        second = point(formula, other.total())
        groups = min(one.groups(), other.groups())
        regions = round(float(one.total()["regions"]))
        if first is None:
            return None
        if second is None:
            return _Measured(chosen, first, None, None, None, _by_sign(groups), regions, everywhere=True)
        changes = formula.value(resampled(other.columns, other.by_group, self._drawn)) - formula.value(
            resampled(one.columns, one.by_group, self._drawn))
        return _judged(chosen, first, second, changes[~np.isnan(changes)], groups, regions)

    def _later_slice(self, chosen: Slice) -> Slice:
        """The slice with this name in the second evaluation; an empty one where it has none."""
        return self._later.get(chosen.name) or Slice(
            chosen.name, np.zeros(len(self._after.regions), bool),
            None if chosen.images is None else np.zeros(len(self._after.images), bool))

    def _told(self, formula: Formula, measured: list[_Measured]) -> list[SliceChange]:
        """The verdict of each slice, in the order of ``measured``."""
        sure = _holm(measured)
        causes: list[_Measured] = []
        through: dict[SliceName, SliceName] = {}
        single = [item for item in sure if item.slice.name != EVERYTHING]
        for item in sorted(single, key=_surest_first):
            rest = self._measure(formula, item.slice, [cause.slice for cause in causes]) if causes else item
            alike = [cause for cause in causes if cause.grew() == item.grew()]
            if alike and (rest is None or rest.chance > LEVEL / len(measured)):
                through[item.slice.name] = _most_shared(item, alike).slice.name
            else:
                causes.append(item)
        told = {item.slice.name for item in sure}
        return [SliceChange(item.slice.name, formula.key, item.before, item.after, item.low, item.high, item.regions,
                            _verdict(item, formula) if item.slice.name in told and item.slice.name not in through
                            else ChangeVerdict.CANNOT_TELL, through.get(item.slice.name)) for item in measured]


def _judged(chosen: Slice, first: float, second: float, changes: Values, groups: int, regions: int) -> _Measured:
    if groups < LEAST_GROUPS or len(changes) < 2:
        return _Measured(chosen, first, second, None, None, 1.0, regions)
    low, high = (float(end) for end in np.percentile(changes, (TAIL, 100 - TAIL)))
    error = float(changes.std())
    chance = 1.0 if first == second else two_sided(abs(second - first) / error, groups - 1) if error else _by_sign(groups)
    return _Measured(chosen, first, second, low, high, chance, regions, everywhere=not error)


def _by_sign(groups: int) -> float:
    """Chance that so many groups change the same way by chance: a sign test, for what is alike in all resamples."""
    return 1.0 if groups < LEAST_GROUPS else 0.5 ** (groups - 1)


def _surest_first(item: _Measured) -> tuple[bool, float, float, SliceName]:
    return not item.everywhere, item.chance, -abs((item.after or 0.0) - item.before), item.slice.name


def _holm(measured: Sequence[_Measured]) -> list[_Measured]:
    """Those whose change is not chance, by Holm's procedure."""
    ordered = sorted(measured, key=lambda item: item.chance)
    sure = []
    for place, item in enumerate(ordered):
        if item.chance > LEVEL / (len(ordered) - place):
            break
        sure.append(item)
    return sure


def _verdict(item: _Measured, formula: Formula) -> ChangeVerdict:
    return ChangeVerdict.BETTER if item.grew() is formula.higher_is_better else ChangeVerdict.WORSE


def _most_shared(item: _Measured, causes: Sequence[_Measured]) -> _Measured:
    """The cause that holds most of a slice's regions."""
    return max(causes, key=lambda cause: int((cause.slice.regions & item.slice.regions).sum()))


def _less(chosen: Slice, without: Sequence[Slice]) -> Slice:
    """A slice without the regions and images of others; images go only with a slice of whole images."""
    regions = chosen.regions
    images = chosen.images
    for other in without:
        regions = regions & ~other.regions
        if images is not None and other.images is not None:
            images = images & ~other.images
    return Slice(chosen.name, regions, images)
