"""Outlines of many regions at once, made as ``schemas.geometry.mend`` makes one: what is well takes no more than a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from adapters.predictions.images import ImageOfRelease
from schemas.geometry import DECIMALS, Shapes, mend
from schemas.reading import Point, Polygon

MOST_CORNERS = 4096
"""More corners has no outline that an engine writes; one that crosses itself takes the square of their number."""
FARTHEST = 1e6
"""Pixels from the corner of a picture, either way: farther away is no coordinate of one."""

Corners = NDArray[np.float64]
"""Corners of one outline, a row each: x and y in pixels."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What the corners of a region became.

    Attributes:
        polygon: as ``schemas.geometry.tidy`` says; None where nothing can be drawn.
        crossing: the corners crossed each other.
    """

    polygon: Polygon | None
    crossing: bool = False


def is_drawable(corners: Corners) -> bool:
    """Whether an outline has as many corners as one has, and all of them are numbers of a picture."""
    return 3 <= len(corners) <= MOST_CORNERS and bool((np.abs(corners) <= FARTHEST).all())


def outlines(drawn: Sequence[Corners], images: Sequence[ImageOfRelease]) -> list[Outline]:
    """The outlines of regions.

    Args:
        drawn: corners of each region; ``is_drawable`` all of them.
        images: that each region is on.

    Returns:
        As many outlines.
    """
    if not drawn:
        return []
    counts = np.array([len(corners) for corners in drawn])
    corners = np.concatenate(drawn)
    rounded = np.round(corners, DECIMALS)
    well = _well(corners, rounded, counts, images).tolist()
    points = list(map(tuple, rounded.tolist()))
    found = []
    end = 0
    for number, count in enumerate(counts.tolist()):
        start = end
        end += count
        if well[number] == 0:
            found.append(_mended(drawn[number], images[number]))
            continue
        ring = points[start:end]
        found.append(Outline(tuple(ring if well[number] > 0 else ring[:1] + ring[:0:-1])))
    return found


def _well(corners: Corners, rounded: Corners, counts: NDArray[np.int64], images: Sequence[ImageOfRelease]) -> NDArray[np.int8]:
    """Which outlines need no mending: 1 for those that run clockwise on the screen, -1 the other way round, else 0.

    An outline needs none if it is valid, as it is and on the grid, lies in its image, has an area of a pixel and no corner twice.
    """
    ends = np.cumsum(counts)
    starts = ends - counts
    region = np.repeat(np.arange(len(counts)), counts)
    following = np.arange(1, len(corners) + 1)
    following[ends - 1] = starts
    apart = np.logical_and.reduceat((rounded != rounded[following]).any(axis=1), starts)
    widths = np.array([image.width for image in images])[region]
    heights = np.array([image.height for image in images])[region]
    inside = (corners >= 0).all(axis=1) & (corners[:, 0] <= widths) & (corners[:, 1] <= heights)
    well = apart & np.logical_and.reduceat(inside, starts)
    found = np.zeros(len(counts), np.int8)
    if not well.any():
        return found
    # The rest has no corner twice: a ring of three corners that is closed already raises for a whole vectorised call.
    taken = np.flatnonzero(well)
    kept = well[region]
    place = (np.cumsum(well) - 1)[region[kept]]
    rings = shapely.linearrings(rounded[kept], indices=place)
    valid = _valid(rings)
    if (rounded != corners).any():
        valid &= _valid(shapely.linearrings(corners[kept], indices=place))
    found[taken] = np.where(valid, np.where(shapely.is_ccw(rings), 1, -1), 0)
    return found


def _valid(rings: Shapes) -> NDArray[np.bool_]:
    shapes = shapely.polygons(rings)
    valid: NDArray[np.bool_] = shapely.is_valid(shapes) & (shapely.area(shapes) >= 1)
    return valid


def _mended(corners: Corners, image: ImageOfRelease) -> Outline:
    points: list[Point] = [(x, y) for x, y in corners.tolist()]
    try:
        polygon = mend(points, image.width, image.height).polygon
        crossing = polygon is not None and not shapely.Polygon(points).is_valid
    except shapely.errors.GEOSException:
        return Outline(None)
    return Outline(polygon, crossing)
