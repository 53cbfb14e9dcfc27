"""One region of an image as a picture of its own, for annotators who read line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from PIL import Image

from schemas.reading import Region
from stages.pictures import as_jpeg, opened

MARGIN = 0.25
"""Of the region's height is shown around it: a letter is read with what stands beside it, and nothing is cut off."""
LEAST = 24
"""Pixels that a crop is high at the least; smaller ones are doubled until they are."""
QUALITY = 90
TALL = 1.5
"""A crop so many times as high as wide is turned upright, as the recogniser turns it (PP-OCR's rule)."""
LONG = 30
"""A crop so many times as wide as high is cut in two, one half above the other: in half a screen of 1440 pixels its letters
would be lower than 16."""
AROUND_THE_MIDDLE = 0.1
"""Of a long crop's width, to either side of its middle, is where the cut may be: where least ink is."""


def crops(image: bytes, regions: Iterable[Region]) -> Iterator[tuple[str, bytes]]:
    """Region ids with their crops as JPEG, each as one line that is read across, or two where it is very long.

    Args:
        image: a canonical image.
        regions: of a reading of it.
    """
    whole = opened(image)
    for region in regions:
        across, down = zip(*region.polygon, strict=True)
        margin = MARGIN * min(max(down) - min(down), max(across) - min(across))
        box = (max(0, int(min(across) - margin)), max(0, int(min(down) - margin)),
               min(whole.width, int(max(across) + margin) + 1), min(whole.height, int(max(down) + margin) + 1))
        crop = whole.crop(box)
        if crop.height >= TALL * crop.width:
            crop = crop.transpose(Image.Transpose.ROTATE_90)
        while min(crop.size) < LEAST:
            crop = crop.resize((crop.width * 2, crop.height * 2), Image.Resampling.LANCZOS)
        yield region.region_id, as_jpeg(_folded(crop) if crop.width > LONG * crop.height else crop, QUALITY)


def _folded(line: Image.Image) -> Image.Image:
    """A long line in two: its left half above its right one, cut at the column near the middle that has least ink."""
    spread = int(line.width * AROUND_THE_MIDDLE)
    start = line.width // 2 - spread
    contrast = np.ptp(np.asarray(line.convert("L"), dtype=np.int16)[:, start:start + 2 * spread], axis=0)
    blank = np.flatnonzero(contrast <= contrast.min() + 8)
    at = start + int(blank[np.abs(blank - spread).argmin()])
    halves = Image.new(line.mode, (max(at, line.width - at), 2 * line.height), "white")
    halves.paste(line.crop((0, 0, at, line.height)), (0, 0))
    halves.paste(line.crop((at, 0, line.width, line.height)), (0, line.height))
    return halves
