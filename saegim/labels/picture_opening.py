"""Opening strangers' pictures by Pillow without its warnings, and saying in plain words why one does not open."""

from __future__ import annotations

import io
import re
import threading
import warnings
from typing import TYPE_CHECKING

from saegim.release import need

if TYPE_CHECKING:
    from PIL.Image import Image

QUIET = threading.Lock()
"""Held while warnings are off: Python turns them off for all threads."""
OBJECT = re.compile(r"<[\w.]+ object at 0x[0-9a-fA-F]+>")
"""How Python shows an open file: its place in memory is another one in each run."""
UNKNOWN = "its bytes are those of no picture"


def opened_picture(data: bytes) -> Image:
    """A picture whose pixels are not decoded yet; pictures that Pillow finds suspiciously large open without a word.

    Args:
        data: the encoded file.

    Raises:
        Exception: one of ``frames.NO_PICTURE`` or Pillow's DecompressionBombError.
    """
    with QUIET, warnings.catch_warnings(action="ignore"):
        image: Image = need("PIL.Image", "pillow").open(io.BytesIO(data))
        return image


def why_broken(error: Exception) -> str:
    """What an error says of a picture: the same of the same picture in every run."""
    if type(error).__name__ == "UnidentifiedImageError":
        return UNKNOWN
    return OBJECT.sub("the file", str(error)) or type(error).__name__
