"""Outlines of many regions at once, and the areas that pairs of them share.

Nearly all outlines are convex and have four corners. What two of these share is worked out for all pairs in one go, by the
polygon clipping of I. E. Sutherland and G. W. Hodgman (1974); GEOS takes some 20 µs a pair. All others go to GEOS.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from schemas.geometry import Shapes, shapes_of
from schemas.reading import Polygon

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]
NEXT = (1, 2, 3, 0)
"""Index of the corner after each of four."""
AT_ONCE = 2000
"""Pairs of outlines that are clipped in one go: what they take then fits a processor's cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Outlines, made ready.

    Attributes:
        polygons: as they came.
        convex: which have four corners that turn one way; what follows has zeros for the others in ``quads`` only.
        quads: corners, turning so that the area is positive, [outline, corner, x and y].
        bounds: left, top, right, bottom, [outline, 4]; NaN for one that lies on nothing.
        areas: in square pixels; what an outline that crosses itself encloses; 0 for one that is not finite.
    """

    polygons: Sequence[Polygon]
    convex: NDArray[np.bool_]
    quads: Floats
    bounds: Floats
    areas: Floats

    def shapes(self) -> Shapes:
        """All of them as valid shapes."""
        return shapes_of(self.polygons)


def outlines_of(polygons: Sequence[Polygon]) -> Outlines:
    """Makes outlines ready. One with fewer than three corners, or with one that is no finite number, lies on nothing."""
    quads = quads_of(polygons)
    with np.errstate(invalid="ignore", over="ignore"):
        twice = _cross(quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1])
        quads[twice < 0] = quads[twice < 0, ::-1]
        sides = quads[:, NEXT] - quads
        convex = (_cross(sides, sides[:, NEXT]) > 0).all(axis=1) & np.isfinite(twice)
    quads[~convex] = 0
    areas = np.where(convex, np.abs(twice) / 2, 0.0)
    bounds = np.where(convex[:, None], np.concatenate((quads.min(axis=1), quads.max(axis=1)), axis=1), np.nan)
    if not convex.all():
        others = shapes_of([polygon for polygon, simple in zip(polygons, convex, strict=True) if not simple])
        areas[~convex] = shapely.area(others)
        bounds[~convex] = shapely.bounds(others)
    return Outlines(polygons, convex, quads, bounds, areas)


def quads_of(polygons: Sequence[Polygon]) -> Floats:
    """Corners of the outlines that have four, [outline, 4, x and y]; zeros for the others."""
    lengths, corners = _flat(polygons)
    four = lengths == 4
    quads = np.zeros((len(polygons), 4, 2))
    quads[four] = corners[np.repeat(four, lengths)].reshape(-1, 4, 2)
    return quads


def bounds_of(polygons: Sequence[Polygon]) -> Floats:
    """Left, top, right, bottom of each outline, [outline, 4]; NaN where there is no corner or one that is not finite."""
    lengths, corners = _flat(polygons)
    bounds = np.full((len(polygons), 4), np.nan)
    some = lengths > 0
    if some.any():
        starts = (np.cumsum(lengths) - lengths)[some]
        bounds[some] = np.concatenate((np.minimum.reduceat(corners, starts), np.maximum.reduceat(corners, starts)), axis=1)
    bounds[~np.isfinite(bounds).all(axis=1)] = np.nan
    return bounds


def _flat(polygons: Sequence[Polygon]) -> tuple[Indexes, Floats]:
    """How many corners each outline has, and all corners in order, [corner, x and y]."""
    lengths = np.fromiter(map(len, polygons), dtype=np.intp, count=len(polygons))
    numbers = itertools.chain.from_iterable(itertools.chain.from_iterable(polygons))
    return lengths, np.fromiter(numbers, dtype=np.float64, count=2 * int(lengths.sum())).reshape(-1, 2)


def touching(one: Floats, other: Floats) -> tuple[Indexes, Indexes]:
    """Pairs of upright boxes that share an area, as indexes of both, in order; boxes are left, top, right, bottom."""
    mine = one[:, None]
    across = (mine[..., 0] < other[:, 2]) & (mine[..., 2] > other[:, 0])
    i, j = np.nonzero(across & (mine[..., 1] < other[:, 3]) & (mine[..., 3] > other[:, 1]))
    return i, j


def shared_areas(one: Outlines, i: Indexes, other: Outlines, j: Indexes) -> Floats:
    """What outline ``i[k]`` of one and outline ``j[k]`` of the other share, in square pixels, for each k."""
    found = np.zeros(len(i))
    quick = one.convex[i] & other.convex[j]
    for part in np.array_split(np.flatnonzero(quick), 1 + quick.sum() // AT_ONCE):
        found[part] = _clipped(one.quads[i[part]], other.quads[j[part]])
    if not quick.all():
        slow = ~quick
        found[slow] = shapely.area(shapely.intersection(one.shapes()[i[slow]], other.shapes()[j[slow]]))
    smaller: Floats = np.minimum(one.areas[i], other.areas[j])
    return np.minimum(found, smaller, out=found)


def _clipped(subjects: Floats, clips: Floats) -> Floats:
    """Areas that convex outlines share, both [pair, 4, 2].

    A corner outside a side of the clip is moved to the side's line, and where a side of the subject crosses that line, the
    crossing is put in. What was outside becomes a way to and fro along the line, which encloses nothing; so no corner need be
    dropped, and all pairs keep the same number of corners.
    """
    near_zero = clips[:, :1]  # where differences lose no digits
    x, y = np.ascontiguousarray((subjects - near_zero).transpose(2, 1, 0))
    corner_x, corner_y = np.ascontiguousarray((clips - near_zero).transpose(2, 1, 0))
    for side in range(4):
        start_x = corner_x[side]
        start_y = corner_y[side]
        side_x = corner_x[NEXT[side]] - start_x
        side_y = corner_y[NEXT[side]] - start_y
        inside = side_x * (y - start_y) - side_y * (x - start_x)
        long = side_x * side_x + side_y * side_y  # 0 where two corners became one in the subtraction: nothing is outside
        off = np.divide(np.minimum(inside, 0), long, out=np.zeros_like(inside), where=long > 0)
        moved_x = x + off * side_y
        moved_y = y - off * side_x
        following = np.roll(inside, -1, axis=0)
        crosses = (inside < 0) != (following < 0)
        part = np.divide(inside, inside - following, out=np.zeros_like(inside), where=crosses)
        x = _woven(moved_x, np.where(crosses, x + part * (np.roll(x, -1, axis=0) - x), moved_x))
        y = _woven(moved_y, np.where(crosses, y + part * (np.roll(y, -1, axis=0) - y), moved_y))
    x -= x[:1]
    y -= y[:1]
    found: Floats = np.abs((x[:-1] * y[1:] - x[1:] * y[:-1]).sum(axis=0)) / 2
    return found


def _woven(one: Floats, other: Floats) -> Floats:
    """Rows of both in turn."""
    return np.stack((one, other), axis=1).reshape(2 * len(one), -1)


def _cross(one: Floats, other: Floats) -> Floats:
    found: Floats = one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]
    return found
