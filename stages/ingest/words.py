"""Words of a picture, of which its edited copies share several and other pictures hardly any.

A word is a local perceptual hash: the signs of the lowest cosine coefficients of the surroundings of one blob of the
picture, at the blob's size and turned the way the blob leans. So a copy may be cropped, of another size and turned by any
angle. Local, because a hash of the whole picture does not survive a crop; many, because few of them have to survive.
What a template prints on each of its documents becomes words that many pictures have; the ledger stops keeping those
(``datastore/ledger/word_index.py``), so that documents are found by what is written on them.
"""

from __future__ import annotations

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.ingest.blobs import Blobs, find_blobs
from stages.ingest.jpeg_grey import START, jpeg_grey

SIDE = 400
"""Longer side of the small grey picture by which a photograph is judged and that the words are taken from, in pixels."""
NEARLY = 1.05
"""What a JPEG decoder's fixed scales come to: resizing by less costs as much as all the rest of the words."""
MOST = 140
"""Most words of a picture, the most certain ones: 190 find no more copies of the tuning half (``benchmarks/edits.py``)."""
SAMPLES = 12
"""A blob's surroundings are so many samples wide and high."""
STEP = 2.0
"""Sizes of the blob between two of these samples."""
WINDOW = 0.25
"""Standard deviation of the window over the surroundings, as a share of their side."""
LEANING = 0.175
"""That of the window by which it is told how a blob leans, likewise."""
BITS = 27
"""Signs of cosine coefficients in a word; one more bit says whether the blob is bright."""
DOUBTFUL = 0.1
"""What an edit moves a coefficient by, where the standard deviation of a blob's surroundings is 1: nearer to 0 its sign may
change. This and the two below were chosen by edited copies of the tuning half."""
LEAST_LEANING = 0.6
"""The same for the way a blob leans."""
LEANS = 1.0
"""Coefficients that the doubt about how a blob leans counts as much as."""
FLAT = 1.0
"""What is added to that standard deviation, in the blurred picture's units: surroundings without any have no signs."""


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
        Up to ``MOST`` distinct integers of 28 bits (the last one says whether the blob is bright), in an order that is
        the same in all pictures: the first ones of two pictures that have words in common are likely to be common.
    """
    blobs = find_blobs(small(picture))
    if not len(blobs.x):
        return ()
    patches = _surroundings(blobs, np.array([[1, 0]], np.float32))
    spread = patches.std(axis=1, keepdims=True) + FLAT
    leaning = _product(patches, _leaning())
    strength = np.linalg.norm(leaning, axis=1, keepdims=True) + 1e-6
    waves = _product(_surroundings(blobs, leaning / strength), _cosines()) / spread
    doubt = np.exp(-np.abs(waves) / DOUBTFUL).sum(axis=1) + LEANS * np.exp(-(strength / spread)[:, 0] / LEAST_LEANING)
    certain = np.argpartition(doubt, MOST)[:MOST] if len(doubt) > MOST else np.arange(len(doubt))
    values = (waves[certain] > 0) @ (np.int64(2) << np.arange(BITS, dtype=np.int64)) + blobs.bright[certain]
    distinct = np.unique(values)
    # Fibonacci hashing: an order without regard to what the bits mean.
    return tuple(int(value) for value in distinct[np.argsort(distinct.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))])


def words_of_file(data: bytes) -> tuple[int, ...]:
    """Words of a canonical picture, a JPEG decoded at a reduced scale; none where it cannot be decoded."""
    try:
        if data.startswith(START):
            return words(small(jpeg_grey(data, SIDE)))
        return words(small(np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)))
    except Exception:  # decoders of damaged files raise what they like, simplejpeg KeyError too
        return ()


def _surroundings(blobs: Blobs, turned: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples around each blob, N × 144, on a square whose first axis is ``turned`` (N × 2 or one for all, of length 1)."""
    cosine, sine = turned.T * blobs.size
    columns = _product(np.stack([blobs.x, cosine, -sine], axis=1), _square())
    rows = _product(np.stack([blobs.y, sine, cosine], axis=1), _square())
    np.clip(columns, 0, blobs.width[:, None] - 1, out=columns)
    np.clip(rows, 0, blobs.height[:, None] - 1, out=rows)
    rows += blobs.top[:, None]
    return np.asarray(cv2.remap(blobs.sheet, columns, rows, cv2.INTER_LINEAR), np.float32)


def _product(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Their matrix product; NumPy's would wake a thread a core for it, and decoders are one a core already."""
    return np.asarray(cv2.gemm(one, other, 1, None, 0), np.float32)


@functools.cache
def _square() -> NDArray[np.float32]:
    """Where the samples lie, in sizes of the blob: 1, across and down, 3 × 144."""
    offsets = (np.arange(SAMPLES) - (SAMPLES - 1) / 2) * STEP
    across, down = np.meshgrid(offsets, offsets)
    return np.stack([np.ones(SAMPLES ** 2), across.ravel(), down.ravel()]).astype(np.float32)


@functools.cache
def _leaning() -> NDArray[np.float32]:
    """How surroundings lean to the right and down, blind to shadows: 144 × 2."""
    at = (np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5
    across, down = np.meshgrid(at, at)
    distance = across ** 2 + down ** 2
    window = np.exp(-distance / 2 / LEANING ** 2)
    columns = []
    for axis in (across, down):
        wave = window * axis * (1 - distance * (axis ** 2 * window).sum() / (axis ** 2 * distance * window).sum())
        columns.append((wave / np.linalg.norm(wave)).ravel())
    return np.stack(columns, axis=1).astype(np.float32)


@functools.cache
def _cosines() -> NDArray[np.float32]:
    """The lowest ``BITS`` two-dimensional cosines under a Gaussian window, blind to brightness and to shadows: 144 × BITS."""
    at = (np.arange(SAMPLES) + 0.5) / SAMPLES
    window = np.exp(-0.5 * ((at - 0.5) / WINDOW) ** 2)
    window = np.outer(window, window)
    level = np.ones((SAMPLES, SAMPLES))
    down, across = np.meshgrid(at - 0.5, at - 0.5, indexing="ij")
    low = sorted((a * a + b * b, a, b) for a in range(SAMPLES) for b in range(SAMPLES))[3:BITS + 3]
    columns = []
    for _, a, b in low:
        wave = np.outer(np.cos(np.pi * a * at), np.cos(np.pi * b * at)) * window
        for flat in (level, down, across):
            wave -= window * flat * (wave * flat).sum() / (window * flat * flat).sum()
        columns.append((wave / np.linalg.norm(wave)).ravel())
    return np.stack(columns, axis=1).astype(np.float32)
