"""Letters of one line that stand apart, as on signs: the detector finds each by itself, people read one line (두 루 치 기)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from adapters.ocr.detection import Box, Corners, ordered
from adapters.ocr.engine import Pixels
from adapters.ocr.ink import ink_of
from schemas.text import without_spaces

SQUARE = 2.0
"""Longest side of a single letter over the shorter one."""
SIZE = 1.35
"""Largest height of a neighbour over the other's."""
OFF_LINE = 0.2
"""How far a neighbour's middle may be off the base line's direction, in heights."""
NEAR = 0.25
"""Space from which two letters stand apart, in heights: closer ones are one text to the detector."""
OVERLAP = 0.6
"""How far boxes of several letters may reach over one another, in heights: DBNet's grow with their length."""
FAR = 2.8
"""From one letter's middle to the next one's, in heights, up to which they are of one line: farther ones are columns."""
KEYS = 1.1
"""Space from which letters are keys or the like, in heights, unless they are Hangul syllables."""
PITCH = 0.4
"""How much the distance from letter to letter may differ from the others of the line, in its own parts."""
LEAST = 3
"""Letters from which on there is a pitch."""
LETTER = 1.3
"""Widest letter, in its heights."""
GAP = 0.3
"""Space between letters in one box from which they stand apart, in their heights; strokes of one are closer."""
MOST = 30
"""Width of a box in which letters are looked for, in its heights."""
ROWS = 32
"""Height in pixels that is enough to see gaps."""
MARGIN = 0.12
"""What is left beside each letter where spaces are taken out, in heights."""
TOUCHING = 0.05
"""Space up to which two short boxes on one line are one text that the detector has cut in two, in heights."""
NESTED = 0.6
"""Part of the narrower box on the other one, from which it is no neighbour."""
SHORT = 10
"""Width of two such boxes together, in heights: long lines that touch are columns of a page."""
LEVEL = 0.35
"""Rise over width up to which a box lies."""
BELOW = 3.0
"""Distance of a box below or above a letter, in heights, up to which the two are a column of a table …"""
ALIGNED = 0.5
"""… where their middles are no farther apart than this, in the letter's widths …"""
NARROW = 2.0
"""… and the other one is no wider than this, in the same."""
COLUMNS = 2
"""Letters with something of their own below or above, from which a row is one of a table."""
SCORE = 0.85
"""What a line must score that was put together of what the detector found apart."""
_SYLLABLES = re.compile("[가-힣]+")
BOXES = frozenset("□☐☑☒■▣ㅁㅇ口日目田回OoQDXx")
"""What recognisers read check boxes as."""


Cell = tuple[int, int]
"""The first column of a letter in a crop, and the one behind its last."""


@dataclass(frozen=True, slots=True)
class Part:
    """A box of one letter, or of several that stand apart.

    Attributes:
        box: in pixels of the picture.
        middles: of its letters from left to right, x in the same.
    """

    box: Box
    middles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """Where a box is from top to bottom, in pixels: the y of its middle, and its height."""

    middle: float
    height: float


def healed(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of a picture, those that touch on one line as one: the detector has cut a word."""
    done: list[tuple[Box, _Row]] = []
    for box in sorted(boxes, key=lambda box: float(_middle(box)[0])):
        row = _row(box)
        # Pairs are many, and nearly all are of two rows: that is seen before anything else is measured.
        place = next((place for place in reversed(range(len(done))) if abs(row.middle - done[place][1].middle) <= row.height
                      and _touch(done[place][0], box)), None)
        if place is None:
            done.append((box, row))
        else:
            whole = around([done[place][0], box])
            done[place] = whole, _row(whole)
    return [box for box, _ in done]


def part_of(box: Box, crop: Pixels, cells: Sequence[Cell]) -> Part | None:
    """What a box may be of a line whose letters stand apart; None where it is a word, or no lying text.

    Args:
        box: in pixels of the picture.
        crop: cut out of it.
        cells: of the crop (``cells_of``).
    """
    if not _lies(box):
        return None
    shorter, longer = sorted((_width(box), _height(box)))
    if shorter > 0 and longer <= SQUARE * shorter:
        return Part(box, (float(_middle(box)[0]),))
    left, right = float(box.crop[[0, 3], 0].mean()), float(box.crop[[1, 2], 0].mean())
    return Part(box, tuple(left + (right - left) * (start + end) / 2 / crop.shape[1] for start, end in cells)) if cells else None


def lines_of(parts: Iterable[Part], boxes: Sequence[Box]) -> list[list[Part]]:
    """Lines that some boxes of a picture may be, each from left to right; whether they are, ``is_line`` tells when they are read.

    Only lying lines of upright letters: a column is read as a column, and a row of a table as its cells.

    Args:
        parts: of them.
        boxes: all of the picture.
    """
    ordered_parts = sorted(parts, key=lambda part: float(_middle(part.box)[0]))
    taken: set[int] = set()
    lines: list[list[Part]] = []
    for part in ordered_parts:
        if id(part) in taken:
            continue
        line = [part]
        while (after := _next(line, ordered_parts)) is not None and id(after) not in taken:
            line.append(after)
        if len(line) > 1 and sum(len(one.middles) for one in line) >= LEAST:
            taken.update(map(id, line))
            if sum(_has_column(one.box, boxes) for one in line) < COLUMNS:
                lines.append(line)
    return lines


def is_line(text: str, score: float, boxes: Sequence[Box]) -> bool:
    """Whether what was found apart is one line: letters, of which some differ, and no check boxes; syllables where they are far.

    Args:
        text: that was read on it together.
        score: of that.
        boxes: that were put together, from left to right.
    """
    letters = without_spaces(text)
    if not letters.isalpha() or score < SCORE or len(set(letters)) == 1 or BOXES.issuperset(letters):
        return False
    return bool(_SYLLABLES.fullmatch(letters)) or all(_space(one, other) <= KEYS * _height(one) for one, other in pairwise(boxes))


def closed_up(crop: Pixels, cells: Sequence[Cell]) -> Pixels | None:
    """A crop of letters that stand apart without the spaces, between which recognisers read strokes; None where they do not.

    Args:
        crop: of the letters.
        cells: of the crop (``cells_of``).
    """
    if not cells:
        return None
    margin = max(1, round(MARGIN * crop.shape[0]))
    return np.ascontiguousarray(np.hstack([crop[:, max(0, start - margin):end + margin] for start, end in cells]), np.uint8)


def side_by_side(crops: Sequence[Pixels]) -> Pixels:
    """Crops of letters as one that is read without the spaces: all as high as the highest one."""
    height = max(crop.shape[0] for crop in crops)
    sized = [cv2.resize(crop, (max(1, round(crop.shape[1] * height / crop.shape[0])), height)) for crop in crops]
    return np.ascontiguousarray(np.hstack(sized), np.uint8)


def around(boxes: Sequence[Box]) -> Box:
    """One box around some."""
    polygons, crops = ([getattr(box, name) for box in boxes] for name in ("polygon", "crop"))
    return Box(_rectangle(np.concatenate(polygons)), _rectangle(np.concatenate(crops)))


def cells_of(crop: Pixels) -> list[Cell]:
    """Columns of the letters of a crop, two or more that stand apart at one pitch; none where it is anything else."""
    height, width = crop.shape[:2]
    if not SQUARE * height <= width <= MOST * height:
        return []
    scale = min(1.0, ROWS / height)
    small = np.asarray(cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    if (ink := ink_of(small)) is None:
        return []
    rows = np.flatnonzero(ink.sum(axis=1) > 0.02 * ink.shape[1])
    columns = np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return []
    letter = int(rows[-1] - rows[0]) + 1
    cells = np.split(columns, np.flatnonzero(np.diff(columns) > GAP * letter) + 1)
    if len(cells) < 2 or max(cell[-1] - cell[0] + 1 for cell in cells) > LETTER * letter:
        return []
    steps = np.diff([(cell[0] + cell[-1] + 1) / 2 for cell in cells])
    even = np.abs(steps - steps.mean()).max() <= PITCH * steps.mean()
    return [(int(cell[0] / scale), math.ceil((cell[-1] + 1) / scale)) for cell in cells] if even else []


def _has_column(letter: Box, boxes: Sequence[Box]) -> bool:
    """Whether another box stands below or above a letter as in a table."""
    middle, width, height = _middle(letter), _width(letter), _height(letter)
    for other in boxes:
        right, down = np.abs(_middle(other) - middle)
        if (height / 2 < down <= BELOW * height and right <= ALIGNED * width and _width(other) <= NARROW * width
                and 1 / SQUARE <= _height(other) / height <= SQUARE):
            return True
    return False


def _touch(one: Box, other: Box) -> bool:
    off = _middle(other)[1] - _middle(one)[1]
    height = min(_height(one), _height(other))
    widths = _width(one), _width(other)
    space = _space(one, other)
    columns = any(_height(box) > SQUARE * _width(box) for box in (one, other))
    return (not columns and _lies(one) and _lies(other) and max(_height(one), _height(other)) <= SIZE * height
            and abs(off) <= OFF_LINE * height and -NESTED * min(widths) <= space <= TOUCHING * height
            and sum(widths) <= SHORT * height)


def _next(line: Sequence[Part], parts: Sequence[Part]) -> Part | None:
    """The part right of a line's last one that carries it on."""
    last = line[-1].box
    place, height = _middle(last), _height(last)
    best = None
    for other in parts:
        right, off = _middle(other.box) - place
        if right <= 0 or (best is not None and right >= _middle(best.box)[0] - place[0]):
            continue
        space = _space(last, other.box)
        if abs(off) > OFF_LINE * right or not 1 / SIZE <= _height(other.box) / height <= SIZE:
            continue
        nearest = NEAR if len(line[-1].middles) == len(other.middles) == 1 else -OVERLAP
        step = other.middles[0] - line[-1].middles[-1]
        if space >= nearest * height and step <= FAR * max(height, _height(other.box)) and _carries_on(line, other):
            best = other
    return best


def _carries_on(line: Sequence[Part], other: Part) -> bool:
    """Whether a part has the pitch of the letters before it, and its own is theirs."""
    steps = np.diff([middle for part in (*line, other) for middle in part.middles])
    return bool(len(steps) < 2 or np.abs(steps - np.median(steps)).max() <= PITCH * np.median(steps))


def _row(box: Box) -> _Row:
    return _Row(float(_middle(box)[1]), _height(box))


def _lies(box: Box) -> bool:
    return bool(abs(box.polygon[1, 1] - box.polygon[0, 1]) <= LEVEL * _width(box))


def _rectangle(points: Corners) -> Corners:
    """The smallest rectangle around points, its top left corner first."""
    return ordered(cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))))


def _space(one: Box, other: Box) -> float:
    """From a box to one right of it, in pixels."""
    return float(_middle(other)[0] - _middle(one)[0]) - (_width(one) + _width(other)) / 2


def _middle(box: Box) -> Corners:
    return np.asarray(box.polygon.mean(axis=0), np.float32)


def _width(box: Box) -> float:
    return float(np.linalg.norm(box.polygon[1] - box.polygon[0]))


def _height(box: Box) -> float:
    return float(np.linalg.norm(box.polygon[3] - box.polygon[0]))
