"""The small picture by which a photograph is shown in the report of a run."""

from __future__ import annotations

from PIL import Image

from stages.pictures import as_jpeg, data_url

SIDE = 120
"""Longer side at most, in pixels."""
QUALITY = 70


def thumbnail(picture: Image.Image) -> str:
    """A picture (RGB or grey), at most ``SIDE`` pixels a side, as a data URL."""
    small = picture.copy()
    small.thumbnail((SIDE, SIDE))
    return data_url(as_jpeg(small, QUALITY))
