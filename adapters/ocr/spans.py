"""One line, several recognisers: each is trusted with its scripts, and spans of a line may come from different ones.

The first recogniser of a bundle reads the whole line, and doubtful words of it alone (``words``). The letters of its own scripts
that it is sure of stay; what lies between them is cut out and read by the others, and the better score has it. A Korean
recogniser alone gets .59 of the Latin letters and digits inside Korean lines wrong, a Latin one .45; together they get .06
(benchmarks/korean.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from adapters.ocr.bundles import Recogniser, Script
from adapters.ocr.recognition import Character, ReadLine, joined_names
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
FOR_ONE_LETTER = 0.97
"""What one letter or two must score to stand in for one letter of the first recogniser's own script: 아 looks like of."""
STROKE = 0.8
"""A letter or digit at an end of a span's reading that scores less is a stroke of the syllable there, as o in ROMo for ROM이
(100 lines as a phone takes them: wrong Latin of 1,000 syllables 8.7 → 5.9, error of Latin .135 → .116)."""
LEAST_SCORE = 0.6
"""What another recogniser's reading of a span must score at least."""
NARROW = frozenset("fijlrt1|")
"""Letters that count half: they are narrow."""
A_SYLLABLE = 1.5
"""Letters up to which a reading is narrower than the syllable that it would replace: 4 for 니, of for 어."""
STANDS = 0.6
"""Score from which several syllables, each, withstand a reading that is narrower than they are."""
ONE_STANDS = 0.35
"""… and from which one does."""
FOLLOWS = 0.9
"""Up to this distance a syllable goes on with the word of the one before, in heights of the strip. A word may begin with a
letter: 부록 E에. (349 lines as a phone takes them: wrong Latin of 1,000 syllables 11.8 → 8.0, error of Latin .153 → .146.)"""


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

    trimmed = [(ReadLine(tuple(item for item in _without_strokes(found.characters, span, before_letter)
                               if span.free[0] <= item.at + span.left <= span.free[1]),
                         found.recogniser), recogniser) for found, recogniser in readings]
    scored = [(found, recogniser) for found, recogniser in trimmed if found.text.strip() and all(
        script_of(item.text) in (None, *recogniser.scripts) for item in found.characters)]
    if not scored:
        return line
    best, recogniser = max(scored, key=lambda pair: letters_score(pair[0].characters))
    score = letters_score(best.characters)
    for_one = len(span.inside) == 1 and len(best.text.strip()) <= 2 and own(span.inside[0])
    least = FOR_ONE_LETTER if for_one else LEAST_SCORE
    if score < least or best_of([ReadLine(span.inside, ""), best]) is not best or _withstands(line, span, main, best):
        return line
    first, last = _ends(best.characters)
    new = tuple(replace(item, at=item.at + span.left) for item in best.characters[first:last])
    # A letter of the first recogniser where the other one saw none is a letter all the same; a full stop beside it is none.
    alone = {item for item in span.inside if own(item) and item.score >= UNSURE
             and all(abs(item.at - other.at) > before_letter for other in new if script_of(other.text))}
    kept = tuple(item for item in line.characters if item not in span.inside or item in alone)
    return ReadLine(tuple(sorted((*kept, *new), key=lambda item: item.at)), joined_names([line.recogniser, recogniser.name]))


def best_of(lines: Sequence[ReadLine]) -> ReadLine:
    """The best of several readings of the same strip; the first of equal ones.

    Scores are summed over letters, in parts of the longest reading: a Latin recogniser that sees nothing in a Korean line but
    its full stop is very sure of that.
    """
    longest = max(1, *(sum(item.text != " " for item in line.characters) for line in lines))
    return max(lines, key=lambda line: sum(item.score for item in line.characters if item.text != " ") / longest)


def letters_score(characters: Sequence[Character]) -> float:
    """Mean score of what is no space; 0 for nothing."""
    scores = [item.score for item in characters if item.text != " "]
    return sum(scores) / len(scores) if scores else 0.0


def _withstands(line: ReadLine, span: Span, main: Recogniser, found: ReadLine) -> bool:
    """Whether what was read in a span is syllables that are wider than the letters found there, and likely enough."""
    letters = sum(0.5 if item.text in NARROW else 1.0 for item in found.characters if item.text.isalnum())
    if not letters or letters > A_SYLLABLE * len(span.inside) or not all(
            script_of(item.text) == "hangul" for item in span.inside):
        return False
    place = span.inside[0].at
    if not any(is_hangul(item.text) and 0 < place - item.at <= FOLLOWS * main.height for item in line.characters):
        return False
    return min(item.score for item in span.inside) >= (ONE_STANDS if len(span.inside) == 1 else STANDS)


def _ends(characters: Sequence[Character]) -> tuple[int, int]:
    """First and last of what is no space."""
    letters = [index for index, item in enumerate(characters) if item.text != " "]
    return letters[0], letters[-1] + 1


def _without_strokes(characters: Sequence[Character], span: Span, near: float) -> Sequence[Character]:
    """Without doubtful letters at the ends; a digit that the first recogniser reads there too stays: 0g."""
    def is_letter(item: Character) -> bool:
        return item.score >= STROKE or not item.text.isalnum() or any(
            item.text.isdigit() and item.text == other.text and abs(item.at + span.left - other.at) <= near
            for other in span.inside)

    kept = [index for index, item in enumerate(characters) if is_letter(item)]
    return characters[kept[0]:kept[-1] + 1] if kept else ()
