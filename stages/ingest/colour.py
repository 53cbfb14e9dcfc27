"""Colour profiles: whatever a picture's numbers mean, afterwards they mean sRGB."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageCms

Rgb = NDArray[np.uint8]

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
BAND = 1 << 16
"""Pixels converted at a time: what is between the steps stays in the processor's cache."""
EXACT = 1
"""Most that the fast way may differ from LittleCMS in any channel, of 255."""


@dataclass(frozen=True, slots=True)
class Shaper:
    """A conversion by curves and a matrix.

    Attributes:
        curves: 1 × 256 × 3, from 8 bits a channel to 16 linear ones.
        matrix: 3 × 3, from linear RGB to linear sRGB.
    """

    curves: NDArray[np.uint16]
    matrix: NDArray[np.float32]

    def convert(self, pixels: Rgb) -> None:
        """Converts some pixels (H × W × 3) in place."""
        linear = cv2.transform(cv2.LUT(pixels, self.curves), self.matrix)
        np.take(_companding(), linear, out=pixels, mode="clip")  # the mode that needs no copy of the output


@functools.lru_cache(64)
def is_srgb(profile: bytes | None) -> bool:
    """Whether a profile means sRGB: by its name, or because it changes nothing. None and broken ones do, as in browsers."""
    if not profile:
        return True
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return True
        colours = _colours()
        return _differ(_by_littlecms(colours, profile), colours) <= EXACT
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return source_is_unusable(profile)


def source_is_unusable(profile: bytes) -> bool:
    """Whether LittleCMS cannot read a profile at all; one for CMYK or grey can be read and is not sRGB."""
    try:
        ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return True
    return False
