"""TIFF files: which of their pages are pictures of their own, and whether all of a page is there."""

from __future__ import annotations

import contextlib
import io

from PIL import TiffImagePlugin

NEW_SUBFILE_TYPE = 254
SUBFILE_TYPE = 255
NO_PAGE = 1 | 4
"""Bits of TIFF's NewSubfileType: a reduced copy, a mask."""
PAGE = 2
"""Bit of TIFF's NewSubfileType: a page of several."""
THUMBNAIL = 512
"""Longest side of what is taken for a thumbnail where nothing says what it is, in pixels."""
MOST_PAGES = 64
"""Pages of a TIFF that are looked at, reduced ones included."""


def pages_of(image: TiffImagePlugin.TiffImageFile) -> list[int]:
    """Numbers of the pages that are neither reduced copies nor masks; no more than two are looked for.

    Where all say to be copies, the first one is the picture.
    """
    pages: list[int] = []
    first: tuple[int, int] | None = None
    with contextlib.suppress(Exception):  # a page that cannot be reached does not exist
        for number in range(MOST_PAGES):
            image.seek(number)
            first = first or image.size
            kind = image.tag_v2.get(NEW_SUBFILE_TYPE, 0)
            copy = kind & NO_PAGE or image.tag_v2.get(SUBFILE_TYPE) == 2
            if not copy and (kind & PAGE or not _is_thumbnail(image.size, first)):
                pages.append(number)
            if len(pages) > 1:
                break
    return pages or [0]


def _is_thumbnail(size: tuple[int, int], first: tuple[int, int]) -> bool:
    """Whether a page is small, at most half as large as the first one, and of its proportions: many writers do not say."""
    (width, height) = size
    (first_width, first_height) = first
    alike = abs(width * first_height - height * first_width) <= max(first)
    return max(size) <= THUMBNAIL and 2 * width <= first_width and 2 * height <= first_height and alike


def is_whole(raw: bytes) -> bool:
    """Whether the first page's directory and its pixels lie within the file, whatever kind of pixels they are."""
    try:
        tags = TiffImagePlugin.ImageFileDirectory_v2(raw[:8])
        source = io.BytesIO(raw)
        source.seek(tags.next)
        tags.load(source)
        starts, lengths = (tags.get(strips, tags.get(tiles, ())) for strips, tiles in ((273, 324), (279, 325)))
        return bool(starts) and all(start + length <= len(raw) for start, length in zip(starts, lengths, strict=True))
    except Exception:  # of damaged directories, as with other decoders
        return False
