"""Intervals by bootstrap over groups: pictures of one group are not independent, so whole groups are drawn.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13: as many groups as there are are drawn with
replacement, the figure is computed of what was drawn, and the interval ends at the 2.5th and 97.5th percentile.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.formulas import Formula, Sums, Values

RESAMPLES = 1000
SEED = 20150101
"""Draws are the same in every process: evaluating twice gives the same intervals."""
TAIL = 2.5
"""Percent beyond each end of an interval."""

Draws = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Interval:
    """Ends of a 95 % interval; None where it cannot be told."""

    low: float | None
    high: float | None

    @property
    def half_width(self) -> float | None:
        """Half of what lies between the ends."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


def draws(groups: int, resamples: int = RESAMPLES) -> Draws:
    """How often each group is drawn in each resample, float32 [resamples × groups]."""
    random = np.random.default_rng(SEED)
    return random.multinomial(groups, np.full(groups, 1 / groups), size=resamples).astype(np.float32)


def resampled(columns: tuple[str, ...], by_group: Values, drawn: Draws) -> Sums:
    """Sums by column of each resample.

    Args:
        columns: names.
        by_group: float64 [groups × columns].
        drawn: see ``draws``.
    """
    there = np.flatnonzero(by_group.any(axis=1))
    sums = drawn[:, there].astype(float) @ by_group[there]
    return {name: sums[:, number] for number, name in enumerate(columns)}


def ends(formula: Formula, value: float, resamples: Sums, groups: int, texts: int) -> Interval:
    """The interval of a figure. Where it is 0, or a share is 1, in all resamples, the other end is 3/n away.

    That is the rule of three (Hanley and Lippman-Hand, JAMA 249, 1983): what was never seen in n trials happens in at most 3/n
    of them, with 95 % confidence.

    Args:
        formula: of the figure.
        value: of all groups.
        resamples: sums of each resample.
        groups: that have something of the slice: n of a share.
        texts: matched ones of the slice: n of an error rate, of which each text is a trial of many letters.
    """
    if groups < 2:
        return Interval(None, None)
    values = formula.value(resamples)
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(None, None)
    low, high = (float(end) for end in np.percentile(values, (TAIL, 100 - TAIL)))
    if low == high and (value == 0 or (value == 1 and formula.higher_is_better)):
        away = min(1.0, 3 / (groups if formula.higher_is_better else max(groups, texts)))
        return Interval(0.0, away) if value == 0 else Interval(1 - away, 1.0)
    return Interval(low, high)
