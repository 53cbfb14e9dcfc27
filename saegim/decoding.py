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


def decode(data: bytes, image_id: str, least: int | None = None) -> Image:
    """A picture as RGB.

    Args:
        data: an encoded picture.
        image_id: whose it is, for the message.
        least: so many pixels of each side are enough: a JPEG is then decoded at a half, a quarter or an eighth of its size.
            Where left out, and in other formats, it has the size that it is stored in.

    Raises:
        ImportError: Pillow is not installed.
        ReleaseDamaged: it does not decode.
    """
    from PIL import Image  # the client works without Pillow where nobody wants pixels

    try:
        with Image.open(io.BytesIO(data)) as opened:
            if least:
                opened.draft("RGB", (least, least))
            return opened.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise ReleaseDamaged(f"Image {image_id} does not decode ({error}): pull the release again; where that does not help, "
                             "tell the data manager") from error


def thumbnail(data: bytes, side: int) -> bytes:
    """A picture as a small JPEG.

    Args:
        data: an encoded picture.
        side: pixels of its longer side at most.

    Raises:
        ImportError: Pillow is not installed.
        ReleaseDamaged: it does not decode.
    """
    small = decode(data, "", side)
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()
