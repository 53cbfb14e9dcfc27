"""What differs between a label and what was read in its place, cut into single slips."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Levenshtein, Opcode

from schemas.letters import parts_of
from schemas.text import is_hangul


class SlipKind(StrEnum):
    """What a slip does to the text of a label."""

    LETTER = "letter"
    """Another letter stands there, or one more, or one less."""
    SWAP = "swap"
    """Two letters that stand side by side have changed places."""
    RUN = "run"
    """Several letters in a row are others, or too many, or missing."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing that differs.

    Attributes:
        place: index in the label's text.
        truth: what the label says there; empty where letters were put in.
        read: what was read there; empty where letters were left out.
        kind: of it.
        at_edge: it is where the text begins or ends, where outlines differ too.
    """

    place: int
    truth: str
    read: str
    kind: SlipKind
    at_edge: bool = False

    def applied(self, text: str) -> str:
        """The label's text with what was read in this place."""
        return text[:self.place] + self.read + text[self.place + len(self.truth):]

    @property
    def key(self) -> tuple[str, ...]:
        """Slips of one key are the same habit of a model."""
        if self.kind is SlipKind.LETTER:
            return self.truth, self.read
        return (str(self.kind), "some" if self.truth else "none", "some" if self.read else "none",
                "at the edge" if self.at_edge else "inside")

    @property
    def scripts(self) -> tuple[str, ...]:
        """The kinds of letters that are taken for each other: what is known of a slip that was not seen before."""
        return _scripts(self.truth, self.read) if self.kind is SlipKind.LETTER else self.key


def slips_between(truth: str, read: str) -> list[Slip]:
    """What differs, in order of the label's text.

    Args:
        truth: the label's text.
        read: what was read.
    """
    if truth == read:
        return []
    return [slip for block in _blocks(truth, read) for slip in _cut(truth, read, block)]


def by_one_act(slip: Slip) -> float:
    """How far a slip looks like one wrong act of a person who types, in (0, 1].

    People mistake letters of one script for each other, and of a Hangul syllable one part; a sign more or less is a matter of
    taste, and nobody types Hangul for Latin letters.
    """
    if slip.kind is not SlipKind.LETTER:
        return 1.0
    scripts = {_FAMILIES[script(letter)] for letter in (slip.truth, slip.read) if letter}
    if "sign" in scripts:
        return 0.2 if len(scripts) == 1 else 0.05
    if len(scripts) > 1:
        return 0.05
    one, other = parts_of(slip.truth), parts_of(slip.read)
    if one and other and sum(mine != theirs for mine, theirs in zip(one, other, strict=True)) > 1:
        return 0.2
    return 1.0


_FAMILIES = {"hangul": "hangul", "digit": "latin", "capital": "latin", "small": "latin", "letter": "letter", "sign": "sign"}


@functools.cache
def script(letter: str) -> str:
    """Kind of a letter: Hangul, digit, capital, small, other letter, sign; empty where there is none."""
    if not letter:
        return ""
    if is_hangul(letter):
        return "hangul"
    if letter.isdigit():
        return "digit"
    if letter.isupper():
        return "capital"
    if letter.islower():
        return "small"
    return "letter" if letter.isalpha() else "sign"


@functools.cache
def _scripts(truth: str, read: str) -> tuple[str, ...]:
    return ("case",) if truth.casefold() == read.casefold() else (script(truth), script(read))


def _blocks(truth: str, read: str) -> Iterator[Opcode]:
    """Stretches that differ; two that make a swap of the letter between them are one."""
    found = list(Levenshtein.opcodes(truth, read))
    place = 0
    while place < len(found):
        block = found[place]
        joined = _joined(found[place:place + 3]) if block.tag in ("insert", "delete") else None
        if joined and _is_swap(_parts(truth, read, joined)):
            yield joined
            place += 3
            continue
        if block.tag != "equal":
            yield block
        place += 1


def _joined(blocks: list[Opcode]) -> Opcode | None:
    """A letter put in and the same one left out on both sides of one letter, as one stretch."""
    if len(blocks) < 3 or {blocks[0].tag, blocks[2].tag} != {"insert", "delete"}:
        return None
    return Opcode("replace", blocks[0].src_start, blocks[2].src_end, blocks[0].dest_start, blocks[2].dest_end)


def _parts(truth: str, read: str, block: Opcode) -> tuple[str, str]:
    return truth[block.src_start:block.src_end], read[block.dest_start:block.dest_end]


def _is_swap(parts: Iterable[str]) -> bool:
    one, other = parts
    return len(one) == 2 and one != other and one == other[::-1]


def _cut(truth: str, read: str, block: Opcode) -> list[Slip]:
    """Slips of a stretch: single letters where it is two letters long at most."""
    one, other = _parts(truth, read, block)
    start = block.src_start
    if _is_swap((one, other)):
        return [Slip(start, one, other, SlipKind.SWAP)]
    if len(one) == len(other) <= 2:
        return [Slip(start + place, *pair, SlipKind.LETTER) for place, pair in enumerate(zip(one, other, strict=True))]
    if len(one) + len(other) == 1:
        return [Slip(start, one, other, SlipKind.LETTER)]
    return [Slip(start, one, other, SlipKind.RUN, at_edge=not start or start + len(one) == len(truth))]
