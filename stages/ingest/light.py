"""The light of one picture on another one of the same thing: a shadow that fell on one of them only counts for nothing."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
COARSE = 4
"""Light is looked at on a picture so many times smaller."""
LETTERS = 7
"""What is dark and narrower than so many pixels of that one is written on the paper; the rest is how bright the paper is."""
SOFTNESS = 2.0
"""Standard deviation, in its pixels, by which the light is smoothed."""


def in_light_of(one: Grey, other: Grey) -> Grey:
    """A picture (H × W) as it would be in the light of another one of the same size.

    Args:
        one: whose light it gets.
        other: the picture; its letters stay as they are beside their paper.
    """
    ratio = _light(one) / np.maximum(_light(other), 1)
    ratio = cv2.resize(ratio, one.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(other, ratio, dtype=cv2.CV_8U), np.uint8)


def _light(grey: Grey) -> NDArray[np.float32]:
    """How bright the paper is, a ``COARSE`` part of the picture's size."""
    size = max(1, grey.shape[1] // COARSE), max(1, grey.shape[0] // COARSE)
    coarse = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, np.ones((LETTERS, LETTERS), np.uint8))
    return np.asarray(cv2.GaussianBlur(paper.astype(np.float32), (0, 0), SOFTNESS), np.float32)
