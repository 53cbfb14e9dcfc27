"""Ways to read what was found: as it stands, turned, as a column, without the spaces; and which of them is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import Levenshtein

from adapters.ocr import joining
from adapters.ocr.detection import Box, Corners
from adapters.ocr.engine import Pixels
from adapters.ocr.lines import TALL, LinePiece, pieces_of, stack
from adapters.ocr.recognition import ReadLine
from schemas.reading import Direction
from schemas.text import without_spaces

CLEARLY = 0.05
"""By how much a reading without the spaces has to score better: people may have meant them."""
ALIKE = 0.5
"""From this similarity on a turned crop and the column of its letters say the same."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a crop.

    Attributes:
        pieces: strips to be read.
        turns: how often its box is turned by 90° until the text stands upright.
        stacked: a column of letters laid in a row.
        closed_up: without the spaces between letters that stand apart.
    """

    pieces: tuple[LinePiece, ...]
    turns: int = 0
    stacked: bool = False
    closed_up: bool = False


@dataclass(slots=True)
class Found:
    """A box of an image, the ways to read it, and what was read.

    Attributes:
        image: its number among those that are read together.
        box: in pixels of the image.
        ways: to read it.
        whole: the box is the image.
        again: found by the second look.
        parts: what it is put together of, where it may be a line that the detector found in parts.
        lines: what was read, by way.
    """

    image: int
    box: Box
    ways: list[Way]
    whole: bool = False
    again: bool = False
    parts: Sequence[Found] = ()
    lines: list[ReadLine] = field(default_factory=list)


def ways_of(crop: Pixels, cells: Sequence[joining.Cell], height: int, longest: int) -> list[Way]:
    """How a crop may be read: as it is; without the spaces; a tall one also turned to either side, and as a column.

    Args:
        crop: of the image.
        cells: of its letters, where they stand apart (``joining.cells_of``).
        height: of strips, in pixels.
        longest: width of a strip at most.
    """
    ways = [Way(pieces_of(crop, height, longest))]
    if crop.shape[0] >= TALL * crop.shape[1]:
        ways += [Way(pieces_of(np.ascontiguousarray(np.rot90(crop, turns)), height, longest), turns)
                 for turns in (1, 3)]
        column = stack(crop)
        if column is not None:
            ways.append(Way(pieces_of(column, height, longest), stacked=True))
    if (row := joining.closed_up(crop, cells)) is not None:
        ways.append(Way(pieces_of(row, height, longest), closed_up=True))
    return ways


def best_way(item: Found) -> int:
    """The way whose reading scores best; one without the spaces has to be better by ``CLEARLY``, and to have letters alone."""

    def score(way: int) -> float:
        line = item.lines[way]
        if not item.ways[way].closed_up:
            return line.score
        return line.score - CLEARLY if without_spaces(line.text).isalpha() else -1.0

    return max(range(len(item.ways)), key=score)


def is_line(item: Found) -> bool:
    """Whether a box that was put together is one line."""
    line = item.lines[best_way(item)]
    return joining.is_line(line.text, line.score, [part.box for part in item.parts])


def turned(corners: Corners, turns: int) -> Corners:
    """Corners that start where the text starts: a crop turned once to the left started at its top right."""
    return np.roll(corners, -turns, axis=0)


def direction_of(item: Found, best: int) -> Direction:
    """Vertical is a column of letters. Recognisers are trained on columns turned to the left, and may read one best that way."""
    way = item.ways[best]
    if way.stacked:
        return Direction.VERTICAL
    column = next((line for other, line in zip(item.ways, item.lines, strict=True) if other.stacked), None)
    alike = column is not None and Levenshtein.normalized_similarity(
        without_spaces(column.text), without_spaces(item.lines[best].text)) >= ALIKE
    return Direction.VERTICAL if way.turns == 1 and alike else Direction.HORIZONTAL
