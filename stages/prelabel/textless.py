"""Pictures without text: what a model found on one, and whether it is to be believed."""

from __future__ import annotations

from schemas.reading import Kind, Reading

LEAST_SIDE = 64
"""Pixels of the shorter side of a picture that is no crop of a word or a line."""
MOST_RATIO = 2.5
"""Longer side in shorter ones of a picture that a model has seen as a whole; see ``in_view``."""


def is_textless(reading: Reading) -> bool:
    """Whether a model found nothing but strokes: an edge of a wall may well be read as a dash."""
    return not any(region.attributes.kind is not Kind.TEXT or any(map(str.isalnum, region.text)) for region in reading.regions)


def in_view(width: int, height: int) -> bool:
    """Whether a model that found no text on a picture of this shape, in pixels, is to be believed.

    Models look at a picture of at most some 1,280 pixels. Of one that is more than 2.5 times as long as it is wide, the shorter
    side is then below 512, and lines that fill a sixtieth of it (ten points on A4) below the 8.5 that PP-OCR's detector finds for
    certain (adapters/ocr/tiles.py). Crops of words and lines have no margin around their letters, which detectors look for.
    """
    shorter, longer = sorted((width, height))
    return shorter > LEAST_SIDE and longer <= MOST_RATIO * shorter
