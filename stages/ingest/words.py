"""Words of a picture, of which its edited copies share several and other pictures hardly any.

A word is a local perceptual hash: the signs of the lowest cosine coefficients of the surroundings of one blob of the
picture. Local, because a hash of the whole picture does not survive a crop; many, because few of them have to survive.
What a template prints on each of its documents becomes words that many pictures have; the ledger stops keeping those
(``datastore/ledger/word_index.py``), so that documents are found by what is written on them.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 400
"""Longer side of the small grey picture by which a photograph is judged, in pixels."""
WORDS_SIDE = 256
"""Longer side of the picture that the words are taken from: 512 finds no more and costs three times as much."""
NEARLY = 1.05
"""What a JPEG decoder's fixed scales come to: resizing by less costs as much as all the rest of the words."""
BLOBS = 200
"""Most blobs of a picture that become words, the strongest ones."""
FINE = 1.2
"""Standard deviation, in pixels, of the weaker of two blurs whose difference has its extrema at blobs."""
COARSE = 2.4
"""That of the stronger one."""
WEAKEST = 0.6
"""Least difference of the two blurs, in grey levels: below are traces of compression."""
SAMPLES = 12
"""A blob's surroundings are so many samples wide and high."""
STEP = 3.0
"""Pixels between two of these samples."""
BITS = 32
"""Signs of cosine coefficients in a word; one more bit says whether the blob is bright."""


def small(grey: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Brings a grey picture (H × W) to a longer side of ``side``; one that is nearly so large stays as it is."""
    scale = side / max(grey.shape[:2])
    if 1 / NEARLY <= scale <= NEARLY:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8)


def words(picture: NDArray[np.uint8]) -> tuple[int, ...]:
    """Words of a small grey picture (H × W, as ``small`` makes it).

    Returns:
        Up to ``BLOBS`` distinct integers of 33 bits (the last one says whether the blob is bright), in an order that is
        the same in all pictures: the first ones of two pictures that have words in common are likely to be common.
    """
    grey = small(picture, WORDS_SIDE).astype(np.float32)
    fine = cv2.GaussianBlur(grey, (7, 7), FINE)
    difference = fine - cv2.GaussianBlur(grey, (13, 13), COARSE)
    strength = np.abs(difference)
    x, y = _blobs(strength)
    if not len(x):
        return ()
    bright = difference[y, x] > 0
    patches = _surroundings(fine, *_refined(strength, x, y))
    bits = patches @ _cosines() > 0
    values = bits @ (np.int64(2) << np.arange(BITS, dtype=np.int64)) + bright
    distinct = np.unique(values)
    # Fibonacci hashing: an order without regard to what the bits mean.
    return tuple(int(value) for value in distinct[np.argsort(distinct.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))])


def _blobs(strength: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns and rows of the strongest local maxima, away from the border, where a crop would change everything."""
    top = (strength >= cv2.dilate(strength, np.ones((7, 7), np.uint8))) & (strength > WEAKEST)
    border = 6
    top[:border] = top[-border:] = False
    top[:, :border] = top[:, -border:] = False
    y, x = np.nonzero(top)
    if len(x) > BLOBS:
        strongest = np.argpartition(-strength[y, x], BLOBS)[:BLOBS]
        y = y[strongest]
        x = x[strongest]
    return x, y


def _refined(strength: NDArray[np.float32], x: NDArray[np.intp],
             y: NDArray[np.intp]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The maxima between the pixels: tops of the parabolas through three neighbours, along each axis."""
    here = strength[y, x]
    left = strength[y, x - 1]
    right = strength[y, x + 1]
    above = strength[y - 1, x]
    below = strength[y + 1, x]
    dx = (right - left) / 2 / np.maximum(2 * here - left - right, 1e-6)
    dy = (below - above) / 2 / np.maximum(2 * here - above - below, 1e-6)
    return ((x + dx.clip(-0.6, 0.6)).astype(np.float32), (y + dy.clip(-0.6, 0.6)).astype(np.float32))


def _surroundings(picture: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples around each point: N × 144."""
    offsets = ((np.arange(SAMPLES) - (SAMPLES - 1) / 2) * STEP).astype(np.float32)
    shape = (len(x), SAMPLES, SAMPLES)
    columns = np.broadcast_to(x[:, None, None] + offsets, shape).reshape(-1, SAMPLES)
    rows = np.broadcast_to(y[:, None, None] + offsets[:, None], shape).reshape(-1, SAMPLES)
    sampled = cv2.remap(picture, np.ascontiguousarray(columns), np.ascontiguousarray(rows), cv2.INTER_LINEAR,
                        borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.float32).reshape(len(x), -1)


@functools.cache
def _cosines() -> NDArray[np.float32]:
    """The lowest ``BITS`` two-dimensional cosines under a Gaussian window, each blind to brightness: 144 × BITS."""
    at = (np.arange(SAMPLES) + 0.5) / SAMPLES
    window = np.exp(-2 * ((at - 0.5) / 0.5) ** 2)
    window = np.outer(window, window)
    low = sorted((a * a + b * b, a, b) for a in range(SAMPLES) for b in range(SAMPLES))[1:BITS + 1]
    columns = []
    for _, a, b in low:
        wave = np.outer(np.cos(np.pi * a * at), np.cos(np.pi * b * at)) * window
        wave -= window * wave.sum() / window.sum()
        columns.append((wave / np.linalg.norm(wave)).ravel())
    return np.stack(columns, axis=1).astype(np.float32)
