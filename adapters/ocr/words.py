"""Words that the first recogniser is not sure of, read again alone.

A line of a page is many times as long as what recognisers are trained on, and a word in another script spoils its neighbours.
Read alone, most of them come right (0시미리녹스 → GNU/리눅스): on the 25 pages that set these figures,
precision of Hangul .984 → .991, Latin letters in Hangul words 2.0 → .2 of 1,000 syllables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from adapters.ocr.bundles import Recogniser
from adapters.ocr.ink import empty_runs
from adapters.ocr.recognition import Character, ReadLine, Strip
from adapters.ocr.spans import is_sure, letters_score
from schemas.text import is_hangul

GAP = 0.24
"""Empty columns that part words, in heights of the letters; a word cut in two is read all the same."""
MARGIN = 5
"""What a word's cut is wider than its ink on each side, in pixels of the strip."""
REACH = 8
"""How far a letter's place may lie outside of its word's ink: one step of a recogniser, in pixels of the strip."""
LEAST_WORD = 6
"""Narrowest ink that is a word, in pixels of the strip."""
LATIN_DOUBT = 0.9
"""Score below which two letters or digits make a word doubtful in a line where no Hangul was read: pdf를 보라 read as pdfe Hel
(25 pages: recall of Hangul .9909 → .9913, wrong Latin of 1,000 syllables .23 → .06, for 2 % more words)."""
CERTAIN = 0.99
"""Score from which a Hangul letter of the line's reading withstands the word's, and letters of others need not be read again."""
SAME_PLACE = 0.4
"""Up to this distance two letters are in one place, in heights of the strip."""
BESIDE = 1.04
"""… and between two certain ones that are nearer than this there is no third."""


@dataclass(frozen=True, slots=True)
class Word:
    """A part of a strip between gaps.

    Attributes:
        left: where its cut begins, in pixels of the strip.
        right: where its cut ends.
        inside: what was read there so far.
    """

    left: int
    right: int
    inside: tuple[Character, ...]


def doubtful_words(line: ReadLine, strip: Strip, recogniser: Recogniser) -> list[Word]:
    """Words with a letter that the first recogniser is not sure of; in a line without Hangul, with two that score little."""
    hangul = any(is_hangul(item.text) for item in line.characters)

    def doubtful(inside: Sequence[Character]) -> bool:
        if hangul:
            return not all(is_sure(item, recogniser) or item.score >= CERTAIN for item in inside)
        return sum(item.text.isalnum() and item.score < LATIN_DOUBT for item in inside) > 1

    empty, height = empty_runs(strip)
    width = strip.shape[1]
    edges = [(0.0, 0.0), *((middle - gap / 2, middle + gap / 2) for middle, gap in empty if gap >= GAP * height),
             (float(width), float(width))]
    words = []
    for (_, left), (right, _) in pairwise(edges):
        inside = tuple(item for item in line.characters if left - REACH <= item.at <= right + REACH and item.text != " ")
        if right - left >= LEAST_WORD and inside and doubtful(inside):
            words.append(Word(max(0, int(left) - MARGIN), min(width, int(right) + MARGIN + 1), inside))
    return words


def with_word(line: ReadLine, word: Word, found: ReadLine, height: int) -> ReadLine:
    """A line with a word as it was read alone, if that scores better.

    Args:
        line: what was read so far.
        word: the word.
        found: what the same recogniser reads on its cut.
        height: of the strip, in pixels.
    """
    if letters_score(found.characters) <= letters_score(word.inside):
        return line
    certain = _certain(word)
    new: list[Character] = []
    for item in (replace(item, at=item.at + word.left) for item in found.characters if item.text != " "):
        there = [other for other in certain if abs(other.at - item.at) < SAME_PLACE * height]
        between = any(one.at < item.at < other.at and other.at - one.at < BESIDE * height for one, other in pairwise(certain))
        if not there and not between:
            new.append(item)
        elif there and is_hangul(item.text) and all(item.score >= other.score for other in there):
            certain = [other for other in certain if other not in there]
            new.append(item)
    kept = [item for item in line.characters if item not in word.inside]
    return ReadLine(tuple(sorted((*kept, *new, *certain), key=lambda item: item.at)), line.recogniser)


def _certain(word: Word) -> list[Character]:
    """Certain Hangul with another one, or the word's border, beside it: one alone between Latin letters is a Latin letter."""
    flags = [is_hangul(item.text) and item.score >= CERTAIN for item in word.inside]
    last = len(flags) - 1
    return [item for index, item in enumerate(word.inside)
            if flags[index] and (index in (0, last) or flags[index - 1] or flags[index + 1])]
