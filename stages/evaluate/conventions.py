"""What of a text is a convention that a model and the labels of a release differ in as a rule: capitals, spaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from schemas.text import without_spaces

MOST_TEXTS = 5_000
"""So many texts, evenly spread, tell it."""
RULE = 0.05
"""Where model and labels differ in this share of all letters with capitals, or of all spaces, they write by other rules."""


@dataclass(frozen=True, slots=True)
class Conventions:
    """What does not count.

    Attributes:
        case: capitals.
        spaces: white space.
    """

    case: bool
    spaces: bool

    def applied(self, text: str) -> str:
        """The text in the form in which it is compared."""
        shown = text.casefold() if self.case else text
        return without_spaces(shown) if self.spaces else shown


def conventions_of(truths: Sequence[str], reads: Sequence[str]) -> Conventions:
    """Learns from texts of the same regions what does not count.

    Args:
        truths: of the labels.
        reads: of the model, in the same order.
    """
    letters = other_case = spaces = other_spaces = 0
    step = -(-len(truths) // MOST_TEXTS) or 1
    for truth, read in zip(truths[::step], reads[::step], strict=True):
        letters += sum(letter.lower() != letter.upper() for letter in truth)
        spaces += truth.count(" ")
        if truth != read:
            other_case += _common(truth.casefold(), read.casefold()) - _common(truth, read)
            if without_spaces(truth).casefold() == without_spaces(read).casefold():
                other_spaces += abs(truth.count(" ") - read.count(" "))
    return Conventions(other_case > RULE * letters, other_spaces > RULE * spaces)


def _common(one: str, other: str) -> int:
    return LCSseq.similarity(one, other)
