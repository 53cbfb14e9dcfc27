"""What a million other pictures in the index do to the gate: are edited copies still found, and how many strangers with them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from benchmarks.duplicate_trials import VERIFICATIONS, Gate
from benchmarks.figures import Figure
from datastore.ledger.word_index import KEPT

Words = NDArray[np.int64]
MANY = 1_000_000
STEP = 20_000
"""Pictures that are planted at once."""
SHARES = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""Shares of a stranger's bits that may be turned over to make a planted word of it."""


def growth(words: Mapping[str, Sequence[int]], strangers: Sequence[Sequence[int]], copies: Sequence[tuple[str, Sequence[int]]],
           folder: Path) -> Figure:
    """Plants pictures, then indexes the originals, and asks for the copies.

    A planted word is a stranger's with some bits turned over: so many that planted pictures have as many words of the originals
    as strangers have. Only words that an original or a copy has are written: no other one is ever read.

    Args:
        words: of the originals, by name.
        strangers: words of other pictures.
        copies: edited copies of originals: the original's name and the copy's words.
        folder: for two ledgers.
    """
    originals = np.unique(np.concatenate([*map(_array, words.values())]))
    asked = np.unique(np.concatenate([originals, *(_array(found) for _, found in copies)]))
    real = np.concatenate([_array(found[:KEPT]) for found in strangers])
    common = np.isin(real, originals).mean() * KEPT
    share = min(SHARES, key=lambda share: abs(math.log((_common(real, originals, share) + 1e-4) / (common + 1e-4))))
    texts: list[str] = []
    for count in (MANY, 0):
        gate = Gate(folder / f"{count}.db")
        for planted in _planted(real, asked, share, count):
            gate.add(planted)
        numbers = {name: MANY + place for place, name in enumerate(words)}
        gate.add({numbers[name]: found for name, found in words.items()})
        near = [(numbers[name], gate.candidates(found)) for name, found in copies]
        passed = statistics.mean(number in found[:VERIFICATIONS] for number, found in near)
        texts.append(f"{passed:.4f} of copies found, {statistics.mean(len(found) for _, found in near):.1f} candidates a copy")
    return Figure(f"the gate after {MANY:,} planted pictures (beside: after none)", f"{texts[0]}; words of the originals in a "
                  f"stranger {common:.2f}, in a planted one {_common(real, originals, share):.2f}", texts[1])


def _array(words: Sequence[int]) -> Words:
    return np.asarray(words, np.int64)


def _common(real: Words, originals: Words, share: float) -> float:
    """How many words of the originals a planted picture has."""
    return float(np.isin(_turned(real, share, 1_000_000, np.random.default_rng(0)), originals).mean() * KEPT)


def _turned(real: Words, share: float, size: int, chance: np.random.Generator) -> Words:
    """So many words with a share of their bits turned over."""
    drawn = real[chance.integers(0, len(real), size)]
    for bit in range(int(real.max()).bit_length()):
        drawn ^= (chance.random(size, np.float32) < share).astype(np.int64) << bit
    return drawn


def _planted(real: Words, asked: Words, share: float, count: int) -> Iterator[dict[int, list[int]]]:
    """Pictures by number with the words of theirs that are ever asked for."""
    chance = np.random.default_rng(count)
    for start in track(range(0, count, STEP), "planting", transient=True):
        drawn = _turned(real, share, min(STEP, count - start) * KEPT, chance)
        places = np.searchsorted(asked, drawn).clip(max=len(asked) - 1)
        planted: dict[int, list[int]] = {}
        for place in np.flatnonzero(asked[places] == drawn).tolist():
            planted.setdefault(start + place // KEPT, []).append(int(drawn[place]))
        yield planted
