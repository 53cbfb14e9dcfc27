"""Marks in the text of a line: what annotators say of a line by one key while they type it, as a sign at the place of the caret.

A text field of Label Studio knows no other key that acts on the line that has the focus. No mark is printed anywhere as text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from schemas.reading import Attributes, Direction, Effect, Writing
from schemas.text import normalise


class LineMark(StrEnum):
    """What is said of a line; the value is the sign on the screen."""

    ILLEGIBLE = "⌧"
    HANDWRITTEN = "✎"
    LINE_THROUGH = "⌿"
    VERTICAL = "⇵"


@dataclass(frozen=True, slots=True)
class MarkedText:
    """The text of a line, and what was said of it.

    Attributes:
        text: without marks, NFC.
        marks: each once.
    """

    text: str
    marks: frozenset[LineMark] = frozenset()

    @property
    def says_nothing(self) -> bool:
        """Whether there is neither a text nor the mark that there is none to be read."""
        return not self.text and LineMark.ILLEGIBLE not in self.marks


def marks_of(attributes: Attributes) -> frozenset[LineMark]:
    """What marks say of a line with these attributes."""
    said = {
        LineMark.ILLEGIBLE: not attributes.legible,
        LineMark.HANDWRITTEN: attributes.writing is Writing.HANDWRITTEN,
        LineMark.LINE_THROUGH: Effect.BOUNDARY_VIOLATION in attributes.effects,
        LineMark.VERTICAL: attributes.direction is Direction.VERTICAL,
    }
    return frozenset(mark for mark, is_so in said.items() if is_so)


def attributes_with(attributes: Attributes, marks: Iterable[LineMark]) -> Attributes:
    """Attributes of a line that was marked like this; what no mark can say stays, as that it is curved."""
    said = frozenset(marks)
    direction = Direction.HORIZONTAL if attributes.direction is Direction.VERTICAL else attributes.direction
    effects = {*attributes.effects} - {Effect.BOUNDARY_VIOLATION}
    if LineMark.LINE_THROUGH in said:
        effects.add(Effect.BOUNDARY_VIOLATION)
    return replace(
        attributes, legible=LineMark.ILLEGIBLE not in said, effects=tuple(sorted(effects)),
        writing=Writing.HANDWRITTEN if LineMark.HANDWRITTEN in said else Writing.PRINTED,
        direction=Direction.VERTICAL if LineMark.VERTICAL in said else direction)


def written_with_marks(text: str, marks: Iterable[LineMark]) -> str:
    """A line as its text field shows it: marks first, where Tab puts the caret."""
    said = frozenset(marks)
    return "".join(mark for mark in LineMark if mark in said) + text


def read_marks(field: str) -> MarkedText:
    """What a text field says; marks may stand anywhere in it."""
    marks = frozenset(mark for mark in LineMark if mark in field)
    return MarkedText(normalise("".join(char for char in field if char not in marks)), marks)
