"""Polygons in pixels of the canonical image (design D6)."""

from collections.abc import Iterable

import shapely

from schemas.reading import Point, Polygon

DECIMALS = 2
"""A hundredth of a pixel: finer than anybody draws, and the same text in every file."""


def tidy(points: Iterable[Point], width: int, height: int) -> Polygon | None:
    """A valid polygon: clipped to the image, clockwise on the screen, starting where the input starts.

    Args:
        points: corners in pixels, in either sense, open or closed, possibly crossing themselves.
        width: width of the image in pixels.
        height: its height.

    Returns:
        Corners, or None where nothing with an area of at least one pixel is left.
    """
    corners = [(float(x), float(y)) for x, y in points]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    if len(corners) < 3:
        return None
    shape = shapely.Polygon(corners)
    if not shape.is_valid:
        shape = _largest(shapely.make_valid(shape))
    inside = shape.bounds[0] >= 0 and shape.bounds[1] >= 0 and shape.bounds[2] <= width and shape.bounds[3] <= height \
        if not shape.is_empty else False
    if not inside:
        shape = _largest(shapely.intersection(shape, shapely.box(0, 0, width, height)))
    if shape.is_empty or shape.area < 1:
        return None
    ring = list(shapely.orient_polygons(shape, exterior_cw=False).exterior.coords)[:-1]  # y runs down: ccw is clockwise
    start = min(range(len(ring)), key=lambda i: (ring[i][0] - corners[0][0]) ** 2 + (ring[i][1] - corners[0][1]) ** 2)
    ring = ring[start:] + ring[:start]
    rounded = tuple((round(x, DECIMALS), round(y, DECIMALS)) for x, y in ring)
    return rounded if shapely.Polygon(rounded).is_valid else None


def area(polygon: Polygon) -> float:
    """Area in square pixels."""
    return float(shapely.Polygon(polygon).area)


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    """The largest polygon of a geometry; an empty one where it has none."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    parts += [inner for part in shapely.get_parts(shape) if part.geom_type == "MultiPolygon" for inner in part.geoms]
    return max(parts, key=lambda part: float(part.area), default=shapely.Polygon())
