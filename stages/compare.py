"""Two readings of one image, compared: the one operation behind agreement, diff and evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from schemas.errors import UnitMismatch
from schemas.geometry import iou, shapes_of
from schemas.reading import Reading, Region
from schemas.text import normalise, without_spaces

IOU = 0.5
"""From this overlap on two regions are the same (ICDAR 2015, "Incidental Scene Text", task 1)."""
COVERED = 0.5
"""A region that lies to more than this share on a don't-care region is not counted against anybody (the same)."""


class Overlap(NamedTuple):
    """Two regions that lie on each other.

    Attributes:
        iou: of their outlines.
        one: index of the one in its reading.
        other: index of the other in its own.
    """

    iou: float
    one: int
    other: int


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """How the regions of two readings lie on each other.

    Attributes:
        ious: of each pair of outlines, [truth × other]. Areas are those of polygons, not of pixels.
        covered: for each region of the other, the largest share of it that lies on one don't-care region of the truth.
    """

    ious: NDArray[np.float64]
    covered: NDArray[np.float64]


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


def compare(truth: Reading, other: Reading, *, across_units: bool = False, overlaps: Overlaps | None = None) -> Comparison:
    """Compares a reading with the one that is taken for true.

    Regions are matched one to one, greedily, best overlap first. A truth region that nobody can read
    (``legible=False``) is a don't-care: a region matched to it or lying on it counts neither way.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
        across_units: compare even where one reading has words and the other has lines.
        overlaps: of these two, where the caller has measured them; else they are measured.

    Raises:
        UnitMismatch: the readings have different units and ``across_units`` is false.
    """
    _refuse_units(truth, other, across_units)
    overlaps = overlaps or measure_overlaps(truth, other)
    matched_truth = first_come(sorted(_from_iou(overlaps.ious), key=lambda pair: (-pair.iou, pair.one, pair.other)))
    matched_other = {j: i for i, (j, _) in matched_truth.items()}
    matches = [_match(truth.regions[i], other.regions[j], overlap) for i, (j, overlap) in sorted(matched_truth.items())
               if truth.regions[i].attributes.legible]
    missed = [region for i, region in enumerate(truth.regions)
              if i not in matched_truth and region.attributes.legible]
    extra: list[Region] = []
    ignored: list[Region] = []
    for j, region in enumerate(other.regions):
        if j in matched_other:
            if not truth.regions[matched_other[j]].attributes.legible:
                ignored.append(region)
        elif overlaps.covered[j] > COVERED:
            ignored.append(region)
        else:
            extra.append(region)
    return Comparison(tuple(matches), tuple(missed), tuple(extra), tuple(ignored))


def measure_overlaps(truth: Reading, other: Reading) -> Overlaps:
    """Overlaps of all pairs of regions. An outline that crosses itself is what it encloses; one that is not finite has none."""
    ious = np.zeros((len(truth.regions), len(other.regions)))
    covered = np.zeros(len(other.regions))
    if not ious.size:
        return Overlaps(ious, covered)
    shapes = shapes_of([region.polygon for region in truth.regions])
    others = shapes_of([region.polygon for region in other.regions])
    i, j = shapely.STRtree(others).query(shapes, predicate="intersects")
    ious[i, j] = iou(shapes[i], others[j])
    illegible = np.array([not region.attributes.legible for region in truth.regions])[i]
    lying = others[j[illegible]]
    common = shapely.area(shapely.intersection(shapes[i[illegible]], lying))
    areas = shapely.area(lying)
    np.maximum.at(covered, j[illegible], np.divide(common, areas, out=np.zeros_like(common), where=areas > 0))
    return Overlaps(ious, covered)


def overlapping(one: Reading, other: Reading) -> list[Overlap]:
    """All pairs of regions that may be the same, whatever else overlaps them, in no order that means anything.

    Raises:
        UnitMismatch: the readings have different units.
    """
    _refuse_units(one, other, across_units=False)
    return _from_iou(measure_overlaps(one, other).ious)


def first_come(pairs: Iterable[Overlap]) -> dict[int, tuple[int, float]]:
    """One to one, greedily: a pair counts where neither of its regions is taken.

    Args:
        pairs: best first.

    Returns:
        By index of the one region, the index of the other and their IoU.
    """
    found: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    for pair in pairs:
        if pair.one not in found and pair.other not in taken:
            found[pair.one] = (pair.other, pair.iou)
            taken.add(pair.other)
    return found


def _refuse_units(one: Reading, other: Reading, across_units: bool) -> None:
    if one.unit is not other.unit and not across_units:
        raise UnitMismatch(f"{one.reader} has {one.unit}s and {other.reader} has {other.unit}s: matching them by "
                           "overlap means nothing; ask for it if you mean it")


def _from_iou(ious: NDArray[np.float64]) -> list[Overlap]:
    return [Overlap(float(ious[i, j]), int(i), int(j)) for i, j in zip(*np.nonzero(ious >= IOU), strict=True)]


def _match(truth: Region, other: Region, overlap: float) -> Match:
    one = normalise(truth.text)
    two = normalise(other.text)
    return Match(truth, other, overlap, Levenshtein.distance(one, two),
                 Levenshtein.distance(without_spaces(one), without_spaces(two)))
