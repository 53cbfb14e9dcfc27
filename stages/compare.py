"""Two readings of one image, compared: the one operation behind agreement, diff and evaluation."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Match:
    """Two regions that are the same.

    Attributes:
        truth: the region of the reading that is taken for true.
        other: the region of the other one.
        iou: their overlap.
        edits: Levenshtein distance of their texts, after NFC.
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
    if truth.unit is not other.unit and not across_units:
        raise UnitMismatch(f"{truth.reader} has {truth.unit}s and {other.reader} has {other.unit}s: matching them by "
                           "overlap means nothing; ask for it if you mean it")
    ious, covered = _overlaps(truth, other)
    pairs = sorted(((float(ious[i, j]), i, j) for i, j in zip(*np.nonzero(ious >= IOU), strict=True)),
                   key=lambda pair: (-pair[0], pair[1], pair[2]))
    matched_truth: dict[int, tuple[int, float]] = {}
    matched_other: dict[int, int] = {}
    for iou, i, j in pairs:
        if i not in matched_truth and j not in matched_other:
            matched_truth[i] = (j, iou)
            matched_other[j] = i
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
