"""Mistakes that people make in labels, planted into tables of outcomes: the same ones for the same seed.

The mix, of all that are planted: 35 of 100 one letter replaced by one that looks like it or lies beside it on the keyboard, of
Hangul by a syllable that differs in one part; 15 two letters beside each other swapped; 15 a letter left out; 10 a letter
doubled; 15 the text of another region of the image; 10 the text of any region of the release. None differs in white space alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from schemas.letters import FINALS, FIRST_SYLLABLE, INITIALS, VOWELS
from schemas.outcomes import Fate
from schemas.text import without_spaces

MIX = {"letter": 35, "swapped": 15, "left out": 15, "doubled": 10, "neighbour": 15, "another text": 10}
"""Kinds of mistakes, of a hundred."""
ALIKE = {"O": "0QD", "0": "O", "I": "1L", "1": "I7L", "L": "1I", "S": "5", "5": "S", "B": "83", "8": "B3", "3": "8", "Z": "2",
         "2": "Z", "G": "6C", "6": "G", "C": "G", "E": "F", "F": "E", "U": "V", "V": "U", "M": "N", "N": "M", "P": "R",
         "R": "P", "7": "1", "9": "g", "l": "1I", "o": "0", "e": "c", "c": "e", "m": "n", "n": "m", "u": "v", "v": "u",
         "h": "b", "b": "h"}
"""Letters that look alike."""
KEYS = ("1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM", "qwertyuiop", "asdfghjkl", "zxcvbnm")
"""Rows of a keyboard."""
ALIKE_INITIALS = {"ㄱ": "ㅋㄲ", "ㄲ": "ㄱ", "ㄴ": "ㄹㅁ", "ㄷ": "ㅌㄴ", "ㄸ": "ㄷ", "ㄹ": "ㄴㅌ", "ㅁ": "ㅂㅇ", "ㅂ": "ㅍㅁ",
                  "ㅃ": "ㅂ", "ㅅ": "ㅈㅆ", "ㅆ": "ㅅ", "ㅇ": "ㅎㅁ", "ㅈ": "ㅊㅅ", "ㅉ": "ㅈ", "ㅊ": "ㅈ", "ㅋ": "ㄱ",
                  "ㅌ": "ㄷ", "ㅍ": "ㅂ", "ㅎ": "ㅇ"}
"""Initials that look alike, or lie beside each other on the keyboard."""
ALIKE_VOWELS = {"ㅏ": "ㅓㅑ", "ㅓ": "ㅏㅕ", "ㅐ": "ㅔ", "ㅔ": "ㅐ", "ㅗ": "ㅜㅛ", "ㅜ": "ㅗㅠ", "ㅑ": "ㅏ", "ㅕ": "ㅓ",
                "ㅡ": "ㅣㅜ", "ㅣ": "ㅡㅏ", "ㅘ": "ㅝ", "ㅝ": "ㅘ", "ㅚ": "ㅟ", "ㅟ": "ㅚ", "ㅛ": "ㅗ", "ㅠ": "ㅜ", "ㅢ": "ㅣ",
                "ㅖ": "ㅕ", "ㅒ": "ㅑ", "ㅙ": "ㅚ", "ㅞ": "ㅟ"}
"""Vowels that look or sound alike."""
USUAL_FINALS = " ㄱㄴㄹㅁㅇ"
"""Finals that are mistaken for each other, none among them."""
Mistake = Callable[[str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Planted:
    """A table with mistakes in it.

    Attributes:
        outcomes: the table; its labels are changed and nothing else.
        kinds: of the mistakes, by image and region.
    """

    outcomes: pa.Table
    kinds: dict[tuple[str, str], str]


def plant(outcomes: pa.Table, count: int, seed: int) -> Planted:
    """Plants mistakes into labels of a table of outcomes, whether the model found their regions or not.

    Args:
        outcomes: as ``schemas.outcomes.REGION_OUTCOMES``.
        count: how many regions get one.
        seed: of the draws.
    """
    draws = random.Random(seed)
    truths = outcomes["truth"].to_pylist()
    images = outcomes["image_id"].to_pylist()
    regions = outcomes["region_id"].to_pylist()
    labelled = [row for row, kind in enumerate(outcomes["outcome"].to_pylist()) if kind != Fate.EXTRA and truths[row]]
    of_image: dict[str, list[str]] = defaultdict(list)
    for row in labelled:
        of_image[images[row]].append(truths[row])
    anywhere = [truths[row] for row in labelled]
    kinds: dict[tuple[str, str], str] = {}
    wrong = list(truths)
    for row in draws.sample(labelled, len(labelled)):
        if len(kinds) == count:
            break
        found = _mistaken(truths[row], of_image[images[row]], anywhere, draws)
        if found:
            kinds[images[row], regions[row]], wrong[row] = found
    place = outcomes.schema.get_field_index("truth")
    return Planted(outcomes.set_column(place, outcomes.schema.field(place), pa.array(wrong, pa.string())), kinds)


def _mistaken(text: str, around: Sequence[str], anywhere: Sequence[str], draws: random.Random) -> tuple[str, str] | None:
    """Kind of a mistake and the text with it; None where the drawn kind cannot be made of this text."""
    [kind] = draws.choices(list(MIX), list(MIX.values()))
    if kind == "neighbour":
        found = draws.choice(around)
    elif kind == "another text":
        found = draws.choice(anywhere)
    else:
        found = _MISTAKES[kind](text, draws)
    return (kind, found) if found.strip() and without_spaces(found) != without_spaces(text) else None


def _letters(text: str) -> list[int]:
    return [place for place, letter in enumerate(text) if letter.isalnum()]


def _other_letter(text: str, draws: random.Random) -> str:
    places = _letters(text)
    if not places:
        return text
    place = draws.choice(places)
    return text[:place] + _like(text[place], draws) + text[place + 1:]


def _like(letter: str, draws: random.Random) -> str:
    """A letter that looks like it or lies beside it."""
    if "가" <= letter <= "힣":
        return _like_syllable(letter, draws)
    beside = [row[place] for row in KEYS if letter in row for place in (row.index(letter) - 1, row.index(letter) + 1)
              if 0 <= place < len(row)]
    chosen = draws.choice([choice for choice in (list(ALIKE.get(letter, "")), beside) if choice] or [[letter]])
    return draws.choice(chosen)


def _like_syllable(letter: str, draws: random.Random) -> str:
    number = ord(letter) - FIRST_SYLLABLE
    initial, vowel, final = INITIALS[number // 588], VOWELS[number // 28 % 21], FINALS[number % 28]
    part = draws.randrange(3)
    if part == 0:
        initial = draws.choice(ALIKE_INITIALS[initial])
    elif part == 1:
        vowel = draws.choice(ALIKE_VOWELS[vowel])
    else:
        final = draws.choice([other for other in USUAL_FINALS if other != final])
    return chr(FIRST_SYLLABLE + (INITIALS.index(initial) * 21 + VOWELS.index(vowel)) * 28 + FINALS.index(final))


def _swapped(text: str, draws: random.Random) -> str:
    places = [place for place in _letters(text) if text[place + 1:place + 2].isalnum() and text[place] != text[place + 1]]
    if not places:
        return text
    place = draws.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2:]


def _left_out(text: str, draws: random.Random) -> str:
    places = _letters(text)
    if len(places) < 2:
        return text
    place = draws.choice(places)
    return text[:place] + text[place + 1:]


def _doubled(text: str, draws: random.Random) -> str:
    places = _letters(text)
    if not places:
        return text
    place = draws.choice(places)
    return text[:place] + text[place] + text[place:]


_MISTAKES: dict[str, Mistake] = {"letter": _other_letter, "swapped": _swapped, "left out": _left_out, "doubled": _doubled}
