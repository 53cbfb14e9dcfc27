"""Pictures for pages: opened small, written as JPEG, and made to fit into so many bytes."""

from __future__ import annotations

import base64
import io

from PIL import Image

SMALLER = 10
"""Of JPEG's quality, at a step."""


def opened(data: bytes, side: int = 0) -> Image.Image:
    """A picture as RGB.

    Args:
        data: of a file that Pillow reads.
        side: a JPEG is decoded at an eighth, a quarter or half of its size where both sides keep so many pixels; 0 for all.
    """
    with Image.open(io.BytesIO(data)) as image:
        if side:
            image.draft("RGB", (side, side))
        return image.convert("RGB")


def as_jpeg(image: Image.Image, quality: int, *, optimize: bool = False, progressive: bool = False) -> bytes:
    """A picture as a JPEG file.

    Args:
        image: RGB or grey.
        quality: of Pillow's scale, 1 to 95.
        optimize: look for the best Huffman tables: smaller, and slower.
        progressive: write it coarse first: smaller again where the picture is large.
    """
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=optimize, progressive=progressive)
    return out.getvalue()


def jpeg_within(image: Image.Image, most_bytes: int, quality: int, least_quality: int, *, progressive: bool = False) -> bytes:
    """A picture as a JPEG file of at most so many bytes; its quality gives way first, then its size, by a fifth a step.

    Args:
        image: RGB.
        most_bytes: of the file. A picture of one pixel may have more.
        quality: to begin with.
        least_quality: below which the size gives way.
        progressive: see ``as_jpeg``.
    """
    while len(data := as_jpeg(image, quality, optimize=True, progressive=progressive)) > most_bytes and min(image.size) > 1:
        if quality > least_quality:
            quality -= SMALLER
        else:
            smaller = max(1, image.width * 4 // 5), max(1, image.height * 4 // 5)
            image = image.resize(smaller, Image.Resampling.LANCZOS)
    return data


def thumbnail(data: bytes, side: int, quality: int = 80) -> bytes:
    """A small JPEG of a picture.

    Args:
        data: of a file that Pillow reads.
        side: pixels of its longer side, at most.
        quality: see ``as_jpeg``.
    """
    small = opened(data, side)
    small.thumbnail((side, side))
    return as_jpeg(small, quality)


def data_url(jpeg: bytes) -> str:
    """A JPEG file as a data URL."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
