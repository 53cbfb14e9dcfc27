"""Letters of one line that stand apart, as on signs: the detector finds each by itself, people read one line (두 루 치 기)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from adapters.ocr.detection import Box, Corners, ordered
from adapters.ocr.engine import Pixels

SQUARE = 2.0
"""Longest side of a single letter over the shorter one."""
SIZE = 1.35
"""Largest height of a neighbour over the other's."""
OFF_LINE = 0.2
"""How far a neighbour's middle may be off the base line's direction, in heights."""
NEAR = 0.25
"""Space from which two letters stand apart, in heights: closer ones are one text to the detector."""
FAR = 1.1
"""… up to which they are of one line: farther ones are columns, keys, or cells of a table."""
PITCH = 0.4
"""How much the distance from letter to letter may differ from the others of the line, in its own parts."""
LEAST = 3
"""Letters from which on there is a pitch."""
TOUCHING = 0.05
"""Space up to which two short boxes on one line are one text that the detector has cut in two, in heights."""
NESTED = 0.6
"""Part of the narrower box on the other one, from which it is no neighbour."""
SHORT = 10
"""Width of two such boxes together, in heights: long lines that touch are columns of a page."""
LEVEL = 0.35
"""Rise over width up to which a box lies."""


def joined(boxes: Sequence[Box]) -> list[Box]:
    """Boxes of a picture, those of single letters that stand apart on one line as one box.

    Only lying lines of upright letters: a column is read as a column.

    Args:
        boxes: in pixels of the picture.
    """
    boxes = _healed(boxes)
    letters = sorted((box for box in boxes if _is_letter(box)), key=lambda box: float(_middle(box)[0]))
    taken: set[int] = set()
    lines: list[list[Box]] = []
    for box in letters:
        if id(box) in taken:
            continue
        line = [box]
        while (after := _next(line, letters)) is not None and id(after) not in taken:
            line.append(after)
        if len(line) >= LEAST:
            taken.update(map(id, line))
            lines.append(line)
    return [*(box for box in boxes if id(box) not in taken),
            *(replace(_around(line), letters=tuple(box.crop for box in line)) for line in lines)]


def side_by_side(crops: Sequence[Pixels]) -> Pixels:
    """Crops of letters as one that is read without the spaces: all as high as the highest one."""
    height = max(crop.shape[0] for crop in crops)
    sized = [cv2.resize(crop, (max(1, round(crop.shape[1] * height / crop.shape[0])), height)) for crop in crops]
    return np.ascontiguousarray(np.hstack(sized), np.uint8)


def _healed(boxes: Sequence[Box]) -> list[Box]:
    """Boxes, those that touch on one line as one."""
    done: list[Box] = []
    for box in sorted(boxes, key=lambda box: float(_middle(box)[0])):
        other = next((other for other in reversed(done) if _touch(other, box)), None)
        if other is None:
            done.append(box)
        else:
            done = [_around([other, box]) if one is other else one for one in done]
    return done


def _touch(one: Box, other: Box) -> bool:
    right, off = _middle(other) - _middle(one)
    height = min(_height(one), _height(other))
    widths = _width(one), _width(other)
    space = right - sum(widths) / 2
    columns = any(_height(box) > SQUARE * _width(box) for box in (one, other))
    return (not columns and _lies(one) and _lies(other) and max(_height(one), _height(other)) <= SIZE * height
            and abs(off) <= OFF_LINE * height and -NESTED * min(widths) <= space <= TOUCHING * height
            and sum(widths) <= SHORT * height)


def _next(line: Sequence[Box], letters: Sequence[Box]) -> Box | None:
    """The letter right of a line's last one that carries it on."""
    last = line[-1]
    place, height = _middle(last), _height(last)
    best = None
    for other in letters:
        right, off = _middle(other) - place
        if right <= 0 or (best is not None and right >= _middle(best)[0] - place[0]):
            continue
        space = right - (_width(last) + _width(other)) / 2
        if abs(off) > OFF_LINE * right or not 1 / SIZE <= _height(other) / height <= SIZE:
            continue
        if NEAR * height <= space <= FAR * height and _carries_on(line, other):
            best = other
    return best


def _carries_on(line: Sequence[Box], other: Box) -> bool:
    """Whether a letter has the pitch and the direction of two or more before it."""
    if len(line) < 2:
        return True
    middles = np.array([_middle(box) for box in (*line, other)])
    steps = np.diff(middles, axis=0)
    usual = steps[:-1].mean(axis=0)
    return bool(np.linalg.norm(steps[-1] - usual) <= PITCH * np.linalg.norm(usual))


def _is_letter(box: Box) -> bool:
    shorter, longer = sorted((_width(box), _height(box)))
    return shorter > 0 and longer <= SQUARE * shorter and _lies(box)


def _lies(box: Box) -> bool:
    return bool(abs(box.polygon[1, 1] - box.polygon[0, 1]) <= LEVEL * _width(box))


def _around(line: Sequence[Box]) -> Box:
    """One box around some."""
    return Box(_rectangle(np.concatenate([box.polygon for box in line])), _rectangle(np.concatenate([box.crop for box in line])))


def _rectangle(points: Corners) -> Corners:
    """The smallest rectangle around points, its top left corner first."""
    return ordered(cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))))


def _middle(box: Box) -> Corners:
    return np.asarray(box.polygon.mean(axis=0), np.float32)


def _width(box: Box) -> float:
    return float(np.linalg.norm(box.polygon[1] - box.polygon[0]))


def _height(box: Box) -> float:
    return float(np.linalg.norm(box.polygon[3] - box.polygon[0]))
