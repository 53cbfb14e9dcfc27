"""How usual a stretch of text is among the labels of a release: a label that is right is mostly of words that others have too."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

LONGEST = 3
"""Letters are expected from the two before them."""
LETTERS = 3000
"""So many letters there are, of which any may come where nothing is known; most are Hangul syllables."""
MOST_TEXTS = 20_000
"""What letters follow each other is known from so many labels."""
BEFORE = "\x02" * (LONGEST - 1)
"""Stands before each text."""
AFTER = "\x03"
"""Stands behind each text."""


class Familiar:
    """How often letters follow each other in some texts.

    Args:
        texts: labels; of more than ``MOST_TEXTS`` as many, evenly spread.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counted = texts[::-(-len(texts) // MOST_TEXTS) or 1]
        self._counted = frozenset(counted)
        self._seen: Counter[str] = Counter()
        for text in counted:
            self._seen.update(_grams(BEFORE + text + AFTER))
        self._before: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        for gram, count in self._seen.items():
            self._before[gram[:-1]] += count
            self._kinds[gram[:-1]] += 1

    def gain(self, text: str, other: str, place: int, lengths: tuple[int, int]) -> float:
        """How much more usual another text is than a label, as the logarithm of how often the one is seen for the other once.

        The label itself is left out of what was seen. Chances are Witten and Bell's (method C), letter by letter from the two
        letters before each.

        Args:
            text: the label; one of the texts.
            other: text that differs from it in one stretch.
            place: where the stretch begins.
            lengths: of the stretch in the one and in the other.
        """
        own = BEFORE + text + AFTER if text in self._counted else ""
        here, there = (self._stretch(each, place, place + length + LONGEST - 1, own)
                       for each, length in zip((text, other), lengths, strict=True))
        return there - here

    def usual(self, text: str) -> float:
        """How usual a text is: the mean of the logarithms of the chances of its letters."""
        return self._stretch(text, 0, len(text) + 1, "") / (len(text) + 1)

    def _stretch(self, text: str, start: int, end: int, own: str) -> float:
        """Logarithm of the chance of the letters from ``start`` on to ``end``; what ``own`` adds to the counts is left out."""
        padded = BEFORE + text + AFTER
        before = own[:-1]
        total = 0.0
        for place in range(start + LONGEST - 1, min(len(padded), end + LONGEST - 1)):
            chance = 1 / LETTERS
            for length in range(1, LONGEST + 1):
                gram = padded[place - length + 1:place + 1]
                context = gram[:-1]
                seen = self._before[context] - (before.count(context) if context else max(0, len(own) - LONGEST + 1))
                kinds = min(self._kinds[context], seen + 1)
                if seen > 0:
                    chance = (max(0, self._seen[gram] - own.count(gram)) + kinds * chance) / (seen + kinds)
            total += math.log(chance)
        return total


def _grams(padded: str) -> list[str]:
    """All runs of up to ``LONGEST`` letters that end in a letter of the text, or at its end."""
    places = range(LONGEST, len(padded) + 1)
    return [padded[end - length:end] for length in range(1, LONGEST + 1) for end in places]
