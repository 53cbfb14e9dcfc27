"""Two texts, character by character, for people: what was put in, taken out, put in another's place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

LONGEST = 2_000
"""Longer texts are one piece that was replaced: the table behind a character diff grows with the square."""
JOINER = "\u200d"
ABBREVIATED = "…"


class Piece(NamedTuple):
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


def pieces(before: str, after: str) -> list[Piece]:
    """The two texts cut where they begin and cease to be the same, never inside of what a person sees as one letter.

    Backwards it is the same cut, with before and after exchanged.

    Args:
        before: NFC.
        after: NFC.
    """
    if before > after:
        return [Piece(piece.after, piece.before) for piece in pieces(after, before)]
    if before == after:
        return [Piece(before, after)] if before else []
    if max(len(before), len(after)) > LONGEST:
        return [Piece(before, after)]
    one, two = letters(before), letters(after)
    return [Piece("".join(one[step.src_start:step.src_end]), "".join(two[step.dest_start:step.dest_end]))
            for step in Levenshtein.opcodes(one, two)]


def letter_edits(before: str, after: str) -> Iterator[Piece]:
    """Single letters that were put in (nothing before), taken out (nothing after) or replaced."""
    for before_piece, after_piece in (piece for piece in pieces(before, after) if not piece.same):
        if max(len(before_piece), len(after_piece)) > LONGEST:
            continue
        one, two = letters(before_piece), letters(after_piece)
        both = min(len(one), len(two))
        yield from map(Piece, one[:both], two[:both])
        yield from (Piece(letter, "") for letter in one[both:])
        yield from (Piece("", letter) for letter in two[both:])


def letters(text: str) -> list[str]:
    """A text cut into what a person sees as one letter: a mark, an old Hangul vowel or final stays with its consonant."""
    found: list[str] = []
    for char in text:
        if found and (_joins(char) or found[-1].endswith(JOINER)):
            found[-1] += char
        else:
            found.append(char)
    return found


def visible(text: str, *, spaces: bool = False) -> str:
    """A stranger's text as a person can check it: what has no shape, or turns the writing direction, is shown by its number.

    Args:
        text: any.
        spaces: show spaces too, which are otherwise lost where they are all that changed.
    """
    return "".join(
        f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") and char != JOINER
        else "␣" if spaces and char.isspace() else char for char in text)


def shortened(text: str, most: int) -> str:
    """At most so many characters, with a mark where something was cut off."""
    return text if len(text) <= most else text[:most - 1] + ABBREVIATED


def cut_to(found: Sequence[Piece], most: int) -> list[Piece]:
    """About so many characters of two texts; stretches in which nothing changed give way first."""
    room = most - sum(max(len(piece.before), len(piece.after)) for piece in found if not piece.same)
    each = max(8, room // max(1, sum(piece.same for piece in found)))
    kept, length = list[Piece](), 0
    for number, piece in enumerate(found):
        if length > most:
            return [*kept, Piece(ABBREVIATED, ABBREVIATED)]
        if piece.same and len(piece.after) > each:
            start = "" if number == 0 else piece.after[:each // 2]
            end = "" if number == len(found) - 1 else piece.after[-(each // 2):]
            piece = Piece(*2 * (f"{start}{ABBREVIATED}{end}",))
        kept.append(Piece(shortened(piece.before, most), shortened(piece.after, most)))
        length += max(len(kept[-1].before), len(kept[-1].after))
    return kept


def _joins(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc", "Me") or char == JOINER or "\u1160" <= char <= "\u11ff" \
        or "\ud7b0" <= char <= "\ud7fb"
