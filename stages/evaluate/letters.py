"""Where the letters of a region lie, as CLEval supposes: in equal steps along the middle of its outline.

That rule is for four corners. Outlines with more are followed here along their upper and their lower side, which begin at the
reading start; CLEval has no rule for them that runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.outlines import NEXT, Floats, Indexes, quads_of
from schemas.reading import Point, Polygon

UPRIGHT = 0.5
"""Below this ratio of width to height the letters of a region with four corners stand on top of each other (CLEval)."""
TINY = 1e-5
"""What CLEval adds to sides in pixels, so that it never divides by zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """Middles of letters.

    Attributes:
        region: index of the region of each letter; letters are in the order of regions and of reading.
        middle: pixels, [letter, x and y].
    """

    region: Indexes
    middle: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Letters of the truth whose middle lies in a region of the other.

    Attributes:
        letter: number of the letter, in the order of regions and of reading.
        region: index of its region.
        other: index of the other's region.
        counts: how many, [truth × other].
    """

    letter: Indexes
    region: Indexes
    other: Indexes
    counts: Indexes


def width_to_height(polygons: Sequence[Polygon]) -> Floats:
    """Mean of the upper and the lower side over mean of the two others, of each outline; 1 where a number is not finite."""
    quads = quads_of(polygons)
    along = quads - quads[:, NEXT]
    sides = np.hypot(along[..., 0], along[..., 1])
    for index in _without_four(polygons):
        upper, lower = _long_sides(polygons[index])
        ends = (upper[0] - lower[0], upper[-1] - lower[-1])
        sides[index] = (_lengths(upper)[-1], np.hypot(*ends[1]), _lengths(lower)[-1], np.hypot(*ends[0]))
    ratio = ((sides[:, 0] + sides[:, 2]) / 2 + TINY) / ((sides[:, 1] + sides[:, 3]) / 2 + TINY)
    found: Floats = np.where(np.isfinite(ratio), ratio, 1.0)
    return found


def place_letters(polygons: Sequence[Polygon], ratios: Floats, counts: Indexes) -> Letters:
    """Places letters.

    Args:
        polygons: outlines of regions.
        ratios: what ``width_to_height`` says of them.
        counts: how many letters each has.
    """
    quads = quads_of(polygons)
    # A text that runs downwards begins at the lower end for CLEval. Which end matters only to the order of its parts.
    turned = np.where((ratios < UPRIGHT)[:, None, None], quads[:, (3, 0, 1, 2)], quads)
    start = (turned[:, 0] + turned[:, 3]) / 2
    region = np.repeat(np.arange(len(polygons)), counts)
    number = np.arange(len(region)) - (np.cumsum(counts) - counts)[region]
    with np.errstate(invalid="ignore"):  # corners that are not finite
        step = ((turned[:, 1] + turned[:, 2]) / 2 - start)[region] / counts[region, None]
        middle = start[region] + step / 2 + step * number[:, None]
    for index in _without_four(polygons):
        middle[region == index] = _along(*_long_sides(polygons[index]), int(counts[index]))
    return Letters(region, middle)


def contain(polygons: Sequence[Polygon], which: Indexes, points: Floats) -> NDArray[np.bool_]:
    """Whether outline ``which[k]`` contains point k, by the count of sides to its right (W. R. Franklin's ``pnpoly``).

    A point on a left or an upper side is inside, one on a right or a lower side is not: shared sides belong to one of two.
    """
    longest = max(map(len, polygons), default=1)
    padded = [corner for polygon in polygons for corner in (*polygon, *polygon[-1:] * (longest - len(polygon)))]
    corners = np.array(padded, dtype=np.float64).reshape(len(polygons), longest, 2)[which]
    before = corners[:, np.arange(-1, longest - 1)]
    x, y = points.T[..., None]
    here_x = corners[..., 0]
    here_y = corners[..., 1]
    last_x = before[..., 0]
    last_y = before[..., 1]
    spans = (here_y <= y) != (last_y <= y)
    slope = np.divide((last_x - here_x) * (y - here_y), last_y - here_y, out=np.zeros_like(here_x), where=spans)
    inside: NDArray[np.bool_] = (spans & (x < slope + here_x)).sum(axis=1) % 2 == 1
    return inside


def _without_four(polygons: Sequence[Polygon]) -> list[int]:
    return [index for index, polygon in enumerate(polygons) if len(polygon) != 4]


def _long_sides(polygon: Polygon) -> tuple[Floats, Floats]:
    """The upper side and the lower one, both from the reading start on."""
    half = (len(polygon) + 1) // 2
    lower: tuple[Point, ...] = polygon[half:] or polygon[-1:]
    return np.array(polygon[:half], dtype=np.float64), np.array(lower[::-1], dtype=np.float64)


def _lengths(side: Floats) -> Floats:
    """How far each corner of a side is from its start, along the side."""
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(side, axis=0).T))))


def _along(upper: Floats, lower: Floats, count: int) -> Floats:
    """Middles of ``count`` letters between two sides."""
    parts = (np.arange(count) + 0.5) / max(count, 1)
    found = np.zeros((count, 2))
    for side in (upper, lower):
        lengths = _lengths(side)
        for axis in range(2):
            found[:, axis] += np.interp(parts * lengths[-1], lengths, side[:, axis]) / 2
    return found
