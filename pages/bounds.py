"""Upright rectangles on a picture: where a text or a region lies, and whether two of them would lie on each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from schemas.reading import Point


class Bounds(NamedTuple):
    """Left, top, right and bottom side, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Bounds) -> bool:
        """Whether the two have more than an edge in common."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def inside(self, width: float, height: float) -> bool:
        """Whether all of it lies on a picture of this size."""
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height

    def mostly_inside(self, width: float, height: float) -> bool:
        """Whether more than half of it lies on a picture of this size."""
        across = min(self.right, width) - max(self.left, 0)
        down = min(self.bottom, height) - max(self.top, 0)
        return across > 0 and down > 0 and 2 * across * down > (self.right - self.left) * (self.bottom - self.top)


def bounds_of(points: Iterable[Point]) -> Bounds:
    """The smallest rectangle that holds all of these points."""
    xs, ys = zip(*points, strict=True)
    return Bounds(min(xs), min(ys), max(xs), max(ys))
