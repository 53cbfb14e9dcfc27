"""What letters and words of pairs of texts count, a record a pair: as tests write down what they expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.normalisation import Normalisation
from stages.evaluate.texts import count_letters, count_words


@dataclass(frozen=True)
class TextCounts:
    """Of one pair; see ``stages.evaluate.texts``."""

    edits: int
    length: int
    words: int
    word_edits: int
    similarity: float


def count_texts(truths: Sequence[str], reads: Sequence[str], how: Normalisation) -> list[TextCounts]:
    """Counts of each pair of texts."""
    letters = count_letters(truths, reads, how)
    words = count_words(truths, reads, how)
    columns = (letters.edits, letters.length, words.words, words.word_edits, letters.similarity)
    return [TextCounts(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]
