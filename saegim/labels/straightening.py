"""A region drawn to an upright picture that is read from left to right.

How it is turned follows its ``direction`` and its reading start, never its height and width: a tall single letter stays as it is.
Vertical text is turned a quarter counter-clockwise, as PP-OCR turns it when it reads (PPOCRLabel, libs/utils.py,
get_rotate_crop_image).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from saegim.labels.labelled import Corner, Polygon
from saegim.labels.quads import quad_around
from saegim.release import need

if TYPE_CHECKING:
    from PIL.Image import Image

STRAIGHT = 0.5
"""Pixels by which corners may miss an upright box that is cut without resampling."""
PARALLEL = 1e-9
"""Projective coefficients below it: opposite sides are parallel, and a plainer map does."""


def quad_of(polygon: Polygon) -> Polygon:
    """Four corners that a region is cut by: its own where they are convex, else the least rectangle around it."""
    if len(polygon) == 4 and _is_convex(polygon):
        return polygon
    return quad_around((*polygon, polygon[0]) if len(polygon) == 4 else polygon)


def cut(picture: Image, polygon: Polygon, vertical: bool) -> Image:
    """A region as a picture that is read from left to right.

    Args:
        picture: the whole one, upright.
        polygon: of the region, clockwise from its reading start.
        vertical: whether its letters stand above each other.
    """
    quad = quad_of(polygon)
    turns = _turns(quad)
    if turns is not None:
        return _turned(picture.crop(_box(quad)), turns + vertical)
    return _turned(_straightened(picture, quad), int(vertical))


def _turned(crop: Image, quarters: int) -> Image:
    """A picture turned counter-clockwise by so many quarters."""
    ways = need("PIL.Image", "pillow").Transpose
    way = (None, ways.ROTATE_90, ways.ROTATE_180, ways.ROTATE_270)[quarters % 4]
    return crop if way is None else crop.transpose(way)


def _turns(quad: Polygon) -> int | None:
    """Quarters counter-clockwise that bring an upright box to its reading start; None where it is no upright box."""
    left, top, right, bottom = _bounds(quad)
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    for turns in range(4):
        if all(abs(x - corners[(place + turns) % 4][0]) <= STRAIGHT and abs(y - corners[(place + turns) % 4][1]) <= STRAIGHT
               for place, (x, y) in enumerate(quad)):
            return turns
    return None


def _box(quad: Polygon) -> tuple[int, int, int, int]:
    left, top, right, bottom = _bounds(quad)
    return math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)


def _bounds(quad: Polygon) -> tuple[float, float, float, float]:
    across = [x for x, _ in quad]
    down = [y for _, y in quad]
    return min(across), min(down), max(across), max(down)


def crop_size(quad: Polygon) -> tuple[float, float]:
    """Width and height of a crop: of two sides that face each other the longer one, as PP-OCR has it."""
    a, b, c, d = quad
    return max(math.dist(a, b), math.dist(c, d)), max(math.dist(a, d), math.dist(b, c))


def _is_convex(quad: Polygon) -> bool:
    def turn(place: int) -> float:
        (ax, ay), (bx, by), (cx, cy) = (quad[(place + step) % 4] for step in range(3))
        return (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
    return all(turn(place) > 0 for place in range(4))


def _straightened(picture: Image, quad: Polygon) -> Image:
    """Four corners drawn to a rectangle, by the projective map of a square (Heckbert 1989, 2.2.3)."""
    across, down = crop_size(quad)
    size = (round(across), round(down))
    methods = need("PIL.Image", "pillow").Transform
    g, h, columns = _projection(quad)
    (a, b, c), (d, e, f) = columns
    w, t = size
    flat = (a / w, b / t, c, d / w, e / t, f)
    how = need("PIL.Image", "pillow").Resampling.BICUBIC
    if abs(g) < PARALLEL and abs(h) < PARALLEL:
        return picture.transform(size, methods.AFFINE, flat, how)
    return picture.transform(size, methods.PERSPECTIVE, (*flat, g / w, h / t), how)


def _projection(quad: Polygon) -> tuple[float, float, tuple[tuple[float, float, float], tuple[float, float, float]]]:
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = quad
    sums: Corner = (x0 - x1 + x2 - x3, y0 - y1 + y2 - y3)
    right: Corner = (x1 - x2, y1 - y2)
    lower: Corner = (x3 - x2, y3 - y2)
    whole = right[0] * lower[1] - lower[0] * right[1]
    g = (sums[0] * lower[1] - lower[0] * sums[1]) / whole
    h = (right[0] * sums[1] - sums[0] * right[1]) / whole
    return g, h, ((x1 - x0 + g * x1, x3 - x0 + h * x3, x0), (y1 - y0 + g * y1, y3 - y0 + h * y3, y0))
