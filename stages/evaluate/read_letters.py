"""Letters read right, as CLEval counts them: those of a longest common subsequence of a word and of what was read for it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from schemas.reading import Reading
from stages.evaluate.letters import Hits


def count_read(truth: Reading, other: Reading, matched: NDArray[np.bool_], hits: Hits) -> int:
    """How many letters of the truth were read.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
        matched: which regions belong together, [truth × other].
        hits: letters of the truth that lie in regions of the other.
    """
    left = [region.text for region in other.regions]
    shared = set(np.flatnonzero(matched.sum(axis=0) > 1).tolist())
    parts_of: dict[int, list[int]] = defaultdict(list)
    for index, part in np.argwhere(matched).tolist():
        parts_of[index].append(part)
    found = 0
    for index, parts in parts_of.items():
        if len(parts) > 1:
            parts = _in_order(parts, index, hits)
        text = truth.regions[index].text
        read = "".join(left[part] for part in parts)
        if shared.isdisjoint(parts):
            found += LCSseq.similarity(text, read)
            continue
        common = _common(text, read)
        found += len(common)
        _use_up(common, parts, left)
    return found


def _in_order(parts: list[int], region: int, hits: Hits) -> list[int]:
    """Parts of a word in the order of the letters that they have; each letter brings one, and one more comes last."""
    of_word = hits.region == region
    having: dict[int, set[int]] = defaultdict(set)
    for letter, part in zip(hits.letter[of_word].tolist(), hits.other[of_word].tolist(), strict=True):
        having[letter].add(part)
    waiting = list(parts)
    found: list[int] = []
    for _, here in sorted(having.items()):
        if len(waiting) == 1:
            break
        if (first := next((part for part in waiting if part in here), None)) is not None:
            found.append(first)
            waiting.remove(first)
    return [*found, waiting[0]]


def _common(one: str, other: str) -> str:
    """A longest common subsequence; of several, the one that the package finds."""
    lengths = [[0] * (len(other) + 1)]
    for letter in one:
        above = lengths[-1]
        row = [0]
        for j, read in enumerate(other):
            row.append(above[j] + 1 if letter == read else max(above[j + 1], row[j]))
        lengths.append(row)
    i = len(one)
    j = len(other)
    found: list[str] = []
    while i and j:
        if one[i - 1] == other[j - 1]:
            found.append(one[i - 1])
            i -= 1
            j -= 1
        elif lengths[i - 1][j] > lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return "".join(reversed(found))


def _use_up(letters: str, parts: list[int], left: list[str]) -> None:
    """Takes letters out of what was read, each out of the first part that has it: no other word may have them."""
    for letter in letters:
        part = next(part for part in parts if letter in left[part])
        left[part] = left[part].replace(letter, "", 1)
