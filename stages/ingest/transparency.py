"""What lies behind a transparent picture: white, or black where white would hide what is on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stages.ingest.colour import Rgb

SHOWS = 64
"""Grey levels, of 255, from which a pixel stands out from what lies behind it."""
THIN = 6
"""Strokes of letters are thinner than this part of the picture's shorter side; pages, windows and pictures are not."""


def laid_on_ground(image: Image.Image) -> Rgb:
    """Lays a picture with opacity (RGBA) on white, or on black.

    A phone's gallery shows it on white or on black, as its theme is. Here it is black where white would hide letters: where
    what is visible is thin, and more of its outline stands out from black than from white. A bright window or page on
    transparency hides nothing that way.
    """
    if image.getchannel("A").getextrema()[0] == 255:
        return np.asarray(image.convert("RGB"))
    ground = "black" if _vanishes_on_white(np.asarray(image)) else "white"
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, ground), image).convert("RGB"))


def _vanishes_on_white(pixels: NDArray[np.uint8]) -> bool:
    visible = (pixels[:, :, 3] >= 128).astype(np.uint8)
    outline = (visible > 0) & (cv2.erode(visible, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE) == 0)
    length = int(outline.sum())
    if not length or 2 * int(visible.sum()) / length > min(visible.shape) / THIN:
        return False
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGBA2GRAY)[outline]
    return int((grey >= SHOWS).sum()) > int((grey <= 255 - SHOWS).sum())
