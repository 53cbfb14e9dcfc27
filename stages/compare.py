"""Two readings of one image, compared: the one operation behind agreement, diff and evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from schemas.errors import UnitMismatch
from schemas.reading import Reading, Region
from schemas.text import normalise, without_spaces

IOU = 0.5
"""From this overlap on two regions are the same (ICDAR 2015, "Incidental Scene Text", task 1)."""
COVERED = 0.5
"""A region that lies to more than this share on a don't-care region is not counted against anybody (the same)."""

Pair = tuple[float, int, int]
"""IoU of two regions, index of the one in its reading, index of the other in its own."""


@dataclass(frozen=True, slots=True)
class Match:
    """Two regions that are the same.

    Attributes:
        truth: the region of the reading that is taken for true.
        other: the region of the other one.
        iou: their overlap.
        edits: Levenshtein distance of their texts, as ``normalise`` makes them.
        edits_unspaced: the same with all white space out.
    """

    truth: Region
    other: Region
    iou: float
    edits: int
    edits_unspaced: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two readings of an image share, and what only one of them has.

    Attributes:
        matches: regions of both; don't-care regions are not among them.
        missed: regions of the truth that the other does not have; don't-care regions are not among them.
        extra: regions of the other that the truth does not have.
        ignored: regions of the other that lie on don't-care regions.
    """

    matches: tuple[Match, ...]
    missed: tuple[Region, ...]
    extra: tuple[Region, ...]
    ignored: tuple[Region, ...]


def compare(truth: Reading, other: Reading, *, across_units: bool = False) -> Comparison:
    """Compares a reading with the one that is taken for true.

    Regions are matched one to one, greedily, best overlap first. A truth region that nobody can read
    (``legible=False``) is a don't-care: a region matched to it or lying on it counts neither way.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
        across_units: compare even where one reading has words and the other has lines.

    Raises:
        UnitMismatch: the readings have different units and ``across_units`` is false.
    """
    _refuse_units(truth, other, across_units)
    ious, covered = _overlaps(truth, other)
    matched_truth = first_come(sorted(_from_iou(ious), key=lambda pair: (-pair[0], pair[1], pair[2])))
    matched_other = {j: i for i, (j, _) in matched_truth.items()}
    matches = [_match(truth.regions[i], other.regions[j], iou) for i, (j, iou) in sorted(matched_truth.items())
               if truth.regions[i].attributes.legible]
    missed = [region for i, region in enumerate(truth.regions)
              if i not in matched_truth and region.attributes.legible]
    extra, ignored = [], []
    for j, region in enumerate(other.regions):
        if j in matched_other:
            if not truth.regions[matched_other[j]].attributes.legible:
                ignored.append(region)
        elif covered[j] > COVERED:
            ignored.append(region)
        else:
            extra.append(region)
    return Comparison(tuple(matches), tuple(missed), tuple(extra), tuple(ignored))


def overlapping(one: Reading, other: Reading) -> list[Pair]:
    """All pairs of regions that may be the same, whatever else overlaps them, in no order that means anything.

    Raises:
        UnitMismatch: the readings have different units.
    """
    _refuse_units(one, other, across_units=False)
    return _from_iou(_overlaps(one, other)[0])


def first_come(pairs: Iterable[Pair]) -> dict[int, tuple[int, float]]:
    """One to one, greedily: a pair counts where neither of its regions is taken.

    Args:
        pairs: best first.

    Returns:
        By index of the one region, the index of the other and their IoU.
    """
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for iou, i, j in pairs:
        if i not in found and j not in taken:
            found[i] = (j, iou)
            taken.add(j)
    return found


def _refuse_units(one: Reading, other: Reading, across_units: bool) -> None:
    if one.unit is not other.unit and not across_units:
        raise UnitMismatch(f"{one.reader} has {one.unit}s and {other.reader} has {other.unit}s: matching them by "
                           "overlap means nothing; ask for it if you mean it")


def _from_iou(ious: NDArray[np.float64]) -> list[Pair]:
    return [(float(ious[i, j]), int(i), int(j)) for i, j in zip(*np.nonzero(ious >= IOU), strict=True)]


def _match(truth: Region, other: Region, iou: float) -> Match:
    one, two = normalise(truth.text), normalise(other.text)
    return Match(truth, other, iou, Levenshtein.distance(one, two),
                 Levenshtein.distance(without_spaces(one), without_spaces(two)))


def _overlaps(truth: Reading, other: Reading) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """IoU of each pair [truth × other], and for each other region the largest share of it on one don't-care region."""
    ious = np.zeros((len(truth.regions), len(other.regions)))
    covered = np.zeros(len(other.regions))
    if not ious.size:
        return ious, covered
    shapes, others = _shapes(truth), _shapes(other)
    tree = shapely.STRtree(others)
    i, j = tree.query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[i], others[j]))
    union = shapely.area(shapes)[i] + shapely.area(others)[j] - common
    ious[i, j] = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    for row, column, area in zip(i, j, common, strict=True):
        if not truth.regions[row].attributes.legible and others[column].area > 0:
            covered[column] = max(covered[column], area / others[column].area)
    return ious, covered


def _shapes(reading: Reading) -> NDArray[np.object_]:
    shapes = np.array([shapely.Polygon(region.polygon) for region in reading.regions], dtype=object)
    # One polygon that crosses itself would raise for the whole vectorised call.
    invalid = ~shapely.is_valid(shapes)
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    return shapes
