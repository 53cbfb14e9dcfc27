"""Blobs of a grey picture in any size: where they are and how large, each to be found again in an edited copy.

A blob is an extremum of differences of Gaussians over place and size (Lowe 2004, "Distinctive image features from
scale-invariant keypoints", sections 3 and 4). An edge is none: along it nothing tells one place from the next. So bars
around a screenshot make no blobs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = 3
"""Sizes looked for from one size to twice that."""
OCTAVES = 4
"""Doublings of the size: the largest blobs are 16 times as large as the smallest."""
FINEST = 1.2
"""Standard deviation of the first blur, in pixels."""
OF_THE_PICTURE = 0.5
"""That of the blur which a picture has already."""
LEAST_SIDE = 24
"""Pixels of the shorter side below which no octave is looked at."""
GREY = 6
"""Bits after the point of a grey level in the blurred pictures: whole numbers are faster than fractions."""
WEAKEST = 38
"""Least difference of two blurs, 0.6 grey levels: below are traces of compression."""
ELONGATED = 20.0
"""Ratio of the two curvatures from which a blob counts as an edge."""
BORDER = 5
"""Pixels of an octave at its border, where a crop would change everything."""
OFF = 0.6
"""A maximum lies so many pixels or levels off at most: where three neighbours say more, they say nothing."""
MOST = 600
"""Most blobs of a picture, the strongest ones."""
NEIGHBOURS = np.ones((3, 3), np.uint8)
"""The pixels that a maximum is not below."""

Level = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Blobs:
    """Blobs of one picture, N each.

    Attributes:
        sheet: all blurred pictures, one below the other.
        top: the row of the sheet where a blob's picture begins.
        height: rows of that picture.
        width: its columns.
        x: the blob's column in that picture.
        y: its row there.
        size: standard deviation of the blur that shows it best, in pixels of that picture.
        bright: whether it is brighter than its surroundings.
    """

    sheet: Level
    top: NDArray[np.float32]
    height: NDArray[np.float32]
    width: NDArray[np.float32]
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    size: NDArray[np.float32]
    bright: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Maxima:
    """Maxima of one level, N of them: their columns and rows, and differences of blurs.

    Attributes:
        x: columns.
        y: rows.
        around: 9 × N, the difference at each and at its neighbours, row by row.
        smaller: the difference of the next finer blurs, N.
        larger: that of the next coarser ones.
    """

    x: NDArray[np.intp]
    y: NDArray[np.intp]
    around: Level
    smaller: Level
    larger: Level


def find_blobs(picture: NDArray[np.uint8]) -> Blobs:
    """The strongest blobs of a grey picture (H × W)."""
    octaves = _octaves(picture)
    shown = [level for octave in octaves for level in octave[1:LEVELS + 1]]
    tops = np.cumsum([0, *map(len, shown)])
    sheet = np.zeros((max(1, tops[-1]), picture.shape[1]), np.int16)
    for level, top in zip(shown, tops, strict=False):
        sheet[top:top + len(level), :level.shape[1]] = level
    found = [maxima for octave in octaves for maxima in _maxima(octave)]
    number = np.repeat(np.arange(len(found)), [len(maxima.x) for maxima in found]).astype(np.intp)
    strength, x, y, size, bright = _located(found, number % LEVELS + 1)
    chosen = np.flatnonzero(strength)
    if len(chosen) > MOST:
        chosen = np.argpartition(-strength, MOST)[:MOST]
    number = number[chosen]
    height, width = np.array([level.shape for level in shown] or [(1, 1)], np.float32)[number].T
    return Blobs(sheet, tops[number].astype(np.float32), height, width, x[chosen], y[chosen], size[chosen], bright[chosen] > 0)


def _octaves(picture: NDArray[np.uint8]) -> list[list[Level]]:
    """The picture blurred more and more, at its size, at half of it and so on; each octave begins where the last one doubled."""
    sizes = FINEST * 2 ** (np.arange(LEVELS + 3) / LEVELS)
    first = _blur(picture.astype(np.int16) << GREY, math.sqrt(FINEST ** 2 - OF_THE_PICTURE ** 2))
    octaves: list[list[Level]] = []
    while len(octaves) < OCTAVES and min(first.shape) >= LEAST_SIDE:
        levels = [first]
        for before, after in pairwise(sizes):
            levels.append(_blur(levels[-1], math.sqrt(after ** 2 - before ** 2)))
        octaves.append(levels)
        first = np.ascontiguousarray(levels[LEVELS][::2, ::2])
    return octaves


def _blur(picture: Level, size: float) -> Level:
    side = 2 * math.ceil(2.5 * size) + 1
    return np.asarray(cv2.GaussianBlur(picture, (side, side), size), np.int16)


def _maxima(levels: Sequence[Level]) -> Iterator[_Maxima]:
    """The maxima of each size of an octave."""
    strengths = [cv2.absdiff(fine, coarse) for fine, coarse in pairwise(levels)]
    around = [cv2.dilate(strength, NEIGHBOURS) for strength in strengths]
    flat = [level.ravel() for level in levels]
    height, width = levels[0].shape
    window = np.array([[-width - 1], [-width], [-width + 1], [-1], [0], [1], [width - 1], [width], [width + 1]])
    inner = slice(BORDER, height - BORDER), slice(BORDER, width - BORDER)
    for place in range(1, LEVELS + 1):
        strength = strengths[place]
        top = cv2.compare(strength[inner], np.maximum(around[place][inner], WEAKEST), cv2.CMP_GE)
        points = cv2.findNonZero(top)
        x, y = (np.zeros((0, 2), np.intp) if points is None else points.reshape(-1, 2).astype(np.intp)).T + BORDER
        at = y * width + x
        here = strength.ravel()[at]
        high = (here >= around[place - 1].ravel()[at]) & (here >= around[place + 1].ravel()[at])
        at = at[high]
        yield _Maxima(x[high], y[high], flat[place][at + window] - flat[place + 1][at + window],
                      flat[place - 1][at] - flat[place][at], flat[place + 1][at] - flat[place + 2][at])


def _located(found: Sequence[_Maxima], place: NDArray[np.intp]) -> NDArray[np.float32]:
    """Maxima between the pixels and the levels, 5 × N: strength, column, row, size, and 1 for bright ones, -1 for dark ones.

    Args:
        found: of each level.
        place: of the level in its octave, one a maximum.
    """
    none = _Maxima(*np.zeros((2, 0), np.intp), *np.split(np.zeros((11, 0), np.int16), (9, 10)))
    every = [none, *found]
    around = np.concatenate([maxima.around for maxima in every], axis=1).astype(np.float32)
    smaller = np.concatenate([maxima.smaller.ravel() for maxima in every])
    larger = np.concatenate([maxima.larger.ravel() for maxima in every])
    sign = np.sign(around[4])
    up_left, up, up_right, left, top, right, down_left, down, down_right = sign * around
    xx = left + right - 2 * top
    yy = up + down - 2 * top
    xy = (down_right + up_left - down_left - up_right) / 4
    determinant = xx * yy - xy * xy
    rounded = (determinant > 0) & ((xx + yy) ** 2 * ELONGATED < (ELONGATED + 1) ** 2 * determinant)
    determinant = np.maximum(determinant, 1)
    across = (right - left) / 2
    along = (down - up) / 2
    x = np.concatenate([maxima.x for maxima in every]) + ((xy * along - yy * across) / determinant).clip(-OFF, OFF)
    y = np.concatenate([maxima.y for maxima in every]) + ((xy * across - xx * along) / determinant).clip(-OFF, OFF)
    rise = sign * (smaller - larger) / 2 / np.minimum(sign * (smaller + larger) - 2 * top, -1)
    size = FINEST * 2 ** ((place + rise.clip(-OFF, OFF)) / LEVELS)
    return np.stack([top * rounded, x, y, size, sign]).astype(np.float32)
