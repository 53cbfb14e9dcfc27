"""Counts of letters and words of texts that were read, against the truth: CER, WER, 1-NED and exact all come from these.

Edits are Levenshtein's: letters put in, left out or read as others. What the figures do with empty texts:

| truth | read | right | edits | length | CER of many (micro) | CER of this one (macro) | 1-NED |
|---|---|---|---|---|---|---|---|
| empty | empty | yes | 0 | 0 | adds nothing | no value | 1 |
| empty | n letters | no | n | 0 | n edits more | no value | 0 |
| n letters | empty | no | n | n | n edits, n letters | 1 | 0 |

Micro is the edits of all pairs over the length of all; macro is the mean over the pairs that have a value. A CER may exceed 1.
WER likewise, in words. A text is empty here if nothing of it is left in the form in which it is compared: ``···`` in ``nopunct``.

``□`` in a truth stands for one character that nobody can read. It takes none or one character of what was read at no cost, and is
not in the length: ``서□역`` is right where 서울역, 서역 or 서□역 is read. A character is what a person sees as one: a syllable of
old Hangul too, and in ``jaso`` a syllable with all its letters. In ``kstr`` it is three letters, each of which takes none or one,
as K-STR-Bench counts. In ``paddle`` it is a character like any other, as PaddleOCR knows nothing of it. A word of nothing but
``□`` takes none or one word of so many characters or fewer and is not counted; a word with ``□`` in it is right where its letters
are.

Words are what white space parts, so they are those of the form before white space goes: of ``width`` for ``nospace``, ``nopunct``
and ``jaso``, of ``exact`` for ``kstr`` and ``paddle``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from schemas.letters import letters, simple_letters
from schemas.normalisation import ILLEGIBLE, Normalisation, normalised, normalised_texts

WORDS_OF = {
    Normalisation.NOSPACE: Normalisation.WIDTH,
    Normalisation.NOPUNCT: Normalisation.WIDTH,
    Normalisation.JASO: Normalisation.WIDTH,
    Normalisation.KSTR: Normalisation.EXACT,
    Normalisation.PADDLE: Normalisation.EXACT,
}
"""The form whose words are counted, for forms without white space."""
KSTR_LETTERS = 3
"""Letters that K-STR-Bench takes ``□`` for."""

Counts = NDArray[np.int32]
"""[n] One number a pair of texts."""


@dataclass(frozen=True, slots=True)
class LetterColumns:
    """Letters of pairs of texts; the module says what each is with empty texts and with ``□``.

    Attributes:
        edits: letters put in, left out or read as others; 0 means right.
        length: letters of the truth.
        similarity: float64 [n] 1-NED, 1 − edits / the longer one's length, in [0, 1].
    """

    edits: Counts
    length: Counts
    similarity: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WordColumns:
    """Words of pairs of texts.

    Attributes:
        words: of the truth.
        word_edits: words put in, left out or read as others.
    """

    words: Counts
    word_edits: Counts


def count_letters(truths: Sequence[str], reads: Sequence[str], how: Normalisation) -> LetterColumns:
    """Counts of the letters of each pair of texts.

    Args:
        truths: as people typed them.
        reads: what was read in place of each.
        how: the form in which they are compared.

    Raises:
        ValueError: there are more of the one than of the other.
    """
    ones = _letters(truths, how)
    others = _letters(reads, how)
    edits = _distances(ones, others)
    length = _lengths(ones)
    if how is not Normalisation.PADDLE:
        for place in (place for place, text in enumerate(ones) if ILLEGIBLE in text):
            length[place] -= ones[place].count(ILLEGIBLE)
            edits[place] = edits_of_illegible(ones[place], _characters(reads[place], how))
    longer = np.maximum(length, _lengths(others))
    return LetterColumns(edits, length, 1 - np.divide(edits, longer, out=np.zeros(len(ones)), where=longer > 0))


def count_words(truths: Sequence[str], reads: Sequence[str], how: Normalisation) -> WordColumns:
    """Counts of the words of each pair of texts, the same for all forms without white space; see ``count_letters``."""
    form = WORDS_OF.get(how, how)
    ones = [text.split() for text in normalised_texts(truths, form)]
    others = [text.split() for text in normalised_texts(reads, form)]
    words = _lengths(ones)
    edits = np.zeros(len(ones), np.int32)
    for place, (one, other) in enumerate(zip(ones, others, strict=True)):
        if how is not Normalisation.PADDLE and any(ILLEGIBLE in word for word in one):
            words[place] -= sum(map(_is_illegible, one))
            edits[place] = _word_edits_of_illegible(one, other)
        elif one != other:
            edits[place] = Levenshtein.distance(one, other)
    return WordColumns(words, edits)


def _letters(texts: Sequence[str], how: Normalisation) -> list[str]:
    """Texts in the form in which they are compared."""
    found = normalised_texts(texts, how)
    return [text.replace(ILLEGIBLE, ILLEGIBLE * KSTR_LETTERS) for text in found] if how is Normalisation.KSTR else found


def _distances(ones: Sequence[str], others: Sequence[str]) -> Counts:
    if len(ones) != len(others):
        raise ValueError(f"{len(ones)} truths and {len(others)} texts that were read: there is one for each")
    return np.asarray(process.cpdist(ones, others, scorer=Levenshtein.distance, dtype=np.int32, workers=1), np.int32)


def _lengths(texts: Sequence[Sequence[str]]) -> Counts:
    return np.fromiter(map(len, texts), np.int32, len(texts))


def _is_illegible(word: str) -> bool:
    return set(word) == {ILLEGIBLE}


def _characters(read: str, how: Normalisation) -> list[str]:
    """What was read in the form in which it is compared, cut into what ``□`` may take."""
    if how is Normalisation.KSTR:
        return list(_letters([read], how)[0])
    if how is Normalisation.JASO:
        return [character.translate(simple_letters()) for character in letters(normalised(read, Normalisation.NOPUNCT))]
    return letters(normalised(read, how))


def edits_of_illegible(truth: str, read: Sequence[str]) -> int:
    """Least edits of a truth with ``□``: a row of the table for each of its letters (Wagner and Fischer, 1974).

    Args:
        truth: in the form in which it is compared.
        read: likewise, cut into what ``□`` may take.
    """
    others = np.array([ord(letter) for character in read for letter in character], np.int64)
    starts = np.cumsum([0, *map(len, read)])
    steps = np.arange(len(others) + 1)
    row = steps
    for letter in truth:
        if letter == ILLEGIBLE:
            following = row.copy()
            following[starts[1:]] = np.minimum(row[starts[1:]], row[starts[:-1]])
        else:
            following = row + 1
            following[1:] = np.minimum(following[1:], row[:-1] + (others != ord(letter)))
        # Letters put in: each place may also be come to from any before it.
        row = np.minimum.accumulate(following - steps) + steps
    return int(row[-1])


def _word_edits_of_illegible(truth: Sequence[str], read: Sequence[str]) -> int:
    """The same of words: a word of nothing but ``□`` may be left out at no cost."""
    row = list(range(len(read) + 1))
    for word in truth:
        left_out = int(not _is_illegible(word))
        following = [row[0] + left_out]
        for place, other in enumerate(read):
            following.append(min(row[place + 1] + left_out, row[place] + (not _is_word(word, other)), following[-1] + 1))
        row = following
    return row[-1]


def _is_word(truth: str, read: str) -> bool:
    if ILLEGIBLE not in truth:
        return truth == read
    return edits_of_illegible(truth, letters(read)) == 0
