"""A 64-bit perceptual hash. It puts pictures into clusters; it never drops one (design D14)."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32
KEPT = 8


def fingerprint(image: Image.Image) -> str:
    """pHash: the signs of the lowest 8 × 8 DCT-II coefficients of a 32 × 32 grey thumbnail, against their median.

    After C. Zauner, "Implementation and benchmarking of perceptual image hash functions", 2010.

    Returns:
        64 bits as 16 hex digits.
    """
    grey = np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    low = _dct() @ grey @ _dct().T
    bits = (low > np.median(low.ravel()[1:])).ravel()  # the mean brightness would pull the median
    return np.packbits(bits).tobytes().hex()


def distance(one: str, other: str) -> int:
    """How many of the 64 bits differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


@functools.cache
def _dct() -> NDArray[np.float64]:
    """The first 8 rows of the DCT-II matrix for 32 samples."""
    k, n = np.mgrid[0:KEPT, 0:SIDE]
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * SIDE)))
