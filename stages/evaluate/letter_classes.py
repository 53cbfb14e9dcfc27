"""How many letters of each script were read wrong: what a model cannot read shows here without being told.

The letters of matched texts are aligned (Levenshtein). A letter of the truth that was left out or read as another is wrong; what
was put in beside them is no letter of the truth and counts in the CER only.
"""

from __future__ import annotations

import functools
from collections import Counter
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import Levenshtein

from schemas.evaluation import LetterClass
from schemas.letters import letters
from schemas.normalisation import ILLEGIBLE, Normalisation
from schemas.text import is_hangul

LONGEST = 2_000
"""Longer texts are left out: the table behind an alignment grows with the square."""


class LetterScript(StrEnum):
    """What a letter is."""

    HANGUL = "Hangul"
    LATIN = "Latin"
    DIGITS = "digits"
    SPACES = "spaces"
    SIGNS = "punctuation and signs"
    OTHER = "other scripts"


def letter_classes(regions: pa.Table) -> tuple[LetterClass, ...]:
    """Letters of each script in texts of each language, those with most wrong letters first.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
    """
    texts = regions.filter(pc.is_valid(regions[f"edits_{Normalisation.EXACT}"])).select(["language", "truth", "read"])
    total: Counter[tuple[str, str]] = Counter()
    wrong: Counter[tuple[str, str]] = Counter()
    left_out: Counter[tuple[str, str]] = Counter()
    for language, truth, read in zip(*(texts[name].to_pylist() for name in texts.column_names), strict=True):
        if max(len(truth), len(read)) > LONGEST:
            continue
        one = letters(truth)
        for script, count in Counter(script_of(letter) for letter in one if letter != ILLEGIBLE).items():
            total[language, script] += count
        if truth == read:
            continue
        for step in Levenshtein.editops(one, letters(read)):
            if step.tag == "insert" or one[step.src_pos] == ILLEGIBLE:
                continue
            key = language, script_of(one[step.src_pos])
            wrong[key] += 1
            left_out[key] += step.tag == "delete"
    found = [LetterClass(script, language, count, wrong[language, script], left_out[language, script])
             for (language, script), count in total.items()]
    return tuple(sorted(found, key=lambda item: (-item.wrong, item.script, item.language)))


@functools.cache  # a release has a few thousand letters
def script_of(letter: str) -> LetterScript:
    """What a letter is; a syllable with all its parts is Hangul."""
    char = letter[0]
    if char.isspace():
        return LetterScript.SPACES
    if is_hangul(char):
        return LetterScript.HANGUL
    if char.isdigit():
        return LetterScript.DIGITS
    if not char.isalpha():
        return LetterScript.SIGNS
    return LetterScript.LATIN if _is_latin(char) else LetterScript.OTHER


def _is_latin(char: str) -> bool:
    return char.isascii() or "\u00c0" <= char <= "\u024f" or "\u1e00" <= char <= "\u1eff"
