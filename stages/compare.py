"""Two readings of one image, compared: the one operation behind agreement, diff and evaluation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from schemas.errors import UnitMismatch
from schemas.outlines import Floats, Indexes, outlines_of, shared_areas, touching
from schemas.reading import Reading, Region
from schemas.text import normalise, without_spaces

IOU = 0.5
"""From this overlap on two regions are the same (ICDAR 2015, "Incidental Scene Text", task 1)."""
COVERED = 0.5
"""A region that lies to more than this share on a don't-care region is not counted against anybody (the same)."""
IOU_DECIMALS = 12
"""Of overlaps: what is left off is noise of floating-point numbers, which would decide ties."""


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
    """How the regions of two readings lie on each other. Areas are those of polygons, not of pixels.

    Attributes:
        one: index of the truth's region of each pair whose upright boxes share an area; pairs are in order of both indexes.
        other: index of the other's region.
        shared: area that the two share, square pixels.
        ious: intersection over union, to twelve decimals: what is equal by geometry is equal here, however it was worked out.
        covered: for each region of the other, the largest share of it that lies on one don't-care region of the truth.
        areas: of each region of the other.
    """

    one: Indexes
    other: Indexes
    shared: Floats
    ious: Floats
    covered: Floats
    areas: Floats


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
    matched_truth = first_come(sorted(_same(overlaps), key=lambda pair: (-pair.iou, pair.one, pair.other)))
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
    """Overlaps of the regions of two readings, as ``measure_all`` says."""
    return measure_all([(truth, other)])[0]


def measure_all(pairs: Sequence[tuple[Reading, Reading]]) -> list[Overlaps]:
    """Overlaps of the regions of two readings, for many images at once: the more, the faster; some hundreds are enough.

    An outline that crosses itself is what it encloses. One that is no outline, or has a number that is not finite, lies on
    nothing.

    Args:
        pairs: the reading taken for true, and the one that is judged.
    """
    if not pairs:
        return []
    truths = outlines_of([region.polygon for truth, _ in pairs for region in truth.regions])
    others = outlines_of([region.polygon for _, other in pairs for region in other.regions])
    firsts = np.cumsum([0, *(len(truth.regions) for truth, _ in pairs)])
    seconds = np.cumsum([0, *(len(other.regions) for _, other in pairs)])
    near = [touching(truths.bounds[firsts[k]:firsts[k + 1]], others.bounds[seconds[k]:seconds[k + 1]]) for k in range(len(pairs))]
    i = np.concatenate([one + first for (one, _), first in zip(near, firsts, strict=False)])
    j = np.concatenate([other + second for (_, other), second in zip(near, seconds, strict=False)])
    shared = shared_areas(truths, i, others, j)
    union = truths.areas[i] + others.areas[j] - shared
    ious = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0).round(IOU_DECIMALS)
    illegible = np.array([not region.attributes.legible for truth, _ in pairs for region in truth.regions], dtype=bool)[i]
    covered = np.zeros(len(others.areas))
    lying = others.areas[j[illegible]]
    shares = np.divide(shared[illegible], lying, out=np.zeros_like(lying), where=lying > 0)
    np.maximum.at(covered, j[illegible], shares.round(IOU_DECIMALS))
    ends = np.cumsum([0, *(len(one) for one, _ in near)])
    return [Overlaps(*near[k], shared[ends[k]:ends[k + 1]], ious[ends[k]:ends[k + 1]], covered[seconds[k]:seconds[k + 1]],
                     others.areas[seconds[k]:seconds[k + 1]]) for k in range(len(pairs))]


def overlapping(one: Reading, other: Reading) -> list[Overlap]:
    """All pairs of regions that may be the same, whatever else overlaps them, in no order that means anything.

    Raises:
        UnitMismatch: the readings have different units.
    """
    _refuse_units(one, other, across_units=False)
    return _same(measure_overlaps(one, other))


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


def _same(overlaps: Overlaps) -> list[Overlap]:
    enough = overlaps.ious >= IOU
    columns = (overlaps.ious[enough].tolist(), overlaps.one[enough].tolist(), overlaps.other[enough].tolist())
    return [Overlap(*pair) for pair in zip(*columns, strict=True)]


def _match(truth: Region, other: Region, overlap: float) -> Match:
    one = normalise(truth.text)
    two = normalise(other.text)
    return Match(truth, other, overlap, Levenshtein.distance(one, two),
                 Levenshtein.distance(without_spaces(one), without_spaces(two)))
