"""Edit distance in plain Python: what ours is held against, in tests and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache


def plain_edits(truth: Sequence[str], read: Sequence[str]) -> int:
    """Levenshtein distance, a row of the table at a time (Wagner and Fischer, 1974)."""
    row = list(range(len(read) + 1))
    for number, letter in enumerate(truth, 1):
        before = row
        row = [number]
        for place, other in enumerate(read):
            row.append(min(before[place] + (letter != other), before[place + 1] + 1, row[place] + 1))
    return row[-1]


def edits_of_patterns(truth: Sequence[str], read: Sequence[str], is_free: Callable[[str], bool],
                      takes: Callable[[str, Sequence[str]], int]) -> int:
    """The same where some tokens of the truth may be left out at no cost, said as a recursion.

    Args:
        truth: tokens.
        read: tokens.
        is_free: whether leaving out a token of the truth costs nothing.
        takes: how many tokens, at the start of what is left, a token of the truth takes at no cost; 0 for none.
    """
    @cache
    def least(i: int, j: int) -> int:
        ways = [least(i, j + 1) + 1] if j < len(read) else []
        if i < len(truth):
            ways.append(least(i + 1, j) + (not is_free(truth[i])))
            if j < len(read):
                ways.append(least(i + 1, j + 1) + 1)
                ways.append(least(i + 1, j + taken) if (taken := takes(truth[i], read[j:])) else len(truth) + len(read))
        return min(ways, default=0)

    return least(0, 0)
