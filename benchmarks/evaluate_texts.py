"""Texts: how fast a million characters of Hangul are counted, and whether the letters of syllables are counted as by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence

from benchmarks.figures import Figure, faster, interleaved
from schemas.normalisation import Normalisation, normalised
from schemas.text import normalise
from stages.evaluate.texts import count_letters
from tests.jaso_pairs import JASO_PAIRS, KSTR_PAIRS, JasoPair
from tests.plain_edits import plain_edits
from tests.text_counts import count_texts

CHARACTERS = 1_000_000
SHORTEST = 12
"""Characters of a line."""
LONGEST = 40
DAMAGED = 0.06
"""Share of the characters that were read wrong."""
TARGET = 100
"""Times as fast as plain Python."""
ROUNDS = 3


def figures() -> list[Figure]:
    """CER of a million characters beside plain Python, and 1-NED of the pairs that were worked by hand."""
    truths, reads = _lines(random.Random(16))
    edits = count_letters(truths, reads, Normalisation.NOSPACE).edits.sum()
    times = interleaved(lambda: count_letters(truths, reads, Normalisation.NOSPACE), lambda: _plain(truths, reads), cpu=True,
                        rounds=ROUNDS)
    speed = faster(f"CER of {CHARACTERS:,} characters of Hangul in {len(truths):,} lines, without spaces", "characters/s",
                   CHARACTERS, times, TARGET)
    equal = edits == _plain(truths, reads)
    return [
        speed,
        Figure("its edits", f"{edits:,}", "the same" if equal else "others", "", "equal", bool(equal)),
        _by_hand("jaso 1-NED", JASO_PAIRS, Normalisation.JASO),
        _by_hand("K-STR-Bench's 1-NED", KSTR_PAIRS, Normalisation.KSTR),
    ]


def _lines(chance: random.Random) -> tuple[list[str], list[str]]:
    """Lines of syllables, digits and spaces as they are stored, and the same with some left out, put in or read as others."""
    truths: list[str] = []
    length = 0
    while length < CHARACTERS:
        wanted = min(chance.randint(SHORTEST, LONGEST), CHARACTERS - length)
        line = normalise("".join(_character(chance) for _ in range(wanted))).ljust(wanted, "각")
        truths.append(line)
        length += wanted
    reads = [normalise("".join(chance.choice(["", _character(chance), char + _character(chance)])
                               if chance.random() < DAMAGED else char for char in line)) for line in truths]
    return truths, reads


def _character(chance: random.Random) -> str:
    return chance.choice(" 07.") if chance.random() < 0.2 else chr(chance.randrange(0xAC00, 0xD7A4))


def _plain(truths: Sequence[str], reads: Sequence[str]) -> int:
    return sum(plain_edits(truth.replace(" ", ""), read.replace(" ", "")) for truth, read in zip(truths, reads, strict=True))


def _by_hand(name: str, pairs: Sequence[JasoPair], how: Normalisation) -> Figure:
    found = count_texts([pair.truth for pair in pairs], [pair.read for pair in pairs], how)
    wrong = [f"{normalised(pair.truth, how)}/{normalised(pair.read, how)}" for pair, counts in zip(pairs, found, strict=True)
             if counts.edits != pair.edits or abs(counts.similarity - (1 - pair.edits / max(pair.longer, 1))) > 1e-12]
    return Figure(f"{name} of {len(pairs)} pairs worked by hand", f"{len(pairs) - len(wrong)} equal", ", ".join(wrong), "",
                  "all equal", not wrong)
