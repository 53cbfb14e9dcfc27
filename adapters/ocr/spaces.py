"""Spaces of Korean lines, which the Korean recogniser does not write."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from adapters.ocr.ink import empty_runs
from adapters.ocr.recognition import Character, ReadLine, Strip
from schemas.text import is_hangul

WORD_GAP = 0.27
"""Empty columns between letters that are a space, in heights of the letters (48 Korean pages: CER .24 without spaces,
.100 / .093 / .101 at .24 / .28 / .32)."""
APART = 1.7
"""… and in usual gaps between the letters of the line."""
CLOSING = ".,:;!?)]}”’"
"""Marks that no space stands before."""


def with_spaces(line: ReadLine, strip: Strip) -> ReadLine:
    """A line with spaces where the letters of a Korean line stand apart; a line that has spaces already stays.

    The Korean recogniser writes none. The gap is looked for in the picture, as columns without ink; letters that all stand
    apart, as on signs, are no words of one letter.
    """
    hangul = [is_hangul(item.text) for item in line.characters]
    if not any(hangul) or any(item.text == " " and near for item, near in zip(line.characters, _beside(hangul), strict=True)):
        return line
    pairs = list(pairwise(line.characters))
    empty, height = empty_runs(strip)
    reach = strip.shape[0] / 8  # a letter's place is known to a step of the recogniser, eight pixels
    gaps = [max((width for middle, width in empty if one.at - reach <= middle <= other.at + reach), default=0)
            for one, other in pairs]
    least = max(WORD_GAP * height, APART * float(np.median(gaps))) if gaps else 0
    spaced = [line.characters[0]]
    for (one, other), gap in zip(pairs, gaps, strict=True):
        if gap >= least and " " not in (one.text, other.text) and other.text not in CLOSING and (
                is_hangul(one.text) or is_hangul(other.text)):
            spaced.append(Character(" ", (one.at + other.at) / 2, min(one.score, other.score)))
        spaced.append(other)
    return ReadLine(tuple(spaced), line.recogniser)


def _beside(flags: Sequence[bool]) -> list[bool]:
    """Whether a neighbour is true."""
    return [any(flags[max(0, index - 1):index + 2]) for index in range(len(flags))]
