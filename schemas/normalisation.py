"""Forms of texts in which they are compared. A figure says its form; figures of different forms are never compared.

The ladder: each rung does what the ones before it do, and more.

| rung | what it does | ``Ｎo.1  값, 과`` becomes |
|---|---|---|
| ``exact`` | the form in which texts are stored (``schemas.text``): NFC, one space for white space, nothing that is not seen | \
``Ｎo.1 값, 과`` |
| ``width`` | full-width ASCII (U+FF01 to U+FF5E) becomes ASCII and U+3000 a space; nothing else, never NFKC | ``No.1 값, 과`` |
| ``nospace`` | white space goes | ``No.1값,과`` |
| ``nopunct`` | punctuation (Unicode P) and symbols (S) go, but those that are letters or digits in another print (㈜ ㎏ ℃ ™) | \
``No1값과`` |
| ``jaso`` | Hangul becomes simple letters (``schemas.letters.simple_letters``): compound vowels and finals are split, doubled \
consonants are not, initial and final of one letter are the same; syllables, their NFD, old Hangul and compatibility jamo count \
alike | ``No1ㄱㅏㅂㅅㄱㅗㅏ`` |

Beside the ladder, as others count, so that figures can be reconciled:

``kstr``: K-STR-Bench's jaso-level 1-NED (hoonisone/K-STR-Bench, kstrbench/eval/steps/score_infer_csv.py, read at 3a0a6b66): white
space goes; syllables become initial, vowel and final, compounds are not split, initial and final of one letter are the same;
conjoining jamo, punctuation and case stay. Its reading of the words "nan" and "none" as no text is left out.

``paddle``: PaddleOCR's RecMetric with its default ``ignore_space`` (ppocr/metrics/rec_metric.py): U+0020 goes, nothing else.

Case is kept everywhere. ``□`` is kept everywhere: in a truth it stands for one character that nobody can read.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum

import numpy as np
import regex

from schemas.letters import simple_letters, syllable_parts
from schemas.text import normalise, without_spaces


class Normalisation(StrEnum):
    """A form in which texts are compared; the module says what each does."""

    EXACT = "exact"
    WIDTH = "width"
    NOSPACE = "nospace"
    NOPUNCT = "nopunct"
    JASO = "jaso"
    KSTR = "kstr"
    PADDLE = "paddle"


LADDER = (Normalisation.EXACT, Normalisation.WIDTH, Normalisation.NOSPACE, Normalisation.NOPUNCT, Normalisation.JASO)
"""The least that is done to a text first."""
ILLEGIBLE = "□"
"""U+25A1 in a truth: one character that nobody can read."""

_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_NOT_PLAIN = re.compile("[^ -~¡-¬®-˿‐-‧‰-⁞₠-⃀←-⌨⌫-⟿、-〩〰-゘゛-ヿㄱ-ㅣ㈀-㏿一-鿿가-힣\n]")
"""Characters that ``normalise`` may do something about, or about their neighbours, and full-width ones."""
_SPACES_OUT_OF_PLACE = ("  ", "\n ", " \n")
_SIGNS = regex.compile(rf"[[\p{{P}}\p{{S}}]--[{ILLEGIBLE}]]", regex.V1)


def normalised_texts(texts: Sequence[str], how: Normalisation) -> list[str]:
    """``normalised`` of each text: of many at once it takes a fraction of the time."""
    joined = "\n".join(["", *texts, ""])
    if joined.count("\n") != len(texts) + 1:
        return normalised_texts([text.replace("\n", " ") for text in texts], how)
    found = _plain_normalised(joined, how).split("\n")[1:-1]
    for place in _not_plain(joined):
        found[place] = normalised(texts[place], how)
    return found


def _not_plain(lines: str) -> list[int]:
    """Numbers of lines with something for ``normalise`` to do, or full-width; each has a line break before it and one behind."""
    places = [match.start() for match in _NOT_PLAIN.finditer(lines)]
    for signs in _SPACES_OUT_OF_PLACE:
        if signs in lines:
            places += [match.start() + (signs[0] == "\n") for match in re.finditer(signs, lines)]
    if not places:
        return []
    starts = np.cumsum([1, *(len(line) + 1 for line in lines.split("\n")[1:-1])])
    return [int(place) for place in np.unique(np.searchsorted(starts, places, side="right") - 1)]


def _plain_normalised(text: str, how: Normalisation) -> str:
    """The same of lines that hold nothing that ``_not_plain`` finds."""
    if how in (Normalisation.EXACT, Normalisation.WIDTH):
        return text
    text = text.replace(" ", "")
    if how in (Normalisation.NOPUNCT, Normalisation.JASO):
        text = _SIGNS.sub(lambda sign: _written_out(sign[0]), text)
    if how is Normalisation.KSTR:
        return text.translate(syllable_parts())
    return text.translate(simple_letters()) if how is Normalisation.JASO else text


def normalised(text: str, how: Normalisation) -> str:
    """A text in the form in which it is compared.

    Args:
        text: any; stored texts are in the form ``exact``.
        how: one of the ladder, or one by name.

    Returns:
        The text in that form; again it stays as it is.
    """
    found = normalise(text)
    if how is Normalisation.EXACT:
        return found
    if how is Normalisation.PADDLE:
        return normalise(found.replace(" ", ""))
    if how is Normalisation.KSTR:
        return normalise(without_spaces(found)).translate(syllable_parts())
    for rung in LADDER[1:LADDER.index(how) + 1]:
        found = _one_rung_up(found, rung)
    return found


def _one_rung_up(text: str, rung: Normalisation) -> str:
    """A text of the form of the rung below in the form of this one."""
    if rung is Normalisation.WIDTH:
        found = text.translate(_ASCII) if _WIDE.search(text) else text
    elif rung is Normalisation.NOSPACE:
        found = without_spaces(text)
    elif rung is Normalisation.NOPUNCT:
        found = _SIGNS.sub(lambda sign: _written_out(sign[0]), text)
    else:
        return text.translate(simple_letters())
    # Again: a mark may have come to stand behind another letter than before.
    return normalise(found) if found != text else text


@functools.cache
def _written_out(sign: str) -> str:
    """The sign itself where it is letters or digits in another print, such as ㈜; else nothing."""
    return sign if any(char.isalnum() for char in unicodedata.normalize("NFKD", sign)) else ""
