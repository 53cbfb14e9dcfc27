"""Two texts, character by character, for people: what was put in, taken out, put in another's place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from schemas.letters import letters

LONGEST = 2_000
"""Longer texts are one piece that was replaced: the table behind a character diff grows with the square."""


class Stretch(NamedTuple):
    """A stretch of two texts: equal in both, or what stood there before and what stands there now."""

    before: str
    after: str

    @property
    def same(self) -> bool:
        """Whether nothing changed here."""
        return self.before == self.after


def distance(before: str, after: str) -> int:
    """Levenshtein distance: the least number of characters put in, taken out or replaced."""
    return 0 if before == after else Levenshtein.distance(before, after)


def pieces(before: str, after: str) -> list[Stretch]:
    """The two texts cut where they begin and cease to be the same, never inside of what a person sees as one letter.

    Backwards it is the same cut, with before and after exchanged.

    Args:
        before: NFC.
        after: NFC.
    """
    if before > after:
        return [Stretch(piece.after, piece.before) for piece in pieces(after, before)]
    if before == after:
        return [Stretch(before, after)] if before else []
    if max(len(before), len(after)) > LONGEST:
        return [Stretch(before, after)]
    one = letters(before)
    two = letters(after)
    return [Stretch("".join(one[step.src_start:step.src_end]), "".join(two[step.dest_start:step.dest_end]))
            for step in Levenshtein.opcodes(one, two)]


def letter_edits(before: str, after: str) -> Iterator[Stretch]:
    """Single letters that were put in (nothing before), taken out (nothing after) or replaced."""
    for before_piece, after_piece in (piece for piece in pieces(before, after) if not piece.same):
        if max(len(before_piece), len(after_piece)) > LONGEST:
            continue
        one = letters(before_piece)
        two = letters(after_piece)
        both = min(len(one), len(two))
        yield from map(Stretch, one[:both], two[:both])
        yield from (Stretch(letter, "") for letter in one[both:])
        yield from (Stretch("", letter) for letter in two[both:])
