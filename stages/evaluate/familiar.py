"""How usual a stretch of text is among the labels of a release: a label that is right is mostly of words that others have too."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

LONGEST = 3
"""Letters are expected from the two before them."""
LETTERS = 3000
"""So many letters there are, of which any may come where nothing is known; most are Hangul syllables."""
BEFORE = "\x02" * (LONGEST - 1)
"""Stands before each text."""
AFTER = "\x03"
"""Stands behind each text."""


class Familiar:
    """How often letters follow each other in some texts.

    Args:
        texts: all labels.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._seen: Counter[str] = Counter()
        for text in texts:
            self._seen.update(_grams(text))
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
        own = Counter(_grams(text))
        before: Counter[str] = Counter()
        for gram, count in own.items():
            before[gram[:-1]] += count
        here, there = (self._stretch(each, place, place + length + LONGEST - 1, own, before)
                       for each, length in zip((text, other), lengths, strict=True))
        return there - here

    def _stretch(self, text: str, start: int, end: int, own: Counter[str], before: Counter[str]) -> float:
        """Logarithm of the chance of the letters from ``start`` on to ``end``."""
        padded = BEFORE + text + AFTER
        total = 0.0
        for place in range(start + LONGEST - 1, min(len(padded), end + LONGEST - 1)):
            chance = 1 / LETTERS
            for length in range(1, LONGEST + 1):
                gram = padded[place - length + 1:place + 1]
                context = gram[:-1]
                seen = self._before[context] - before[context]
                kinds = min(self._kinds[context], seen + 1)
                chance = (self._seen[gram] - own[gram] + kinds * chance) / (seen + kinds) if seen else chance
            total += math.log(chance)
        return total


def _grams(text: str) -> list[str]:
    """All runs of up to ``LONGEST`` letters that end in a letter of the text, or at its end."""
    padded = BEFORE + text + AFTER
    return [padded[place - length + 1:place + 1] for place in range(LONGEST - 1, len(padded)) for length in range(1, LONGEST + 1)]
