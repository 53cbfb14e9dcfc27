"""What a text is made of: what a person sees as one letter, and the letters that Hangul syllables and conjoining jamo hold.

A letter of Hangul is written here as its compatibility jamo (U+3131 to U+318E), whether it stands first in a syllable, last, or
alone: ㄱ of 가, of 악 and of ㅋㄱ are one letter.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

from schemas.shown_text import JOINER

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
"""Initials of Hangul syllables, in the order of Unicode chapter 3.12."""
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
"""Their vowels, in the same order."""
FINALS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""Their finals, in the same order; a space for none."""
FIRST_SYLLABLE = 0xAC00
"""가."""
SYLLABLES = 11172
"""Hangul syllables of Unicode, from 가 to 힣."""
JAMO = ((0x1100, 0x11FF), (0xA960, 0xA97C), (0xD7B0, 0xD7C6), (0xD7CB, 0xD7FB), (0x3131, 0x318E))
"""First and last of the blocks of conjoining and compatibility jamo."""
COMPOUND_NAMES = {"WA": "O-A", "WAE": "O-AE", "OE": "O-I", "WEO": "U-EO", "WE": "U-E", "WI": "U-I", "YI": "EU-I",
                  "ARAEAE": "ARAEA-I"}
"""Unicode's names of compound vowels that do not say, as those of all other compounds do, what they are made of."""
PLACES = ("LETTER", "CHOSEONG", "JUNGSEONG", "JONGSEONG")
"""Of the characters of one letter the first that there is stands for it: few of old Hangul have no compatibility jamo."""
_PLAIN = re.compile("[ -~가-힣ㄱ-ㅣ·、-〟一-鿿！-～]*")
"""Nearly all texts: none of these joins the one before it."""


def letters(text: str) -> list[str]:
    """A text cut into what a person sees as one letter: a mark, an old Hangul vowel or final stays with its consonant."""
    if _PLAIN.fullmatch(text):
        return list(text)
    found: list[str] = []
    for char in text:
        if found and (_joins(char) or found[-1].endswith(JOINER)):
            found[-1] += char
        else:
            found.append(char)
    return found


def parts_of(syllable: str) -> tuple[str, str, str] | None:
    """Initial, vowel and final of one of Unicode's Hangul syllables; the final is empty where there is none.

    None for any other text. Unicode chapter 3.12: syllable = U+AC00 + (initial × 21 + vowel) × 28 + final.
    """
    place = ord(syllable) - FIRST_SYLLABLE if len(syllable) == 1 else -1
    if not 0 <= place < SYLLABLES:
        return None
    return INITIALS[place // 588], VOWELS[place // 28 % 21], FINALS[place % 28].strip()


@functools.cache
def syllable_parts() -> dict[int, str]:
    """For ``str.translate``: Hangul syllables become initial, vowel and final, compounds whole: 값 is ㄱㅏㅄ, 과 is ㄱㅘ."""
    places = range(FIRST_SYLLABLE, FIRST_SYLLABLE + SYLLABLES)
    return {place: "".join(parts_of(chr(place)) or ()) for place in places}


@functools.cache
def simple_letters() -> dict[int, str]:
    """For ``str.translate``: Hangul becomes simple letters, those that the two-set keyboard (KS X 5002) types with one key.

    Syllables, conjoining jamo (modern and old) and compatibility jamo; compounds are split by their names in Unicode, so 값 is
    ㄱㅏㅂㅅ, 과 is ㄱㅗㅏ, ᄡᆞᆯ is ㅂㅅㆍㄹ. Doubled consonants (ㄲ ㄸ ㅃ ㅆ ㅉ, old ㅥ ㆀ ㆅ) and those with a ring below (ㅸ) are
    one letter. Fillers become nothing. Half-width jamo stay: they are another print.
    """
    named = {name: code for first, last in JAMO for code in range(first, last + 1)
             if (name := unicodedata.name(chr(code), ""))}
    jamo = {code: "".join(_simple(name.split()[-1], named)) for name, code in named.items()}
    return jamo | {place: parts.translate(jamo) for place, parts in syllable_parts().items()}


def _simple(compound: str, named: dict[str, int]) -> Iterator[str]:
    """Letters of a compound, by the last word of its name in Unicode, such as RIEUL-KIYEOK."""
    for letter in COMPOUND_NAMES.get(compound, compound).split("-"):
        if letter in COMPOUND_NAMES:
            yield from _simple(letter, named)
        elif letter != "FILLER":
            yield next(chr(named[name]) for place in PLACES if (name := f"HANGUL {place} {letter}") in named)


def _joins(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc", "Me") or char == JOINER or "\u1160" <= char <= "\u11ff" \
        or "\ud7b0" <= char <= "\ud7fb"
