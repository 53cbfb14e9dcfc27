"""Regions found, counted by the rules of ICDAR 2015 ("Incidental Scene Text", task 1), at its overlap and at stricter ones.

The rules, as the script of the Robust Reading Competition has them: a region that was found and lies to more than half on one
don't-care region of the truth is taken out first, whatever else it lies on; then the truth's regions are gone through in their
order, and for each one those found in theirs, and the first two that are both free and overlap by *more* than the threshold are a
pair. Don't-care regions are no part of any pair. Counts add up over images, and figures are made of the sums.

``stages.compare.compare`` pairs the best overlap first, because it has to say *which* two regions are the same; the number of
pairs is another one only where outlines of one reading lie on each other by a third or more.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.reading import Reading
from stages.compare import COVERED, Overlaps
from stages.evaluate.rates import Rates, make_rates

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""Overlaps that a pair has to exceed: that of ICDAR 2015, and those over which COCO takes its mean."""


@dataclass(frozen=True, slots=True)
class DetectionCounts:
    """Regions of one image or of many.

    Attributes:
        truth: that are to be found.
        found: that were, but for those on don't-care regions.
        matched: pairs by the rules, for each of ``THRESHOLDS``.
        optimal: the most pairs that there can be at the first threshold, each region in one.
    """

    truth: int = 0
    found: int = 0
    matched: tuple[int, ...] = (0,) * len(THRESHOLDS)
    optimal: int = 0

    def __add__(self, other: DetectionCounts) -> DetectionCounts:
        """Counts of both."""
        matched = tuple(one + two for one, two in zip(self.matched, other.matched, strict=True))
        return DetectionCounts(self.truth + other.truth, self.found + other.found, matched, self.optimal + other.optimal)

    @property
    def rates(self) -> Rates:
        """The figures of ICDAR 2015."""
        return make_rates(self.matched[0], self.truth, self.matched[0], self.found)

    @property
    def optimal_rates(self) -> Rates:
        """The same of the most pairs that there can be."""
        return make_rates(self.optimal, self.truth, self.optimal, self.found)

    @property
    def mean_hmean(self) -> float | None:
        """Mean over ``THRESHOLDS`` of the harmonic mean at each; None where there is nothing at all."""
        total = self.truth + self.found
        return sum(2 * matched / total for matched in self.matched) / len(THRESHOLDS) if total else None


def count_detection(truth: Reading, other: Reading, overlaps: Overlaps) -> DetectionCounts:
    """Counts the regions of one image.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
        overlaps: of these two, as ``stages.compare.measure_overlaps`` makes them.
    """
    wanted = np.array([region.attributes.legible for region in truth.regions], dtype=bool)
    counted = overlaps.covered <= COVERED
    ious = np.where(wanted[:, None] & counted, overlaps.ious, 0.0)
    matched = tuple(_in_turn(ious > threshold) for threshold in THRESHOLDS)
    return DetectionCounts(int(wanted.sum()), int(counted.sum()), matched, _most(ious > THRESHOLDS[0]))


def _in_turn(near: NDArray[np.bool_]) -> int:
    """How many pairs there are where the first free one is taken, row by row."""
    if not _contested(near):
        return int(near.sum())
    free = np.ones(near.shape[1], dtype=bool)
    pairs = 0
    for row in near:
        left = np.flatnonzero(row & free)
        if left.size:
            free[left[0]] = False
            pairs += 1
    return pairs


def _most(near: NDArray[np.bool_]) -> int:
    """The most pairs of a row and a column that are near, each in one pair (augmenting paths, H. W. Kuhn 1955)."""
    if not _contested(near):
        return int(near.sum())
    columns: dict[int, list[int]] = defaultdict(list)
    for row, column in np.argwhere(near).tolist():
        columns[row].append(column)
    owner: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for column in columns[row]:
            if column not in seen:
                seen.add(column)
                if column not in owner or place(owner[column], seen):
                    owner[column] = row
                    return True
        return False

    return sum(place(row, set()) for row in list(columns))


def _contested(near: NDArray[np.bool_]) -> bool:
    """Whether some region is near more than one."""
    return bool(near.size) and bool(near.sum(axis=0).max() > 1 or near.sum(axis=1).max() > 1)
