"""One region of an image as a picture of its own, for annotators who read line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PIL import Image

from schemas.reading import Region
from stages.pictures import as_jpeg, opened

MARGIN = 0.25
"""Of the region's height is shown around it: a letter is read with what stands beside it, and nothing is cut off."""
LEAST = 24
"""Pixels that a crop is high at the least; smaller ones are doubled until they are."""
QUALITY = 90


def crops(image: bytes, regions: Iterable[Region]) -> Iterator[tuple[str, bytes]]:
    """Region ids with their crops as JPEG.

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
        while min(crop.size) < LEAST:
            crop = crop.resize((crop.width * 2, crop.height * 2), Image.Resampling.LANCZOS)
        yield region.region_id, as_jpeg(crop, QUALITY)
