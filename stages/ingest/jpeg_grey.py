"""A JPEG as a small grey picture, decoded at a reduced scale: a fraction of what all of its pixels cost."""

from __future__ import annotations

import numpy as np
import simplejpeg
from numpy.typing import NDArray

START = b"\xff\xd8"
"""How a JPEG begins."""


def jpeg_grey(data: bytes, side: int) -> NDArray[np.uint8]:
    """Grey values (H × W) of a JPEG, its longer side ``side`` pixels or somewhat more; less where it has less.

    Raises:
        Exception: it cannot be decoded.
    """
    height, width, *_ = simplejpeg.decode_jpeg_header(data, strict=False)
    scale = min(1.0, side / max(height, width))
    found = simplejpeg.decode_jpeg(data, "GRAY", min_height=int(height * scale), min_width=int(width * scale), min_factor=1,
                                   strict=False)
    return np.asarray(found[:, :, 0], np.uint8)
