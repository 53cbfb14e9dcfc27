"""The recall gate: integer words of a picture, of which near duplicates share several and other pictures hardly any."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 512
"""Longer side of the small grey picture that the gate looks at, in pixels."""


def small(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brings a grey picture (H × W) to a longer side of ``SIDE``."""
    scale = SIDE / max(grey.shape)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8)


def words(picture: NDArray[np.uint8]) -> tuple[int, ...]:
    """Words of a small grey picture as ``small`` makes it."""
    raise NotImplementedError
