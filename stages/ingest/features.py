"""What a picture is compared by: its grey values, small, and ORB keypoints."""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]

SIDE = 800
"""Longer side of the pictures that are compared, in pixels."""
KEYPOINTS = 1000
"""Most keypoints of a picture."""
FAST_THRESHOLDS = (2, 8)
"""Grey levels by which a corner stands out, at least: a sixteenth of the picture's contrast, within these bounds."""


@dataclass(frozen=True, slots=True)
class Features:
    """What a picture is compared by: its grey values (H × W), keypoints (N × 2, pixels), ORB descriptors (N × 32)."""

    grey: Grey
    points: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def features(data: bytes) -> Features:
    """Features of a canonical picture."""
    if data.startswith(b"\xff\xd8"):
        height, width, *_ = simplejpeg.decode_jpeg_header(data, strict=False)
        scale = min(1.0, SIDE / max(height, width))
        grey = simplejpeg.decode_jpeg(data, "GRAY", min_height=int(height * scale), min_width=int(width * scale),
                                      min_factor=1, strict=False)[:, :, 0]
    else:
        with Image.open(io.BytesIO(data)) as image:
            grey = np.asarray(image.convert("L"))
    return features_of(grey)


def features_of(grey: Grey) -> Features:
    """Features of grey values (H × W), brought to a longer side of ``SIDE``."""
    scale = SIDE / max(grey.shape)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)
    dark, bright = np.percentile(small[::4, ::4], (1, 99))
    threshold = int(np.clip((bright - dark) / 16, *FAST_THRESHOLDS))
    orb = cv2.ORB.create(KEYPOINTS, scaleFactor=1.2, nlevels=6, fastThreshold=threshold)
    keypoints, descriptors = orb.detectAndCompute(small, None)
    if descriptors is None:
        return Features(small, np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))
    return Features(small, np.array(cv2.KeyPoint.convert(keypoints), np.float32), descriptors)
