"""Full stops and commas of Korean lines: the Korean recogniser passes over them, and the space behind them is too narrow a span.

Found in the picture, as little ink that stands alone behind a letter, and read by the others (25 pages: CER without spaces
.078 → .063).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from adapters.ocr.bundles import Recogniser
from adapters.ocr.ink import ink_of
from adapters.ocr.recognition import Character, ReadLine, Strip, joined_names
from adapters.ocr.spans import Span, is_sure, script_of

LARGEST = 0.5
"""Greatest height of a mark, in heights of the strip: a stroke of a letter is higher."""
WIDEST = 0.3
"""Greatest width."""
LEAST = 2
"""Least height and width, in pixels of the strip."""
BEHIND = 0.34
"""How far from a letter's place a mark begins at least, in heights of the strip."""
IN_FRONT = 0.3
"""How far from the next letter's place it ends at least."""
MARGIN = 0.2
"""What its cut is wider on each side."""
NEAR = 6.0
"""How far from its ink a mark may be read, in pixels of the strip."""
LEAST_SCORE = 0.4
"""What a mark must score: that there is one is seen already."""


def marks_of(line: ReadLine, strip: Strip, recogniser: Recogniser, spans: Sequence[Span]) -> list[Span]:
    """Spans of marks behind letters that the first recogniser is sure of.

    Args:
        line: what was read.
        strip: the line.
        recogniser: the first one.
        spans: what is read again anyway; a mark in one is not read twice.
    """
    letters = [item for item in line.characters if item.text != " "]
    sure = [is_sure(item, recogniser) for item in letters]
    ink = ink_of(strip) if any(sure) else None
    if ink is None:
        return []
    edges = np.flatnonzero(np.diff(ink.any(axis=0).astype(np.int8), prepend=0, append=0))
    height, width = strip.shape[:2]
    runs = [(left, right) for left, right in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
            if LEAST <= right - left <= WIDEST * height and LEAST <= _height(ink[:, left:right]) <= LARGEST * height]
    places = [*(item.at for item in letters), width + IN_FRONT * height]
    marks = []
    for trusted, (before, after) in zip(sure, pairwise(places), strict=True):
        marks += [Span(max(0, int(left - MARGIN * height)), min(width, int(right + MARGIN * height) + 1),
                       (left - NEAR, right + NEAR), ())
                  for left, right in runs
                  if trusted and before + BEHIND * height <= left and right <= after - IN_FRONT * height
                  and all(right <= span.free[0] or left >= span.free[1] for span in spans)]
    return marks


def with_mark(line: ReadLine, mark: Span, readings: Sequence[ReadLine]) -> ReadLine:
    """A line with a mark as the best of its readings has it; as it was where that is none, or a letter."""
    middle = (mark.free[0] + mark.free[1]) / 2
    found = [(item.score, Character(item.text, item.at + mark.left, item.score), reading.recogniser)
             for reading in readings for item in reading.characters
             if item.text != " " and not item.text.isalnum() and script_of(item.text) is None and item.score >= LEAST_SCORE
             and abs(item.at + mark.left - middle) <= (mark.free[1] - mark.free[0]) / 2]
    if not found:
        return line
    _, item, recogniser = max(found, key=lambda one: one[0])
    return ReadLine(tuple(sorted((*line.characters, item), key=lambda one: one.at)), joined_names([line.recogniser, recogniser]))


def _height(ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    rows = np.flatnonzero(ink.any(axis=1))
    return int(rows[-1] - rows[0]) + 1
