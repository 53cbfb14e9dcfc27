"""Where a region lies: Label Studio's polygons, rectangles and ellipses → polygons in pixels (design D6).

Label Studio writes percent of the picture's width and height. Rotation is in degrees, clockwise on the screen, about the
top-left corner of a rectangle or the centre of an ellipse, and happens in *pixels*: on a picture that is not square, a
rectangle that is rotated in percent becomes a slanted one somewhere else (checked against the canvas of 1.23 in Chromium).
``image_rotation`` is how the picture was turned on the screen while it was labelled; the numbers stay those of the picture
as it is (checked likewise), so it is not read.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Any

import shapely

from schemas.errors import CodecError
from schemas.geometry import LOST, mend
from schemas.reading import Point, Polygon

DRAWS = {"polygonlabels": "polygon", "rectanglelabels": "rectangle", "ellipselabels": "ellipse"}
"""Types of results that draw, and what each draws. Without a label, Label Studio writes the bare name as the type."""
FAR_OUTSIDE = 10_000.0
"""Percent, or degrees: the largest number that is read. Pixels would be lost in sums with larger ones."""
MOST_CORNERS = 1_000
"""Of a polygon."""
MOST_CORNERS_CROSSING = 300
"""Of a polygon that crosses itself: mending one that crosses everywhere took 0.5 s at 300 corners and 6 s at 1,000."""
OFF_THE_ELLIPSE = 0.09
"""Pixels that a chord may lie off an ellipse; with the rounding to 0.01 pixels the polygon is within 0.1 pixels of it."""
DECIMALS = 6
"""Of a corner in pixels: a pixel that went through percent has an error in its last bit, which moves one on the edge outside."""


def outline(result: Mapping[str, Any], where: str, width: int, height: int) -> Polygon | None:
    """The outline that a result draws.

    A rectangle starts at its own top-left corner and an ellipse at the top left of its own axes, whichever way they are
    rotated: there the reading starts.

    Args:
        result: one whose type draws.
        where: what messages call it, such as ``region x``.
        width: of the canonical image, in pixels.
        height: of the canonical image, in pixels.

    Returns:
        Corners as ``schemas.geometry.tidy`` makes them; None where less than a pixel of it lies on the image.

    Raises:
        CodecError: it cannot be drawn, or not without losing more than the share ``LOST`` of it.
    """
    value = result["value"]
    shape = DRAWS.get(result["type"], result["type"])
    corners = {"polygon": _polygon, "rectangle": _rectangle, "ellipse": _ellipse}[shape](value, where, width, height)
    if len(corners) > MOST_CORNERS_CROSSING and not shapely.Polygon(corners).is_valid:
        raise CodecError(f"{where} has {len(corners)} corners and crosses itself: draw it again")
    corners = [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in corners]
    try:
        mended = mend(corners, width, height)
    except shapely.errors.ShapelyError as error:
        raise CodecError(f"{where} cannot be drawn ({error}): draw it again") from None
    if mended.lost > LOST:
        raise CodecError(f"{where} crosses itself, has a hole, or is cut in two by the image's edge: {100 * mended.lost:.0f} % "
                         "of it is not in one piece. Draw it again, corner after corner, or as several regions")
    return mended.polygon


def _polygon(value: Mapping[str, Any], where: str, width: int, height: int) -> list[Point]:
    points = value.get("points")
    if not isinstance(points, list) or len(points) < 3:
        count = len(points) if isinstance(points, list) else "no"
        raise CodecError(f"{where} has {count} corners: draw it with three at the least")
    if len(points) > MOST_CORNERS:
        raise CodecError(f"{where} has {len(points)} corners: draw it with {MOST_CORNERS} at the most")
    if value.get("closed") is False:
        raise CodecError(f"{where} is not closed: click its first corner, or delete it")
    corners = []
    for point in points:
        if not isinstance(point, list | tuple) or len(point) != 2:
            raise CodecError(f"{where} has a corner {reprlib.repr(point)}, expected [x, y] in percent: draw it again")
        corners.append((_number(point[0], "a corner's x", where) * width / 100,
                        _number(point[1], "a corner's y", where) * height / 100))
    return corners


def _rectangle(value: Mapping[str, Any], where: str, width: int, height: int) -> list[Point]:
    start = _start(value, where, width, height)
    # A rectangle that was dragged over its own corner has a negative width or height.
    left, right = sorted((0, _number(value.get("width"), "width", where) * width / 100))
    top, bottom = sorted((0, _number(value.get("height"), "height", where) * height / 100))
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return _turned(corners, start, _rotation(value, where))


def _ellipse(value: Mapping[str, Any], where: str, width: int, height: int) -> list[Point]:
    centre = _start(value, where, width, height)
    across = abs(_number(value.get("radiusX"), "radiusX", where)) * width / 100
    down = abs(_number(value.get("radiusY"), "radiusY", where)) * height / 100
    longest = max(across, down)
    # A chord over an angle of 2π/n leaves an ellipse by at most longest · (1 - cos(π/n)).
    count = math.ceil(math.pi / math.acos(1 - OFF_THE_ELLIPSE / longest)) if longest > OFF_THE_ELLIPSE else 3
    count = min(max(count, 8), MOST_CORNERS)
    angles = [(1.25 + 2 * step / count) * math.pi for step in range(count)]
    corners = [(across * math.cos(angle), down * math.sin(angle)) for angle in angles]
    return _turned(corners, centre, _rotation(value, where))


def _start(value: Mapping[str, Any], where: str, width: int, height: int) -> Point:
    """The point that a rectangle or an ellipse is measured from, in pixels."""
    x = _number(value.get("x"), "x", where)
    y = _number(value.get("y"), "y", where)
    return x * width / 100, y * height / 100


def _turned(corners: list[Point], about: Point, degrees: float) -> list[Point]:
    """Corners relative to a point, turned clockwise on the screen (y runs down) and moved to that point."""
    cos = math.cos(math.radians(degrees))
    sin = math.sin(math.radians(degrees))
    return [(about[0] + x * cos - y * sin, about[1] + x * sin + y * cos) for x, y in corners]


def _rotation(value: Mapping[str, Any], where: str) -> float:
    return _number(value.get("rotation", 0), "rotation", where)


def _number(value: Any, name: str, where: str) -> float:
    # NaN fails every comparison, and a whole number of a thousand digits cannot be made a float.
    if isinstance(value, int | float) and not isinstance(value, bool) and -FAR_OUTSIDE <= value <= FAR_OUTSIDE:
        return float(value)
    raise CodecError(f"{where}: {name} is {reprlib.repr(value)}, expected a number near 0 to 100: draw it again")
