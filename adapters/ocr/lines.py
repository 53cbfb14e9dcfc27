"""One line, several recognisers: each is trusted with its scripts, and spans of a line may come from different ones.

The first recogniser of a bundle reads the whole line. The letters of its own scripts that it is sure of stay; what lies between
them is cut out and read by the others, and the better score has it. A Korean recogniser alone gets .59 of the Latin letters and
digits inside Korean lines wrong, a Latin one .45; together they get .09 (benchmarks/korean.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from adapters.ocr.bundles import Recogniser, Script
from adapters.ocr.engine import Pixels
from adapters.ocr.recognition import Character, ReadLine, Strip, to_strip
from schemas.text import is_hangul

SURE = 0.8
"""Score from which a letter of a recogniser's own script stays."""
BEFORE = 0.36
"""How far a Hangul syllable reaches before the place where CTC says it, in heights of the strip."""
AFTER = 0.54
"""… and after it."""
LEAST_SPAN = 0.25
"""Narrowest span that is read again, in heights of the strip."""
EMPTY_SPAN = 0.65
"""… where nothing was read in it: wider than a space between words."""
MARGIN = 0.08
"""What a span's cut is wider than the span on each side, in heights of the strip."""
UNSURE = 0.5
"""Score from which a letter stays where the others saw nothing."""
LETTER_FOR_LETTER = 0.97
"""What one letter must score to stand in for one letter of the first recogniser's own script."""
LEAST_SCORE = 0.6
"""What another recogniser's reading of a span must score at least."""
WORD_GAP = 0.27
"""Empty columns between letters that are a space, in heights of the letters (48 Korean pages: CER .24 without spaces,
.100 / .093 / .101 at .24 / .28 / .32)."""
APART = 1.7
"""… and in usual gaps between the letters of the line."""
MOST_PIECES = 16
"""Pieces of one line: 1,067 times as long as it is high, with PP-OCR's widest input. A longer one is a rule, not a text."""
TALL = 1.5
"""Height over width from which a crop is read in more than one way."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a strip that another recogniser reads.

    Attributes:
        left: where its cut begins, in pixels of the strip.
        right: where its cut ends.
        free: from where to where it is nobody else's, in pixels: a stroke of the letter beside it must not become one.
        inside: what was read there so far.
    """

    left: int
    right: int
    free: tuple[float, float]
    inside: tuple[Character, ...]


def script_of(character: str) -> Script | None:
    """Script of a character; None for punctuation and the rest."""
    if is_hangul(character):
        return "hangul"
    if character.isdigit():
        return "digits"
    name = unicodedata.name(character[:1], "") if character else ""
    if name.startswith("CJK"):
        return "han"
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return "kana"
    return "latin" if "LATIN" in name else None


def is_sure(character: Character, recogniser: Recogniser) -> bool:
    """Whether a recogniser's word for a character is final."""
    return character.score >= SURE and script_of(character.text) in recogniser.scripts


def spans_of(line: ReadLine, width: int, recogniser: Recogniser) -> list[Span]:
    """What of a line the first recogniser is not trusted with.

    Args:
        line: what it read.
        width: of the strip, in pixels.
        recogniser: the first one.

    Returns:
        Spans from left to right; nothing where it is sure of no letter, which says that the line is another one's.
    """
    height = recogniser.height
    before_letter = BEFORE * height
    after_letter = AFTER * height
    letters = [item for item in line.characters if item.text != " "]
    sure = [item for item in letters if is_sure(item, recogniser)]
    if not sure:
        return []
    spans = []
    edges = [-after_letter, *(item.at for item in sure), width + before_letter]
    for before, after in pairwise(edges):
        left = before + after_letter
        right = after - before_letter
        inside = tuple(item for item in letters if before < item.at < after)
        if right - left >= (LEAST_SPAN if inside else EMPTY_SPAN) * height:
            spans.append(Span(max(0, int(left - MARGIN * height)), min(width, int(np.ceil(right + MARGIN * height))),
                              (left, right), inside))
    return spans


def with_span(line: ReadLine, span: Span, main: Recogniser, readings: Sequence[tuple[ReadLine, Recogniser]]) -> ReadLine:
    """A line with a span as the best of its readings has it, if that is better than what ``main``, the first one, had there.

    A reading counts only if all its letters belong to its recogniser's scripts: a Latin recogniser answers Hangul with Chinese.
    """
    before_letter = BEFORE * main.height

    def own(item: Character) -> bool:
        return script_of(item.text) in main.scripts and script_of(item.text) != "digits"

    trimmed = [(ReadLine(tuple(item for item in found.characters if span.free[0] <= item.at + span.left <= span.free[1]),
                     found.recogniser), recogniser) for found, recogniser in readings]
    scored = [(found, recogniser) for found, recogniser in trimmed if found.text.strip() and all(
        script_of(item.text) in (None, *recogniser.scripts) for item in found.characters)]
    if not scored:
        return line
    best, recogniser = max(scored, key=lambda pair: _letters_score(pair[0].characters))
    score = _letters_score(best.characters)
    letter_for_letter = len(span.inside) == 1 and len(best.text.strip()) == 1 and own(span.inside[0])
    least = LETTER_FOR_LETTER if letter_for_letter else LEAST_SCORE
    if score < least or best_of([ReadLine(span.inside, ""), best]) is not best:
        return line
    first, last = _ends(best.characters)
    new = tuple(replace(item, at=item.at + span.left) for item in best.characters[first:last])
    # A letter of the first recogniser where the other one saw none is a letter all the same; a full stop beside it is none.
    alone = {item for item in span.inside if own(item) and item.score >= UNSURE
             and all(abs(item.at - other.at) > before_letter for other in new if script_of(other.text))}
    kept = tuple(item for item in line.characters if item not in span.inside or item in alone)
    names = dict.fromkeys([*line.recogniser.split("+"), recogniser.name])
    return ReadLine(tuple(sorted((*kept, *new), key=lambda item: item.at)), "+".join(names))


def best_of(lines: Sequence[ReadLine]) -> ReadLine:
    """The best of several readings of the same strip; the first of equal ones.

    Scores are summed over letters, in parts of the longest reading: a Latin recogniser that sees nothing in a Korean line but
    its full stop is very sure of that.
    """
    longest = max(1, *(sum(item.text != " " for item in line.characters) for line in lines))
    return max(lines, key=lambda line: sum(item.score for item in line.characters if item.text != " ") / longest)


def with_spaces(line: ReadLine, strip: Strip) -> ReadLine:
    """A line with spaces where the letters of a Korean line stand apart; a line that has spaces already stays.

    The Korean recogniser writes none. The gap is looked for in the picture, as columns without ink; letters that all stand
    apart, as on signs, are no words of one letter.
    """
    hangul = [is_hangul(item.text) for item in line.characters]
    if not any(hangul) or any(item.text == " " and near for item, near in zip(line.characters, _beside(hangul), strict=True)):
        return line
    pairs = list(pairwise(line.characters))
    empty, height = _empty_runs(strip)
    reach = strip.shape[0] / 8  # a letter's place is known to a step of the recogniser, eight pixels
    gaps = [max((width for middle, width in empty if one.at - reach <= middle <= other.at + reach), default=0)
            for one, other in pairs]
    least = max(WORD_GAP * height, APART * float(np.median(gaps))) if gaps else 0
    spaced = [line.characters[0]]
    for (one, other), gap in zip(pairs, gaps, strict=True):
        if gap >= least and " " not in (one.text, other.text) and (is_hangul(one.text) or is_hangul(other.text)):
            spaced.append(Character(" ", (one.at + other.at) / 2, min(one.score, other.score)))
        spaced.append(other)
    return ReadLine(tuple(spaced), line.recogniser)


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
        gaps, letters = _empty_runs(strip[:, start:left + longest])
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
    return ReadLine(tuple(characters), "+".join(dict.fromkeys(name for line in lines for name in line.recogniser.split("+"))))


def stack(crop: Pixels) -> Pixels | None:
    """A column of letters laid in a row; None where it does not fall into letters.

    Cut at rows without ink; where letters touch, or one falls apart into its strokes, into squares.
    """
    height, width = crop.shape[:2]
    number = round(height / width)
    if number < 2:
        return None
    ink = _ink(crop)
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


def _letters_score(characters: Sequence[Character]) -> float:
    scores = [item.score for item in characters if item.text != " "]
    return sum(scores) / len(scores) if scores else 0.0


def _ends(characters: Sequence[Character]) -> tuple[int, int]:
    """First and last of what is no space."""
    letters = [index for index, item in enumerate(characters) if item.text != " "]
    return letters[0], letters[-1] + 1


def _beside(flags: Sequence[bool]) -> list[bool]:
    """Whether a neighbour is true."""
    return [any(flags[max(0, index - 1):index + 2]) for index in range(len(flags))]


def _ink(picture: Strip) -> NDArray[np.bool_] | None:
    """Where the letters are, [H, W]: the rarer side of Otsu's threshold; None for one even colour."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if int(np.ptp(grey)) < 16:
        return None
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = grey <= threshold
    return np.asarray(~ink if ink.mean() > 0.5 else ink, bool)


def _empty_runs(strip: Strip) -> tuple[list[tuple[float, int]], int]:
    """Middle and width of each run of columns without ink between letters, and the letters' height, in pixels."""
    ink = _ink(strip)
    if ink is None:
        return [], strip.shape[0]
    rows = np.flatnonzero(ink.sum(axis=1) > 0.02 * ink.shape[1])
    height = max(8, int(rows[-1] - rows[0]) + 1) if len(rows) else strip.shape[0]
    columns = [int(column) for column in np.flatnonzero(ink.any(axis=0))]
    return [((left + right) / 2, right - left - 1) for left, right in pairwise(columns) if right - left > 1], height
