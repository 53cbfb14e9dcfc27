"""The order in which the regions of a picture are read, from where they lie: columns before rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from schemas.gutters import INNER, Boxes, Indices, gutters
from schemas.reading import Polygon, Reading

SAME_LINE = 0.5
"""Boxes whose middles lie closer than this, in parts of the lower one's height, are of one line."""
GAP = 0.5
"""Space between two boxes of one line, in parts of the lower one's height, up to which they are one run of words."""
TOUCH = 0.1
"""Part of a box's height, at its top and at its bottom, in which it is not beside one on the other side of a gutter: one that is
half a line off is beside two."""
LEVEL = 0.25
"""Distance of the middles of two boxes of one row, in parts of the lower one's height."""
SAME_ROW = 0.4
"""Usual distance of the rows on either side of a gutter, in the same parts, from which they are not rows."""
ALIKE = 2.0
"""Boxes one of which is higher than the other by more than this are not level, though their middles may be."""
MOST = 0.6
"""Share of the boxes on one side that are of one row with one on the other side, from which the sides are rows."""
LEAST_LINES = 3
"""Lines that are prose."""
LONG = 8.0
"""Width of a line of prose, in heights: some nine syllables of Hangul or sixteen Latin letters."""
FULL = 0.7
"""Usual width of the lines of prose, in parts of the longest one."""
CLOSE = 2.5
"""Distance of the lines of prose, in heights."""
TALL = 2.0
"""Height of a box of vertical text, in widths."""


def with_regions_in_order(reading: Reading) -> Reading:
    """A reading with its regions in reading order. Regions that lie at one place come in the order of their texts and ids."""
    regions = sorted(reading.regions, key=lambda region: (region.text, region.region_id))
    return replace(reading, regions=tuple(regions[place] for place in in_reading_order([item.polygon for item in regions])))


def in_reading_order(polygons: Sequence[Polygon]) -> list[int]:
    """Places of polygons in the order in which a person reads them.

    The page is turned upright by the usual direction of the polygons' sides, the longer ones counting more, up to 45° to either
    side. Then it is cut into columns, what is above and what is below them, again and again until no cut is left:

    1. A gutter is a vertical space that no box crosses, beside which something lies on either side. Boxes of one line with no
       more space between them than words have are one here, so words may be given as well as lines.
    2. What is next to it on either side is rows where three fifths or more, of the side that has fewer, are level with one of
       the other side (middles within a quarter of the height, less what all are off alike, and of like height), or beside one
       alone that is beside no other. Else they are columns: half a line off, or one beside several.
    3. Rows are columns all the same if both sides are prose: three lines or more, usually long (8 heights), nearly as long as
       the longest (.7), and close (2.5 heights from one to the next). So a newspaper is read by columns, and names and prices of
       a receipt are read line by line.
    4. What has no columns is read line by line, each from left to right. A line is the highest box and all whose middles
       are as high as its own.

    Vertical text, which is boxes twice as high as wide and side by side, is read likewise by columns from right to left, each
    from top to bottom. In horizontal text the upper one of two boxes that lie one above the other always comes first. The order
    in which polygons are given and where each one starts have no influence, but that equal ones stay as they are.

    Args:
        polygons: corners in pixels, y running down, in any order.

    Returns:
        Each place once, the first to be read first.
    """
    if not polygons:
        return []
    canonical = sorted(range(len(polygons)), key=lambda place: sorted(polygons[place]))
    page = _upright([polygons[place] for place in canonical])
    heights = np.minimum(page[:, 2] - page[:, 0], page[:, 3] - page[:, 1])
    return [canonical[place] for place in _read(page, np.arange(len(page)), float(np.median(heights)))]


def _upright(polygons: Sequence[Polygon]) -> Boxes:
    """Boxes around the polygons after the page is turned upright."""
    corners = np.array([corner for polygon in polygons for corner in polygon], np.float64)
    following = np.array([corner for polygon in polygons for corner in (*polygon[1:], polygon[0])], np.float64)
    sides = following - corners
    quarter = np.pi / 2
    angles = (np.arctan2(sides[:, 1], sides[:, 0]) + quarter / 2) % quarter - quarter / 2
    by_angle = np.argsort(angles, kind="stable")
    weights = np.cumsum(np.hypot(sides[:, 0], sides[:, 1])[by_angle])
    skew = np.round(angles[by_angle[np.searchsorted(weights, weights[-1] / 2)]], 5)
    turned = corners @ np.array([[np.cos(skew), -np.sin(skew)], [np.sin(skew), np.cos(skew)]])
    starts = np.cumsum([0, *(len(polygon) for polygon in polygons[:-1])])
    return np.hstack([np.minimum.reduceat(turned, starts), np.maximum.reduceat(turned, starts)])


def _read(page: Boxes, members: Indices, height: float) -> Iterator[int]:
    """Places of some boxes of a page in reading order.

    Args:
        page: all boxes.
        members: places of those to be read.
        height: the usual one of a line.
    """
    boxes = page[members]
    if _is_vertical(boxes, height):
        # Turned by a quarter to the left, columns from right to left are lines from top to bottom.
        boxes = np.stack([boxes[:, 1], -boxes[:, 2], boxes[:, 3], -boxes[:, 0]], axis=1)
    parts = _columns(boxes)
    if parts is None:
        yield from (int(members[place]) for line in _lines(boxes) for place in line)
        return
    for part in parts:
        yield from _read(page, members[part], height)


def _is_vertical(boxes: Boxes, height: float) -> bool:
    """Whether most of the text runs from top to bottom, in two columns or more."""
    wide = boxes[:, 2] - boxes[:, 0]
    high = boxes[:, 3] - boxes[:, 1]
    tall = high >= TALL * np.maximum(wide, height)
    if high[tall].sum() <= np.maximum(wide, high)[~tall].sum():
        return False
    left, top, right, bottom = boxes[tall].T
    return bool(((right[:, None] <= left) & (top[:, None] < bottom) & (top < bottom[:, None])).any())


def _lines(boxes: Boxes) -> list[list[int]]:
    """Places of boxes line by line, each from left to right."""
    middles = (boxes[:, 1] + boxes[:, 3]) / 2
    near = SAME_LINE * (boxes[:, 3] - boxes[:, 1])
    down = np.lexsort((boxes[:, 0], middles)).tolist()
    level = middles.tolist()
    reach = near.tolist()
    left = boxes[:, 0].tolist()
    taken: set[int] = set()
    lines = []
    for number, first in enumerate(down):
        if first in taken:
            continue
        line = [first]
        for other in down[number + 1:]:
            if level[other] - level[first] >= reach[first]:
                break
            if other not in taken and level[other] - level[first] < reach[other]:
                line.append(other)
        taken.update(line)
        lines.append(sorted(line, key=left.__getitem__))
    return lines


def _columns(boxes: Boxes) -> list[Indices] | None:
    """Places of boxes above two columns, of the left one, the right one, and below them, empty parts left out; or no columns."""
    if len(boxes) < 3:
        return None
    words = [run for line in _lines(boxes) for run in _runs_of_words(boxes, line)]
    starts = np.cumsum([0, *map(len, words[:-1])])
    by_run = boxes[np.concatenate(words)]
    runs = np.hstack([np.minimum.reduceat(by_run[:, :2], starts), np.maximum.reduceat(by_run[:, 2:], starts)])
    if _are_apart(runs):
        return None
    for gutter in gutters(runs):
        if _are_columns(runs[gutter.left], runs[gutter.right]):
            parts = (gutter.above, gutter.left, gutter.right, gutter.below)
            return [np.array([place for run in part for place in words[run]], np.intp) for part in parts if len(part)]
    return None


def _runs_of_words(boxes: Boxes, line: list[int]) -> list[list[int]]:
    """A line without the wide spaces in it: what has no more space between than words have."""
    runs = [line[:1]]
    end = boxes[line[0], 2]
    for before, place in pairwise(line):
        height = min(boxes[before, 3] - boxes[before, 1], boxes[place, 3] - boxes[place, 1])
        if boxes[place, 0] - end > GAP * height:
            runs.append([])
        runs[-1].append(place)
        end = max(end, boxes[place, 2])
    return runs


def _are_columns(left: Boxes, right: Boxes) -> bool:
    """Whether what lies on either side of a gutter is read side by side, and not row by row; ``in_reading_order`` says when."""
    left = left[_are_rightmost(left)]
    right = right[_are_rightmost(right[:, [2, 1, 0, 3]] * [-1, 1, -1, 1])]
    beside = _beside(left, right, TOUCH)
    left = left[beside.any(axis=1)]
    right = right[beside.any(axis=0)]
    if not len(left):
        return False
    fewer, more = sorted((left, right), key=len)
    if _are_rows(fewer, more).mean() < MOST:
        return len(more) > 1
    return _is_prose(left) and _is_prose(right)


def _are_rightmost(side: Boxes) -> NDArray[np.bool_]:
    """Which boxes of one side have no other one on their right."""
    covered = _beside(side, side, INNER) & (side[:, 0][None, :] >= side[:, 2][:, None])
    return np.asarray(~covered.any(axis=1), np.bool_)


def _beside(some: Boxes, others: Boxes, part: float) -> NDArray[np.bool_]:
    """[some, others] Whether they share a height, but for a part of each at its top and at its bottom."""
    margin = part * (some[:, 3] - some[:, 1])
    other_margin = part * (others[:, 3] - others[:, 1])
    upper = np.maximum((some[:, 1] + margin)[:, None], (others[:, 1] + other_margin)[None, :])
    lower = np.minimum((some[:, 3] - margin)[:, None], (others[:, 3] - other_margin)[None, :])
    return upper < lower


def _are_apart(boxes: Boxes) -> bool:
    """Whether no box is beside another one, as ``_beside`` says: then there are no columns, and gutters need not be sought."""
    margins = TOUCH * (boxes[:, 3] - boxes[:, 1])
    tops = boxes[:, 1] + margins
    down = np.argsort(tops)
    return bool((tops[down][1:] >= np.maximum.accumulate((boxes[:, 3] - margins)[down])[:-1]).all())


def _are_rows(some: Boxes, others: Boxes) -> NDArray[np.bool_]:
    """Which of some boxes are of one row with one of the others: level with it, or each beside no other.

    What is left of the page's skew, or the bend of a sheet, moves all rows of one side alike: the usual distance is no
    difference while it is less than half a line.
    """
    beside = _beside(some, others, TOUCH)
    alone = ((beside.sum(axis=1) == 1)[:, None] & (beside.sum(axis=0) == 1)[None, :] & beside).any(axis=1)
    high = some[:, 3] - some[:, 1]
    middles = (some[:, 1] + some[:, 3]) / 2
    other_middles = (others[:, 1] + others[:, 3]) / 2
    nearest = np.abs(middles[:, None] - other_middles[None, :]).argmin(axis=1)
    other_high = (others[:, 3] - others[:, 1])[nearest]
    distances = (other_middles[nearest] - middles) / np.minimum(high, other_high)
    usual = float(np.median(distances))
    alike = np.maximum(high, other_high) <= ALIKE * np.minimum(high, other_high)
    level = np.abs(distances - usual) < (LEVEL if abs(usual) < SAME_ROW else 0)
    return np.asarray(alone | (level & alike), np.bool_)


def _is_prose(side: Boxes) -> bool:
    """Whether the boxes of one side are lines of a column of prose."""
    if len(side) < LEAST_LINES:
        return False
    wide = side[:, 2] - side[:, 0]
    high = side[:, 3] - side[:, 1]
    steps = np.diff(np.sort((side[:, 1] + side[:, 3]) / 2))
    return bool(np.median(wide / high) >= LONG and np.median(wide) >= FULL * wide.max()
                and np.median(steps) <= CLOSE * np.median(high))
