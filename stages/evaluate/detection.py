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
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from schemas.outcomes import IOUS
from schemas.reading import Reading
from stages.compare import COVERED, Overlaps, measure_overlaps

Pair = tuple[int, int]
"""Index of a region of the truth, and of one of the other."""


@dataclass(frozen=True, slots=True)
class DetectionCounts:
    """Regions of one image or of many.

    Attributes:
        truth: that are to be found.
        found: that were, but for those on don't-care regions.
        matched: pairs by the rules, for each of ``IOUS``.
        optimal: the most pairs that there can be at the first threshold, each region in one.
    """

    truth: int = 0
    found: int = 0
    matched: tuple[int, ...] = (0,) * len(IOUS)
    optimal: int = 0

    def __add__(self, other: DetectionCounts) -> DetectionCounts:
        """Counts of both."""
        matched = tuple(one + two for one, two in zip(self.matched, other.matched, strict=True))
        return DetectionCounts(self.truth + other.truth, self.found + other.found, matched, self.optimal + other.optimal)


def count_detection(truth: Reading, other: Reading, overlaps: Overlaps | None = None) -> DetectionCounts:
    """Counts the regions of one image.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
        overlaps: of these two, where the caller has measured them; else they are measured.
    """
    overlaps = overlaps or measure_overlaps(truth, other)
    wanted = np.array([region.attributes.legible for region in truth.regions], dtype=bool)
    counted = overlaps.covered <= COVERED
    near = (overlaps.ious > IOUS[0]) & wanted[overlaps.one] & counted[overlaps.other]
    rows = overlaps.one[near].tolist()
    columns = overlaps.other[near].tolist()
    ious = overlaps.ious[near]
    if len(set(rows)) == len(rows) == len(set(columns)):  # nothing is near two things
        matched = (ious[:, None] > IOUS).sum(axis=0).tolist()
        return DetectionCounts(int(wanted.sum()), int(counted.sum()), tuple(matched), len(rows))
    pairs = list(zip(rows, columns, ious.tolist(), strict=True))
    matched = [_in_turn((row, column) for row, column, iou in pairs if iou > threshold) for threshold in IOUS]
    return DetectionCounts(int(wanted.sum()), int(counted.sum()), tuple(matched), _most(zip(rows, columns, strict=True)))


def _in_turn(near: Iterable[Pair]) -> int:
    """How many pairs there are where each pair counts whose row and column are still free."""
    rows: set[int] = set()
    columns: set[int] = set()
    for row, column in near:
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
    return len(rows)


def _most(near: Iterable[Pair]) -> int:
    """The most pairs that there can be, each row and each column in one (augmenting paths, H. W. Kuhn 1955)."""
    columns: dict[int, list[int]] = defaultdict(list)
    for row, column in near:
        columns[row].append(column)
    row_of: dict[int, int] = {}
    column_of: dict[int, int] = {}
    for row in columns:
        _place(row, columns, row_of, column_of)
    return len(row_of)


def _place(row: int, columns: dict[int, list[int]], row_of: dict[int, int], column_of: dict[int, int]) -> None:
    """Gives a row a column where others can move over for it: by the shortest way to a free column, turned round."""
    reached: dict[int, int] = {}
    waiting = [row]
    for current in waiting:
        for column in columns[current]:
            if column in reached:
                continue
            reached[column] = current
            if column in row_of:
                waiting.append(row_of[column])
                continue
            free: int | None = column
            while free is not None:
                mover = reached[free]
                row_of[free] = mover
                left = column_of.get(mover)
                column_of[mover] = free
                free = left
            return
