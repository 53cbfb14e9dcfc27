"""Blobs of a grey picture in any size: where they are and how large, each to be found again in an edited copy.

A blob is an extremum of differences of Gaussians over place and size (Lowe 2004, "Distinctive image features from
scale-invariant keypoints", sections 3 and 4). An edge is none: along it nothing tells one place from the next. So bars
around a screenshot make no blobs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

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
class _Octave:
    """The picture at one size, blurred more and more.

    Attributes:
        top: the row of the sheet where its first level begins; the others follow.
        height: rows of a level.
        width: its columns.
    """

    top: int
    height: int
    width: int


def find_blobs(picture: NDArray[np.uint8]) -> Blobs:
    """The strongest blobs of a grey picture (H × W)."""
    sheet, octaves = _octaves(picture)
    found = [(octave, *_maxima(sheet, octave)) for octave in octaves]
    none = np.zeros(0, np.intp)
    column = np.concatenate([none, *(x for _, x, _ in found)])
    row = np.concatenate([none, *(octave.top + y for octave, _, y in found)])
    top, height, width = (np.array([[octave.top, octave.height, octave.width] for octave in octaves], np.intp).reshape(-1, 3)
                          .repeat([len(x) for _, x, _ in found], axis=0).T)
    place = (row - top) // height
    strength, x, y, size, bright = _located(sheet, row * sheet.shape[1] + column, height * sheet.shape[1], place)
    chosen = np.flatnonzero(strength)
    if len(chosen) > MOST:
        chosen = np.argpartition(-strength, MOST)[:MOST]
    top += place * height
    x += column
    y += row - top
    top, height, width = (values[chosen].astype(np.float32) for values in (top, height, width))
    return Blobs(sheet, top, height, width, x[chosen], y[chosen], size[chosen], bright[chosen] > 0)


def _octaves(picture: NDArray[np.uint8]) -> tuple[Level, list[_Octave]]:
    """The picture at its size, at half of it and so on, each ``LEVELS + 3`` times; each begins where the last one doubled."""
    sizes = FINEST * 2 ** (np.arange(LEVELS + 3) / LEVELS)
    blurs = np.sqrt(np.diff(sizes ** 2))
    height, width = picture.shape
    sheet = np.empty((2 * (LEVELS + 3) * (height + OCTAVES), width), np.int16)
    octaves: list[_Octave] = []
    _blur(picture.astype(np.int16) << GREY, math.sqrt(FINEST ** 2 - OF_THE_PICTURE ** 2), sheet[:height])
    top = 0
    while len(octaves) < OCTAVES and min(height, width) >= LEAST_SIDE:
        octaves.append(_Octave(top, height, width))
        for blur in blurs:
            _blur(sheet[top:top + height, :width], blur, sheet[top + height:top + 2 * height, :width])
            top += height
        doubled = sheet[top - 2 * height:top - height:2, :width:2]
        top += height
        height, width = doubled.shape
        sheet[top:top + height, :width] = doubled
    return sheet, octaves


def _blur(picture: Level, size: float, blurred: Level) -> None:
    side = 2 * math.ceil(2.5 * size) + 1
    cv2.GaussianBlur(picture, (side, side), size, blurred)


def _maxima(sheet: Level, octave: _Octave) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns and rows, from the octave's top, of the maxima of its differences over place and size."""
    height, width = octave.height, octave.width
    levels = sheet[octave.top:octave.top + (LEVELS + 3) * height, :width]
    strengths = cv2.absdiff(levels[:-height], levels[height:])
    inner = strengths[height:-height]
    at = np.flatnonzero(inner >= cv2.max(cv2.dilate(inner, NEIGHBOURS), WEAKEST)) + height * width
    flat = strengths.ravel()
    levels_beside = (-height * width, height * width)
    for step in levels_beside:
        at = at[flat[at] >= flat[at + step]]  # most are no maximum by this alone
    y, x = np.divmod(at, width)
    row = y % height
    at = at[(x >= BORDER) & (x < width - BORDER) & (row >= BORDER) & (row < height - BORDER)]
    for step in levels_beside:
        at = at[flat[at] >= flat[at + step + _window(width)].max(axis=0)]
    y, x = np.divmod(at, width)
    return x, y


def _window(width: int) -> NDArray[np.intp]:
    """How far on a pixel's neighbours and itself are, 9 × 1, where a row has so many."""
    return np.array([[-width - 1], [-width], [-width + 1], [-1], [0], [1], [width - 1], [width], [width + 1]], np.intp)


def _located(sheet: Level, at: NDArray[np.intp], level: NDArray[np.intp], place: NDArray[np.intp]) -> NDArray[np.float32]:
    """Maxima between the pixels and the levels, 5 × N: strength, columns and rows off, size, and 1 for bright ones, -1 for dark.

    Args:
        sheet: the blurred pictures.
        at: the maxima's numbers in it.
        level: how far on the next level is.
        place: of the level in its octave.
    """
    flat = sheet.ravel()
    near = at + _window(sheet.shape[1])
    around = (flat[near] - flat[near + level]).astype(np.float32)
    smaller = (flat[at - level] - flat[at]).astype(np.float32)
    larger = (flat[at + level] - flat[at + 2 * level]).astype(np.float32)
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
    x = ((xy * along - yy * across) / determinant).clip(-OFF, OFF)
    y = ((xy * across - xx * along) / determinant).clip(-OFF, OFF)
    rise = sign * (smaller - larger) / 2 / np.minimum(sign * (smaller + larger) - 2 * top, -1)
    size = FINEST * 2 ** ((place + rise.clip(-OFF, OFF)) / LEVELS)
    return np.stack([top * rounded, x, y, size, sign]).astype(np.float32)
