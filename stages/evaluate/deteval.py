"""DetEval: what of upright boxes is covered, with splits and merges (C. Wolf and J.-M. Jolion, IJDAR 8, 2006).

Counted as the script does that ranks Upstage's public OCR courses, which is the Robust Reading Competition's ``deteval`` with
upright boxes: every outline becomes the upright box around it, and a box of whole pixels has its last pixel too, so that sides
are a pixel longer than their corners lie apart. Scores add up over images; the order of the regions decides who comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.outlines import Floats, bounds_of
from schemas.reading import Reading

RECALL = 0.8
"""Share of a box of the truth that has to be covered."""
PRECISION = 0.4
"""Share of a box found that has to lie on the truth; one that lies on a don't-care box to more than this is taken out."""
SPLIT = 0.8
"""Score of a box of the truth that was found in several parts, and of each of the parts. All other scores are 1."""
DECIMALS = 4
"""To which the script rounds sums of shares before it compares them."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DetEvalCounts:
    """Scores of one image or of many.

    Attributes:
        recall: sum of the scores of the truth's boxes.
        precision: sum of the scores of the boxes found.
        truth: boxes that are to be found.
        found: boxes that were, but for those on don't-care boxes.
    """

    recall: float = 0.0
    precision: float = 0.0
    truth: int = 0
    found: int = 0

    def __add__(self, other: DetEvalCounts) -> DetEvalCounts:
        """Scores of both."""
        return DetEvalCounts(self.recall + other.recall, self.precision + other.precision, self.truth + other.truth,
                             self.found + other.found)


def count_deteval(truth: Reading, other: Reading) -> DetEvalCounts:
    """Scores the boxes of one image: first one to one, then truth found in parts, then truth found together.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
    """
    mine = bounds_of([region.polygon for region in truth.regions])  # NaN lies on nothing
    theirs = bounds_of([region.polygon for region in other.regions])
    wanted = np.array([region.attributes.legible for region in truth.regions], dtype=bool)
    shared = _sides(np.minimum(mine[:, None, 2:], theirs[:, 2:]) - np.maximum(mine[:, None, :2], theirs[:, :2]))
    recall = _shares(shared, _sides(mine[:, 2:] - mine[:, :2])[:, None])
    precision = _shares(shared, _sides(theirs[:, 2:] - theirs[:, :2])[None])
    counted = ~(precision[~wanted] > PRECISION).any(axis=0)
    free_truth = wanted.copy()
    free_found = counted.copy()
    shares = _Shares(recall, precision, ((recall > 0) & counted).sum(axis=1), ((recall > 0) & wanted[:, None]).sum(axis=0))
    pairs = _one_to_one(shares, mine, theirs, free_truth, free_found)
    score_recall = float(pairs)
    score_precision = float(pairs)
    for parts in _splits(shares, free_truth, free_found):
        score_recall += SPLIT if parts > 1 else 1
        score_precision += SPLIT * parts if parts > 1 else 1
    for together in _merges(shares, free_truth, free_found):
        score_recall += together
        score_precision += 1
    return DetEvalCounts(score_recall, score_precision, int(wanted.sum()), int(counted.sum()))


@dataclass(frozen=True, slots=True, eq=False)
class _Shares:
    """Shares of boxes that lie on others, [truth × found], and how many boxes that count each one touches."""

    recall: Floats
    precision: Floats
    touched_by_truth: NDArray[np.intp]
    touched_by_found: NDArray[np.intp]


def _one_to_one(shares: _Shares, mine: Floats, theirs: Floats, free_truth: Bools, free_found: Bools) -> int:
    """How many boxes are each other's only one, with middles near each other. They are no longer free then."""
    near = (shares.recall >= RECALL) & (shares.precision >= PRECISION)
    alone = near & (near.sum(axis=1) == 1)[:, None] & (near.sum(axis=0) == 1)
    alone &= (free_truth & (shares.touched_by_truth == 1))[:, None] & (free_found & (shares.touched_by_found == 1))
    rows, columns = np.nonzero(alone)
    one = mine[rows]
    other = theirs[columns]
    apart = np.hypot(*((one[:, :2] + one[:, 2:]) - (other[:, :2] + other[:, 2:])).T / 2)
    close = 2 * apart < _diagonals(one) + _diagonals(other)
    free_truth[rows[close]] = False
    free_found[columns[close]] = False
    return int(close.sum())


def _splits(shares: _Shares, free_truth: Bools, free_found: Bools) -> list[int]:
    """Of each box of the truth that is covered by several together, how many these are. They are no longer free then."""
    found: list[int] = []
    for row in np.flatnonzero(free_truth & (shares.touched_by_truth > 1)):
        parts = np.flatnonzero(free_found & (shares.precision[row] >= PRECISION))
        if round(sum(shares.recall[row, parts].tolist()), DECIMALS) >= RECALL:
            free_truth[row] = False
            free_found[parts] = False
            found.append(len(parts))
    return found


def _merges(shares: _Shares, free_truth: Bools, free_found: Bools) -> list[int]:
    """Of each box found that covers several of the truth, how many these are. They are no longer free then."""
    found: list[int] = []
    for column in np.flatnonzero(free_found & (shares.touched_by_found > 1)):
        covered = np.flatnonzero(free_truth & (shares.recall[:, column] >= RECALL))
        if round(sum(shares.precision[covered, column].tolist()), DECIMALS) >= PRECISION:
            free_found[column] = False
            free_truth[covered] = False
            found.append(len(covered))
    return found


def _sides(lengths: Floats) -> Floats:
    """Areas of boxes by their two sides, a pixel added to each; 0 where one is negative."""
    sides = lengths + 1
    found: Floats = np.where((sides >= 0).all(axis=-1), sides.prod(axis=-1), 0.0)
    return found


def _shares(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def _diagonals(boxes: Floats) -> Floats:
    found: Floats = np.hypot(*(boxes[:, 2:] - boxes[:, :2] + 1).T)
    return found
