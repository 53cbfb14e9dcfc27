"""Outlines as strangers wrote them become polygons: in a ring, clockwise, inside the picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from saegim.labels.findings import Findings
from saegim.labels.labelled import Corner, Polygon
from saegim.labels.texts import as_number

NO_OUTLINE = "no outline: a corner is missing or no number"
FAR = "no outline: a corner lies a hundred times its picture's size outside of it, or farther"
NO_AREA = "its outline encloses nothing"
OUTSIDE = "its outline lies outside the picture"
BOW_TIE = "corners in bow-tie order, put in a ring"
TURNED = "corners ran counter-clockwise: put in order from the same start"
CLIPPED = "its outline stuck out of the picture, cut at the edge"
FARTHEST = 100
"""Times the longer side of its picture that a corner may lie outside: what does is a fault, and its part inside no region."""
BEYOND = 1.0
"""Pixels that a corner may lie outside before it is told: coordinates are rounded, and some count from 1."""


def box(left: float, top: float, width: float, height: float) -> list[Corner]:
    """Corners of an upright box, from the upper left one."""
    return [(left, top), (left + width, top), (left + width, top + height), (left, top + height)]


def pairs(numbers: object) -> list[object]:
    """Flat coordinates as corners: ``[x1, y1, x2, y2, …]``."""
    flat = list(numbers) if isinstance(numbers, Sequence) and not isinstance(numbers, str) else []
    return [flat[place:place + 2] for place in range(0, len(flat), 2)]


def mended(corners: object, width: int, height: int, image: str, region: int, findings: Findings) -> Polygon | None:
    """A polygon, or None where there is none; what was done to it, or why there is none, is among the findings.

    Args:
        corners: pairs of numbers, perhaps in quotes, open or closed; anything else is no outline.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
        image: name of the image.
        region: number of the region.
        findings: takes the remarks.
    """
    points = _points(corners)
    if points is None or len(points) < 3:
        findings.left_out(image, region, NO_OUTLINE)
        return None
    if max(abs(number) for point in points for number in point) > FARTHEST * max(width, height):
        findings.left_out(image, region, FAR)
        return None
    if len(points) == 4 and _crossed(points):
        points = _ring(points)
        findings.changed(image, region, BOW_TIE)
    if area(points) < 0:
        points = [points[0], *points[:0:-1]]
        findings.changed(image, region, TURNED)
    inside = _clipped(points, width, height)
    if area(inside) < 0:  # of an outline that crosses itself, the part inside may run the other way
        inside = [inside[0], *inside[:0:-1]]
    if len(inside) < 3 or abs(area(inside)) < 1:
        findings.left_out(image, region, OUTSIDE if abs(area(points)) >= 1 else NO_AREA)
        return None
    if any(x < -BEYOND or y < -BEYOND or x > width + BEYOND or y > height + BEYOND for x, y in points):
        findings.changed(image, region, CLIPPED)
    return tuple(inside)


def area(points: Sequence[Corner]) -> float:
    """Square pixels (the shoelace formula); positive where the corners run clockwise on the screen."""
    return sum(x * points[place - 1][1] - points[place - 1][0] * y for place, (x, y) in enumerate(points)) / -2


def _points(corners: object) -> list[Corner] | None:
    found: list[Corner] = []
    if not isinstance(corners, Iterable) or isinstance(corners, str):
        return None
    for corner in corners:
        if not isinstance(corner, Sequence) or isinstance(corner, str) or len(corner) != 2:
            return None
        x = as_number(corner[0])
        y = as_number(corner[1])
        if x is None or y is None or not math.isfinite(x) or not math.isfinite(y):
            return None
        if not found or (x, y) != found[-1]:
            found.append((x, y))
    return found[:-1] if len(found) > 1 and found[0] == found[-1] else found


def _crossed(points: Sequence[Corner]) -> bool:
    """Whether two sides of four corners cross each other."""
    a, b, c, d = points
    return _cross(a, b, c, d) or _cross(b, c, d, a)


def _cross(a: Corner, b: Corner, c: Corner, d: Corner) -> bool:
    def side(p: Corner, q: Corner, r: Corner) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0


def _ring(points: Sequence[Corner]) -> list[Corner]:
    """Four corners that cross, in the one order in which they do not, clockwise from the first."""
    middle = (sum(x for x, _ in points) / 4, sum(y for _, y in points) / 4)
    around = sorted(points, key=lambda point: math.atan2(point[1] - middle[1], point[0] - middle[0]))
    first = around.index(points[0])
    return around[first:] + around[:first]


def _clipped(points: Sequence[Corner], width: int, height: int) -> list[Corner]:
    """What of an outline lies inside the picture (Sutherland and Hodgman 1974), from the corner nearest to its start."""
    inside = list(points)
    for axis, edge, sign in ((0, 0.0, 1), (0, float(width), -1), (1, 0.0, 1), (1, float(height), -1)):
        if inside and not all((point[axis] - edge) * sign >= 0 for point in inside):
            inside = _cut(inside, axis, edge, sign)
    first = min(range(len(inside)), key=lambda place: math.dist(inside[place], points[0]), default=0)
    return inside[first:] + inside[:first]


def _cut(points: Sequence[Corner], axis: int, edge: float, sign: int) -> list[Corner]:
    kept: list[Corner] = []
    for point, behind in zip(points, [*points[1:], points[0]], strict=True):
        is_in = (point[axis] - edge) * sign >= 0
        if is_in:
            kept.append(point)
        if is_in != ((behind[axis] - edge) * sign >= 0):
            share = (edge - point[axis]) / (behind[axis] - point[axis])
            other = point[1 - axis] + share * (behind[1 - axis] - point[1 - axis])
            kept.append((edge, other) if axis == 0 else (other, edge))
    return kept
