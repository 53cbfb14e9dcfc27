"""Encoded pictures become pixels."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from saegim.errors import ReleaseDamaged

if TYPE_CHECKING:
    from PIL.Image import Image

DECODERS = min(8, os.cpu_count() or 1)
"""Threads: decoding lets go of Python's lock."""
AHEAD = 2 * DECODERS
"""Decoded images that wait: one of 12 million pixels takes 36 MB."""


def decode(data: bytes, image_id: str) -> Image:
    """A picture as RGB.

    Raises:
        ReleaseDamaged: it does not decode.
    """
    from PIL import Image  # the client works without Pillow where nobody wants pixels

    try:
        with Image.open(io.BytesIO(data)) as opened:
            return opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ReleaseDamaged(f"Image {image_id} does not decode ({error}): pull the release again; where that does not help, "
                             "tell the data manager") from error
