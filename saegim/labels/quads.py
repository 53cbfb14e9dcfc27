"""Four corners in place of an outline with more: the least rectangle around it, from the reading start on."""

from __future__ import annotations

import math

from saegim.labels.labelled import Corner, Polygon


def quad_around(polygon: Polygon) -> Polygon:
    """The rectangle of least area around an outline, clockwise from the corner that is nearest to the reading start.

    A polygon with four corners is given back as it is.

    Args:
        polygon: clockwise on the screen from the reading start.
    """
    if len(polygon) == 4:
        return polygon
    hull = _hull(polygon)
    if len(hull) < 3:
        return polygon
    best = min((_around(hull, place) for place in range(len(hull))), key=_size)
    start = min(range(4), key=lambda place: math.dist(best[place], polygon[0]))
    return tuple(best[start:] + best[:start])


def _hull(polygon: Polygon) -> list[Corner]:
    """The convex hull (Andrew 1979), clockwise on the screen."""
    points = sorted(set(polygon))
    chains = []
    for order in (points, points[::-1]):
        chain: list[Corner] = []
        for point in order:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return chains[0] + chains[1]


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _around(hull: list[Corner], place: int) -> list[Corner]:
    """The rectangle around a hull one of whose sides lies on a side of the hull, clockwise."""
    (x0, y0), (x1, y1) = hull[place - 1], hull[place]
    length = math.dist((x0, y0), (x1, y1))
    along = (x1 - x0) / length, (y1 - y0) / length
    across = -along[1], along[0]
    u = [x * along[0] + y * along[1] for x, y in hull]
    v = [x * across[0] + y * across[1] for x, y in hull]
    return [(a * along[0] + b * across[0], a * along[1] + b * across[1])
            for a, b in ((min(u), min(v)), (max(u), min(v)), (max(u), max(v)), (min(u), max(v)))]


def _size(corners: list[Corner]) -> float:
    return math.dist(corners[0], corners[1]) * math.dist(corners[1], corners[2])
