"""How much a photograph looks as if it were taken of a screen: a hint for a manager, and no more.

A screen is a grid of points. Where a camera resolves it, or half resolves it (moiré), the grid is a pattern with one frequency
all over the picture, and so a sharp peak at one place of the spectrum of every part of it. Woven cloth, fences, tiles and the
dots of printed pictures may make such peaks too, and a screen that fills few of the picture's pixels, stands quite straight in
it, or was photographed out of focus, makes none.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

TILE = 256
"""Side of a part, in pixels."""
PARTS = 4
"""Parts a side, spread over the picture; they overlap in a small one."""
LEAST_SIDE = 512
"""Pixels of the shorter side from which on its parts do not show the same few lines: smaller pictures say nothing."""
LOWEST = 0.07
"""Cycles a pixel from which on peaks are looked for: below lie the strokes and the lines of text."""
SHARED_BY = 40
"""Percentile over the parts: a peak has to be in 60 % of them."""
NEAR_AXES = 2
"""Bins beside the axes that are passed over: edges of the picture and rows of text have all of their frequencies there."""
BLOCKS = 8
"""Side of JPEG's blocks, whose own grid is passed over."""
AROUND = 15
"""Side of the square of the spectrum that a peak is compared with, in bins."""


def screen_likeness(pixels: NDArray[np.uint8]) -> float:
    """How far the sharpest peak that most parts of a picture share stands out of its surroundings.

    Args:
        pixels: (height, width, 3) RGB, of the size in which it was taken: a smaller copy has no grid any more.

    Returns:
        Natural logarithm of amplitudes; 0 where the picture is too small.
    """
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE:
        return 0.0
    colours = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb).astype(np.float32)
    tops = np.linspace(0, height - TILE, PARTS).astype(int)
    lefts = np.linspace(0, width - TILE, PARTS).astype(int)
    spectra = [_peaks(colours[top:top + TILE, left:left + TILE]) for top, left in product(tops, lefts)]
    shared = np.percentile(np.stack(spectra), SHARED_BY, axis=0)
    return float(shared[_LOOKED_AT].max())


def _peaks(tile: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each frequency of a part stands out: the clearest of its three channels."""
    found = np.zeros((TILE, TILE // 2 + 1), np.float32)
    for channel in range(3):
        plane = tile[:, :, channel]
        amplitude = np.abs(np.fft.rfft2((plane - plane.mean()) * _WINDOW)).astype(np.float32)
        logs = np.log(amplitude + 1.0)
        background = cv2.blur(logs, (AROUND, AROUND), borderType=cv2.BORDER_REFLECT)
        found = np.maximum(found, cv2.dilate(logs - background, np.ones((3, 3), np.uint8)))
    return found


def _looked_at() -> NDArray[np.bool_]:
    rows = np.fft.fftfreq(TILE)[:, None]
    columns = np.fft.rfftfreq(TILE)[None, :]
    far = np.hypot(rows, columns) >= LOWEST
    off_axes = (np.abs(rows) * TILE > NEAR_AXES) & (columns * TILE > NEAR_AXES)
    of_blocks = (np.abs(rows * BLOCKS - np.round(rows * BLOCKS)) < 1.5 * BLOCKS / TILE) & (
        np.abs(columns * BLOCKS - np.round(columns * BLOCKS)) < 1.5 * BLOCKS / TILE)
    return np.asarray(far & off_axes & ~of_blocks)


_WINDOW = np.outer(np.hanning(TILE), np.hanning(TILE)).astype(np.float32)
_LOOKED_AT = _looked_at()
