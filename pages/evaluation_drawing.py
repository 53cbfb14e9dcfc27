"""Regions of one image drawn over its picture, and the small pictures themselves."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from PIL import Image

from pages.bounds import bounds_of
from pages.evaluation_facts import CROP_BYTES, CROP_SIDE, PICTURE_BYTES, PICTURE_SIDE, DrawnAs, DrawnImage, DrawnRegion
from schemas.reading import Polygon
from schemas.shown_text import visible
from stages.pictures import jpeg_within, opened

MOST_DRAWN = 400
"""Regions drawn on one image, the wrong ones first."""
MOST_NUMBERED = 24
"""Wrong regions that are numbered on the picture and told below it."""
TEXT = 60
"""Characters of a text that shows up over a region."""
AROUND = 0.4
"""Of a region's shorter side, around it on its crop."""
QUALITY = 72
LEAST_QUALITY = 42


@dataclass(frozen=True, slots=True)
class NumberedRegion:
    """A wrong region of an image with its number on the picture."""

    number: int
    region: DrawnRegion


def picture(data: bytes) -> bytes:
    """The picture of one of the worst images: a JPEG of at most ``PICTURE_SIDE`` pixels a side and ``PICTURE_BYTES`` bytes.

    Args:
        data: of the canonical image.
    """
    small = opened(data, 2 * PICTURE_SIDE)
    small.thumbnail((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS)
    return jpeg_within(small, PICTURE_BYTES, QUALITY, LEAST_QUALITY, progressive=True)


def crop(image: Image.Image, polygon: Polygon) -> bytes:
    """The crop of a region: a JPEG of at most ``CROP_SIDE`` pixels a side and ``CROP_BYTES`` bytes, upright as on the image.

    Args:
        image: canonical, RGB.
        polygon: of the region.
    """
    left, top, right, bottom = bounds_of(polygon)
    around = AROUND * min(right - left, bottom - top)
    box = (max(0, round(left - around)), max(0, round(top - around)),
           min(image.width, round(right + around)), min(image.height, round(bottom + around)))
    if box[0] >= box[2] or box[1] >= box[3]:
        return b""
    small = image.crop(box)
    small.thumbnail((CROP_SIDE, CROP_SIDE), Image.Resampling.LANCZOS)
    return jpeg_within(small, CROP_BYTES, QUALITY, LEAST_QUALITY)


def wrong_regions(image: DrawnImage) -> list[NumberedRegion]:
    """Regions that are not right, numbered in their order; the first ``MOST_NUMBERED`` have their number on the picture."""
    wrong = [region for region in image.regions if region.drawn_as not in (DrawnAs.RIGHT, DrawnAs.IGNORED)]
    return [NumberedRegion(number, region) for number, region in enumerate(wrong, 1)]


def overlay(image: DrawnImage) -> Markup:
    """Outlines of an image's regions, with the numbers of the wrong ones, in pixels of the canonical image."""
    rest = [region for region in image.regions if region.drawn_as in (DrawnAs.RIGHT, DrawnAs.IGNORED)]
    wrong = wrong_regions(image)
    parts = [_outline(region) for region in [*(item.region for item in wrong), *rest][:MOST_DRAWN]]
    size = max(image.width, image.height) / 24
    parts += [_number(item, image, size) for item in wrong[:MOST_NUMBERED]]
    return Markup("").join(parts)


def _outline(region: DrawnRegion) -> Markup:
    points = " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in region.polygon)
    texts = " → ".join(visible(text[:TEXT]) for text in (region.truth, region.read) if text is not None)
    return Markup('<polygon class="{}" points="{}"><title>{}</title></polygon>').format(str(region.drawn_as), points, texts)


def _number(item: NumberedRegion, image: DrawnImage, size: float) -> Markup:
    """A number at the upper left corner of its region, inside the picture."""
    place = bounds_of(item.region.polygon)
    x = max(0.0, min(place.left, image.width - size))
    y = min(max(place.top, size), float(image.height))
    return Markup('<text class="{}" x="{:g}" y="{:g}" font-size="{:g}">{}</text>').format(
        str(item.region.drawn_as), round(x, 1), round(y, 1), round(size, 1), item.number)
