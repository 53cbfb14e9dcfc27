"""What the grey values of one picture are in another one of the same thing: brighter, darker, or white where it was burnt out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_PIXELS = 8
"""Pixels of one grey value that say what becomes of it."""


def tones(source: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What each of the 256 grey values of one picture is in another one, never falling: isotonic regression.

    Args:
        source: grey values (N).
        target: those of the same places of the other picture (N).
    """
    count = np.bincount(source, minlength=256).astype(float)
    total = np.bincount(source, target, minlength=256)
    known = np.flatnonzero(count >= LEAST_PIXELS)
    if not len(known):
        return np.arange(256, dtype=np.float32)
    return np.asarray(np.interp(np.arange(256), known, _rising(total[known] / count[known], count[known])), np.float32)


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
