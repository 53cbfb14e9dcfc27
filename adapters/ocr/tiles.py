"""A picture that the detector would have to shrink too much is looked at in tiles, whose maps make one map of the whole picture.

Boxes are found on the one map, so a line that crosses a tile's edge is one line, and none is found twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from adapters.ocr.detection import STEP, Box

OVERLAP = 128
"""Pixels of the map that two neighbours share; each gives the half that is farther from its edge. Of 206 boxes on receipts laid
side by side 195 / 202 / 203 / 203 are those of one piece where 32 / 64 / 128 / 384 are shared."""
LEAST_HEIGHT = 8.5
"""Height of a box in pixels of the map below which lines are lost: of 304 lines on 8 pages 1.000 / .993 / .970 / .938 / .579
are found where a quarter of the boxes is below 10.1 / 8.3 / 8.2 / 6.4 / 6.1 (PP-OCRv6 small)."""
SMALL_SHARE = 0.25
"""Share of lower boxes from which a picture is looked at again, twice as large. Of the receipts and photographs in ../shared/data
that are made smaller at all, one has more than a tenth: a capture of 780 by 3307 pixels, .4."""
LARGE = 160
"""Height of letters in pixels of the map up to which they are found as one text; at 200 they fall into strokes."""
SAME = 0.5
"""Part of a box that lies on others, from which it is the same text."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of the detector's input, and what of its map counts; half-open ranges of rows and columns of the input.

    Attributes:
        rows: of the part.
        columns: of the part.
        own_rows: that no other tile gives.
        own_columns: that no other tile gives.
    """

    rows: slice
    columns: slice
    own_rows: slice
    own_columns: slice

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the part."""
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start

    @property
    def inside(self) -> tuple[slice, slice]:
        """Where its own part is in the part."""
        return (slice(self.own_rows.start - self.rows.start, self.own_rows.stop - self.rows.start),
                slice(self.own_columns.start - self.columns.start, self.own_columns.stop - self.columns.start))


def cut(height: int, width: int, side: int) -> list[Tile]:
    """Tiles of at most ``side`` by ``side`` pixels that cover an input; one where it is no larger.

    Args:
        height: of the detector's input for the whole picture, in pixels, a multiple of 32.
        width: of the same.
        side: a multiple of 32.
    """
    return [Tile(rows, columns, own_rows, own_columns)
            for rows, own_rows in _ranges(height, side) for columns, own_columns in _ranges(width, side)]


def _ranges(length: int, side: int) -> list[tuple[slice, slice]]:
    """Ranges of at most ``side``, neighbours sharing at least ``OVERLAP`` (half of a smaller side), and what each one owns."""
    if length <= side:
        return [(slice(0, length), slice(0, length))]
    stride = side - min(OVERLAP, side // 2 // STEP * STEP)
    starts = [*range(0, length - side, stride), length - side]
    edges = [0, *((after + before + side) // 2 for before, after in pairwise(starts)), length]
    return [(slice(start, start + side), slice(*own)) for start, own in zip(starts, pairwise(edges), strict=True)]


def is_small(boxes: list[Box], scale: float) -> bool:
    """Whether the text found, or that there is none, says that a larger look may show more.

    Args:
        boxes: in pixels of the picture.
        scale: pixels of the map for one of the picture.
    """
    return not boxes or float(np.mean([_height(box) * scale < LEAST_HEIGHT for box in boxes])) >= SMALL_SHARE


def merge(before: list[Box], after: list[Box], scale: float) -> list[Box]:
    """Boxes of two looks, each text once: a box of which half lies on others is the same text.

    The second look sees letters twice as large: lines that the first one took for one come apart, and large letters fall into
    strokes. So what is higher than ``LARGE`` is the first look's, then the second one's go first.

    Args:
        before: of the first look.
        after: of the second one.
        scale: of the second one, pixels of its map for one of the picture.
    """
    large = [box for box in before if _height(box) * scale > LARGE]
    boxes = [*large, *after, *(box for box in before if _height(box) * scale <= LARGE)]
    shapes = [shapely.Polygon(box.polygon) for box in boxes]
    tree = shapely.STRtree(shapes)
    kept: dict[int, Box] = {}
    for index, (box, shape) in enumerate(zip(boxes, shapes, strict=True)):
        covered = sum(float(shape.intersection(shapes[other]).area) for other in tree.query(shape) if other in kept)
        if covered < SAME * shape.area:
            kept[index] = box
    return list(kept.values())


def _height(box: Box) -> float:
    """The shorter side of a box, which is a line's height whichever way it runs."""
    return min(float(np.linalg.norm(box.polygon[0] - box.polygon[3])), float(np.linalg.norm(box.polygon[0] - box.polygon[1])))
