"""Polygons in pixels of the canonical image (design D6)."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from schemas.reading import Point, Polygon

DECIMALS = 2
"""A hundredth of a pixel: finer than anybody draws, and the same text in every file."""
Shapes = NDArray[np.object_]
"""Shapely's geometries, one a place."""
LOST = 0.02
"""Share of what an outline encloses from which cutting it off is no mending: half a letter of a line of 25."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What an outline became.

    Attributes:
        polygon: as ``tidy`` says.
        lost: share of what the corners enclose inside the image that the polygon does not have, 0 to 1.
    """

    polygon: Polygon | None
    lost: float


def tidy(points: Iterable[Point], width: int, height: int) -> Polygon | None:
    """A valid polygon: clipped to the image, clockwise on the screen, starting where the input starts.

    Args:
        points: corners in pixels, in either sense, open or closed, possibly crossing themselves.
        width: width of the image in pixels.
        height: its height.

    Returns:
        Corners, or None where nothing with an area of at least one pixel is left, or only a hair thinner than a tenth of one.
    """
    return mend(points, width, height).polygon


def mend(points: Iterable[Point], width: int, height: int) -> Mended:
    """The same as ``tidy``, and how much of the outline was given up for it.

    Four corners that cross are corners in a wrong order (a Z): two sides that cross are the diagonals of a convex outline, so
    there is one right order, and nothing is lost. Any other outline that crosses itself falls into the faces that its sides
    enclose, and one that sticks out of the image into the parts inside; the largest of these is kept. What the corners
    enclose is the sum of all of them, whichever way their sides run around them.
    """
    corners = _apart([(float(x), float(y)) for x, y in points])
    if len(corners) < 3:
        return Mended(None, 0.0)
    shape = shapely.Polygon(corners)
    if not shape.is_valid and len(corners) == 4:
        shape = _uncrossed(corners)
    faces = [shape] if shape.is_valid else _polygons(shapely.polygonize([shapely.unary_union(shape.exterior)]))
    image = shapely.box(0, 0, width, height)
    parts = [part for face in faces for part in ([face] if _inside(face, width, height) else
                                                 _polygons(shapely.intersection(face, image)))]
    largest = max(parts, key=lambda part: float(part.area), default=None)
    if largest is None or largest.area < 1:
        return Mended(None, 0.0)
    # Rounding may make a thin end cross itself, as where an edge is cut by the image's at a flat angle.
    polygon = _rounded(largest, corners[0]) or _rounded(_on_grid(largest), corners[0])
    return Mended(polygon, float(1 - largest.area / math.fsum(part.area for part in parts)))


def area(polygon: Polygon) -> float:
    """Area in square pixels."""
    return float(shapely.Polygon(polygon).area)


def shape_of(polygon: Polygon) -> shapely.Geometry:
    """A polygon as a valid shape; one that crosses itself becomes the parts that it encloses."""
    shape = shapely.Polygon(polygon)
    return shape if shape.is_valid else shapely.make_valid(shape)


def shapes_of(polygons: Sequence[Polygon]) -> Shapes:
    """The same of many polygons at once, in their order: a quarter of the time.

    One with fewer than three corners, or with a corner that is no finite number, becomes an empty shape: it lies on nothing.
    """
    found = np.full(len(polygons), shapely.Polygon(), dtype=object)
    lengths = np.array([len(polygon) for polygon in polygons], dtype=np.intp)
    corners = np.array([corner for polygon in polygons for corner in polygon], dtype=np.float64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(polygons)), lengths)
    good = lengths > 2
    good[owner[~np.isfinite(corners).all(axis=1)]] = False
    if good.any():
        # The rings' numbers have no gaps, which the library asks for.
        rings = shapely.linearrings(corners[good[owner]], indices=(np.cumsum(good) - 1)[owner[good[owner]]])
        found[good] = shapely.polygons(rings)
    # One polygon that crosses itself would raise for a whole vectorised call.
    if (invalid := ~shapely.is_valid(found)).any():
        found[invalid] = shapely.make_valid(found[invalid])
    return found


def iou(one: shapely.Geometry | Shapes, other: shapely.Geometry | Shapes) -> NDArray[np.float64]:
    """Intersection over union of valid shapes, place by place: area of what both cover over area of what either covers.

    Args:
        one: a shape, or many.
        other: as many.

    Returns:
        As many figures in [0, 1]; 0 where neither has an area.
    """
    common = shapely.area(shapely.intersection(one, other))
    union = shapely.area(one) + shapely.area(other) - common
    found: NDArray[np.float64] = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return found


def _apart(corners: Sequence[Point]) -> list[Point]:
    """Corners without those that repeat the one before them, to a hundredth of a pixel. Before the first comes the last."""
    on_grid = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in corners]
    while len(on_grid) > 1 and on_grid[-1] == on_grid[0]:
        on_grid.pop()
    return [corner for index, corner in enumerate(corners[:len(on_grid)]) if not index or on_grid[index] != on_grid[index - 1]]


def _uncrossed(corners: Sequence[Point]) -> shapely.Polygon:
    """Four corners in the order in which they lie around their middle; as they are where one lies between the others."""
    hull = shapely.convex_hull(shapely.MultiPoint(corners))
    if hull.geom_type != "Polygon" or len(hull.exterior.coords) != 5:
        return shapely.Polygon(corners)
    x, y = np.mean(corners, axis=0)
    return shapely.Polygon(sorted(corners, key=lambda corner: math.atan2(corner[1] - y, corner[0] - x)))


def _inside(shape: shapely.Polygon, width: int, height: int) -> bool:
    left, top, right, bottom = shape.bounds
    return bool(left >= 0 and top >= 0 and right <= width and bottom <= height)


def _polygons(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """The polygons of a geometry, however deep."""
    if shape.geom_type == "Polygon":
        return [] if shape.is_empty else [shape]
    return [polygon for part in getattr(shape, "geoms", ()) for polygon in _polygons(part)]


def _on_grid(shape: shapely.Polygon) -> shapely.Polygon:
    """The largest part of a polygon that is valid with all its corners on the grid; an empty one where there is none."""
    with np.errstate(all="ignore"):  # the library looks at directions of sides that vanish
        found = shapely.set_precision(shape, 10 ** -DECIMALS)
    return max(_polygons(found), key=lambda part: float(part.area), default=shapely.Polygon())


def _rounded(shape: shapely.Polygon, start: Point) -> Polygon | None:
    """The outline of a polygon on the grid, from the corner next to ``start``; None where it is none there."""
    ring = list(shapely.orient_polygons(shape, exterior_cw=False).exterior.coords)[:-1]  # y runs down: ccw is clockwise
    if not ring:
        return None
    first = min(range(len(ring)), key=lambda i: (ring[i][0] - start[0]) ** 2 + (ring[i][1] - start[1]) ** 2)
    corners = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in _apart(ring[first:] + ring[:first])]
    return tuple(corners) if len(corners) > 2 and shapely.Polygon(corners).is_valid else None
