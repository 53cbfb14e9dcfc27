"""Crops as strips: a very long line in pieces, a column of letters in a row; and the pieces' readings as one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from adapters.ocr.engine import Pixels
from adapters.ocr.ink import empty_runs, ink_of
from adapters.ocr.recognition import Character, ReadLine, Strip, joined_names, to_strip
from adapters.ocr.spaces import WORD_GAP

MOST_PIECES = 16
"""Pieces of one line: 1,067 times as long as it is high, with PP-OCR's widest input. A longer one is a rule, not a text."""
TALL = 1.5
"""Height over width from which a crop is read in more than one way."""


@dataclass(frozen=True, slots=True)
class LinePiece:
    """A part of a line's strip that a recogniser reads at once. ``apart``: it is a space away from the piece before it."""

    strip: Strip
    apart: bool = False


def pieces_of(crop: Pixels, height: int, longest: int) -> tuple[LinePiece, ...]:
    """A crop as strips that are no longer than ``longest``: one, or a very long line cut where its words stand apart.

    Args:
        crop: a line of text, lying.
        height: of the recognisers' input, in pixels.
        longest: width of the widest input, in pixels. What is more than ``MOST_PIECES`` times as long is squeezed.
    """
    strip = to_strip(crop, height, MOST_PIECES * longest)
    left = 0
    apart = False
    pieces = []
    while strip.shape[1] - left > longest:
        # The widest gap in the last quarter; without any, letters are cut: a strip of noise has none.
        start = left + longest * 3 // 4
        gaps, letters = empty_runs(strip[:, start:left + longest])
        middle, width = max(gaps, key=lambda gap: gap[1], default=(longest // 4, 0))
        pieces.append(LinePiece(strip[:, left:start + int(middle)], apart))
        left = start + int(middle)
        apart = width >= WORD_GAP * letters
    return (*pieces, LinePiece(strip[:, left:], apart))


def join(lines: Sequence[ReadLine], pieces: Sequence[LinePiece]) -> ReadLine:
    """One line of what was read on its pieces."""
    if len(lines) == 1:
        return lines[0]
    characters: list[Character] = []
    left = 0
    for line, piece in zip(lines, pieces, strict=True):
        if piece.apart and characters and line.characters and " " not in (characters[-1].text, line.characters[0].text):
            characters.append(Character(" ", left, min(characters[-1].score, line.characters[0].score)))
        characters += [replace(item, at=item.at + left) for item in line.characters]
        left += piece.strip.shape[1]
    return ReadLine(tuple(characters), joined_names(line.recogniser for line in lines))


def stack(crop: Pixels) -> Pixels | None:
    """A column of letters laid in a row; None where it does not fall into letters.

    Cut at rows without ink; where letters touch, or one falls apart into its strokes, into squares.
    """
    height, width = crop.shape[:2]
    number = round(height / width)
    if number < 2:
        return None
    ink = ink_of(crop)
    if ink is None:
        return None
    edges = [0]
    for index in range(1, number):
        # The emptiest row near where squares would be cut.
        middle = index * height // number
        reach = max(1, height // number // 3)
        rows = ink[middle - reach:middle + reach].sum(axis=1)
        empty = np.flatnonzero(rows == rows.min())
        edges.append(middle - reach + int(empty[len(empty) // 2]))
    edges.append(height)
    cells = [crop[top:bottom] for top, bottom in pairwise(edges)]
    side = max(cell.shape[0] for cell in cells)
    padded = [cv2.copyMakeBorder(cell, (side - cell.shape[0]) // 2, side - cell.shape[0] - (side - cell.shape[0]) // 2, 0, 0,
                                 cv2.BORDER_REPLICATE) for cell in cells]
    return np.asarray(np.hstack(padded), np.uint8)
