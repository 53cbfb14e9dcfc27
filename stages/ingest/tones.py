"""What the grey values of one picture are in another one of the same thing: brighter, darker, or white where it was burnt out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_PIXELS = 8
"""Pixels of one grey value that say what becomes of it."""


@dataclass(frozen=True, slots=True)
class Tones:
    """A curve of brightness.

    Attributes:
        values: of the other picture for each of the 256 grey values, never falling.
        rest: share of the other picture's variance that a grey value does not tell.
    """

    values: NDArray[np.float32]
    rest: float


def tones(source: NDArray[np.uint8], target: NDArray[np.uint8]) -> Tones:
    """The curve between the same pixels (N) of two pictures that lie one on the other: isotonic regression."""
    count = np.bincount(source, minlength=256).astype(float)
    total = np.bincount(source, target, minlength=256)
    squares = np.bincount(source, target.astype(float) ** 2, minlength=256)
    seen = count > 0
    rest = (squares[seen] - total[seen] ** 2 / count[seen]).sum() / max(float(target.astype(float).var()) * len(target), 1e-6)
    known = np.flatnonzero(count >= LEAST_PIXELS)
    if not len(known):
        return Tones(np.arange(256, dtype=np.float32), float(rest))
    rising = _rising(total[known] / count[known], count[known])
    return Tones(np.interp(np.arange(256), known, rising).astype(np.float32), float(rest))


def _rising(values: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest values (weighted squares) that never fall: neighbours that do are pooled."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        pool = (float(value), float(weight), 1)
        while pools and pools[-1][0] > pool[0]:
            before = pools.pop()
            both = before[1] + pool[1]
            pool = ((before[0] * before[1] + pool[0] * pool[1]) / both, both, before[2] + pool[2])
        pools.append(pool)
    return np.repeat([value for value, _, _ in pools], [count for _, _, count in pools])
