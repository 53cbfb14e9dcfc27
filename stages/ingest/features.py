"""What a picture is compared by: its grey values, small, and ORB keypoints."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stages.ingest.jpeg_grey import START, jpeg_grey

Grey = NDArray[np.uint8]

SIDE = 800
"""Longer side of the pictures that are compared, in pixels."""
KEYPOINTS = 1000
"""Most keypoints of a picture."""
LEAST_SIDE = 128
"""Shorter side, at least, of a long line's: keypoints lie 31 pixels or more from each edge."""
LONGEST_SIDE = 2400
"""Longer side at most, also of such a one."""
MOST_GAIN = 16.0
"""Pale pictures are given the contrast of others, so many times their own at most: beyond, traces of compression count."""
PALE = 0.5
"""Share of all grey levels below which the darkest and the brightest 0.2 % of a picture lie so near that it is pale."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a picture is compared by: its grey values (H × W), keypoints (N × 2, pixels), ORB descriptors (N × 32)."""

    grey: Grey
    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def features(data: bytes) -> Features:
    """Features of a canonical picture."""
    if data.startswith(START):
        return features_of(jpeg_grey(data, SIDE))
    with Image.open(io.BytesIO(data)) as image:
        return features_of(np.asarray(image.convert("L")))


def features_of(grey: Grey) -> Features:
    """Features of grey values (H × W), brought to a longer side of ``SIDE``; a long line larger, a pale picture stronger."""
    longest, shortest = max(grey.shape), min(grey.shape)
    scale = max(SIDE / longest, min(LEAST_SIDE / shortest, LONGEST_SIDE / longest))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)
    small = _with_contrast(small)
    keypoints, descriptors = cv2.ORB.create(KEYPOINTS, scaleFactor=1.2, nlevels=6, fastThreshold=8).detectAndCompute(small, None)
    if descriptors is None:
        return Features(small, np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))
    return Features(small, np.array(cv2.KeyPoint.convert(keypoints), np.float32), descriptors)


def _with_contrast(grey: Grey) -> Grey:
    """A pale picture with the contrast of others; any other as it is."""
    dark, bright = np.percentile(grey[::2, ::2], (0.2, 99.8))
    if bright - dark >= PALE * 255:
        return grey
    gain = min(MOST_GAIN, 255 / max(bright - dark, 1.0))
    return np.asarray(np.clip((grey.astype(np.float32) - dark) * gain, 0, 255), np.uint8)
