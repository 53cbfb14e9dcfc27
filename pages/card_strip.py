"""The strip of a release's card: samples with their polygons and texts drawn, in one JPEG."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from pages.bounds import Bounds, bounds_of
from schemas.reading import Reading
from schemas.shown_text import ABBREVIATED, printable
from schemas.text import normalise
from stages.pictures import jpeg_within, opened

STRIP = "strip.jpg"
"""Its file name; on the card it stands for what the picture shows."""
MOST_BYTES = 200_000
"""Of the strip: a release that changes few labels must stay small."""
QUALITY = 85
LEAST_QUALITY = 45
WIDE = 960
"""Pixels: what a page of Markdown has room for."""
ROW = 230
"""Pixels: how high a row is, about."""
NARROWEST = 0.75
"""Width over height of the place that an image gets, at least."""
WIDEST = 6.0
"""The same, at most."""
READABLE = 16
"""Pixels: of an image whose lines would be lower only a part is shown."""
GAP = 6
CAPTION = 20
"""Pixels: height of the line above an image."""
TEXT = 12
"""Pixels: size of all letters."""
LONGEST = 200
"""Characters of a text that are looked at."""
INK = "#1c2330"
BACK = "#ffffff"
LINE = "#d81b60"
DIM = "#667085"


@dataclass(frozen=True, slots=True)
class ToDraw:
    """A sample for the strip: its canonical image, as a file, its reading and its split."""

    data: bytes
    reading: Reading
    split: str


@dataclass(frozen=True, slots=True)
class Drawable:
    """The same with the image opened, as RGB."""

    image: Image.Image
    reading: Reading
    split: str


class _View(NamedTuple):
    """What is shown of an image, in its pixels, and how many pixels of the strip one of these becomes."""

    left: float
    top: float
    right: float
    bottom: float
    scale: float

    def of(self, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Points of the image as points of the strip."""
        return [((x - self.left) * self.scale, (y - self.top) * self.scale) for x, y in points]


def strip(samples: Sequence[ToDraw], most_bytes: int = MOST_BYTES) -> bytes:
    """Draws samples into one JPEG.

    Args:
        samples: what it shows, in this order.
        most_bytes: that the JPEG may have; quality and then size give way.
    """
    picture = sheet([Drawable(opened(sample.data), sample.reading, sample.split) for sample in samples])
    return jpeg_within(picture, most_bytes, QUALITY, LEAST_QUALITY)


def sheet(samples: Sequence[Drawable], width: int = WIDE, row: int = ROW) -> Image.Image:
    """Draws images with their polygons and texts into rows that are as wide as the sheet.

    Args:
        samples: what it shows, in this order.
        width: of the sheet, in pixels.
        row: how high a row is, about.
    """
    shapes = [min(max(sample.reading.width / sample.reading.height, NARROWEST), WIDEST) for sample in samples]
    rows = []
    for first, last in _rows(shapes, width / row):
        # The last row may be short: its images grow no larger than others for that.
        height = round(min(width / sum(shapes[first:last]), 1.3 * row))
        rows.append(_row(samples[first:last], shapes[first:last], width, height))
    whole = Image.new("RGB", (width, max(sum(picture.height for picture in rows), 1)), BACK)
    y = 0
    for picture in rows:
        whole.paste(picture, (0, y))
        y += picture.height
    return whole


def _row(samples: Sequence[Drawable], shapes: Sequence[float], width: int, height: int) -> Image.Image:
    """Images beside each other; ``shapes`` are the width over the height of their places."""
    picture = Image.new("RGB", (width, height + CAPTION), BACK)
    x = 0.0
    for sample, shape in zip(samples, shapes, strict=True):
        picture.paste(_drawn(sample, round(shape * height), height), (round(x), 0))
        x += shape * height
    return picture


def _rows(shapes: Sequence[float], room: float) -> list[tuple[int, int]]:
    """Breaks into rows (from, to), each as near to the sum of shapes ``room`` as the next break lets it."""
    rows: list[tuple[int, int]] = []
    first = 0
    total = 0.0
    for number, shape in enumerate(shapes):
        if number > first and total + shape - room > room - total:
            rows.append((first, number))
            first = number
            total = 0.0
        total += shape
    return [*rows, (first, len(shapes))] if shapes else []


def _drawn(sample: Drawable, width: int, height: int) -> Image.Image:
    """An image, or a part of it, below its caption; illegible regions are grey."""
    reading = sample.reading
    view = _view(reading, width - GAP, height - GAP)
    part = _part(sample.image, view)
    placed = [(region, view.of(region.polygon)) for region in reading.regions]
    draw = ImageDraw.Draw(part)
    for region, points in placed:
        draw.polygon(points, outline=LINE if region.attributes.legible else DIM, width=2 if part.height > 120 else 1)
    _write(draw, [_Label(bounds_of(points), normalise(region.text) if region.attributes.legible else "")
                  for region, points in placed], part.size)
    cell = Image.new("RGB", (width, CAPTION + height), BACK)
    font = hangul_font(TEXT)
    cell.paste(part, (0, CAPTION))
    whole = (view.right - view.left, view.bottom - view.top) == (reading.width, reading.height)
    caption = f"{reading.image_id[:10]} · {sample.split}{'' if whole else ' · part'}"
    ImageDraw.Draw(cell).text((0, 3), _cut(caption, font, width - GAP), fill=INK, font=font)
    return cell


def _part(image: Image.Image, view: _View) -> Image.Image:
    size = (max(1, round((view.right - view.left) * view.scale)), max(1, round((view.bottom - view.top) * view.scale)))
    return image.resize(size, Image.Resampling.LANCZOS, view[:4], reducing_gap=3)


def _view(reading: Reading, width: int, height: int) -> _View:
    """What is shown of an image in a place of so many pixels.

    All of the image, or where its lines would be too low to be read, what lies around the region in the middle of its
    reading.
    """
    scale = min(width / reading.width, height / reading.height)
    boxes = [bounds_of(region.polygon) for region in reading.regions]
    if not boxes:
        return _View(0, 0, reading.width, reading.height, scale)
    low = median(min(box.right - box.left, box.bottom - box.top) for box in boxes)
    scale = max(scale, min(READABLE / max(low, 1), 1))
    wide = min(width / scale, reading.width)
    tall = min(height / scale, reading.height)
    middle = boxes[len(boxes) // 2]
    x = min(max((middle.left + middle.right - wide) / 2, 0), reading.width - wide)
    y = min(max((middle.top + middle.bottom - tall) / 2, 0), reading.height - tall)
    # A float's last digit must not lie outside.
    return _View(x, y, min(x + wide, reading.width), min(y + tall, reading.height), scale)


@cache
def hangul_font(size: int) -> ImageFont.FreeTypeFont:
    """NanumGothic, which comes with a package of ours: no machine need have a Korean font."""
    spec = importlib.util.find_spec("koreanize_matplotlib")
    folder = next(iter(spec.submodule_search_locations or [])) if spec else ""
    # Pillow's other layout engine is a library of the machine's, and so would the picture's bytes be.
    return ImageFont.truetype(Path(folder) / "fonts" / "NanumGothic.ttf", size, layout_engine=ImageFont.Layout.BASIC)


class _Label(NamedTuple):
    """A region's place on the strip, and the text that is to stand beside it; empty for none."""

    place: Bounds
    text: str


def _write(draw: ImageDraw.ImageDraw, labels: Sequence[_Label], size: tuple[int, int]) -> None:
    """Writes each text beside its region where that hides no other; dense pages keep their polygons only."""
    font = hangul_font(TEXT)
    written: list[Bounds] = []
    for number, label in enumerate(labels):
        if not label.text or not label.place.mostly_inside(*size):
            continue
        others = [*written, *(other.place for place, other in enumerate(labels) if place != number)]
        text = _cut(label.text, font, size[0] - 4)
        for x, y in _places(label.place, font.getlength(text), size[0]):
            ground = Bounds(x - 1, y, x + font.getlength(text) + 1, y + TEXT + 3)
            if ground.inside(*size) and not any(ground.overlaps(other) for other in others):
                written.append(ground)
                draw.rectangle(ground, fill=BACK)
                draw.text((x, y), text, fill=LINE, font=font)
                break


def _places(region: Bounds, width: float, room: float) -> Iterator[tuple[float, float]]:
    """Where a text may stand, the best place first: above, below, right, left, and in a large region inside."""
    across = max(2, min(region.left, room - width - 2))
    middle = (region.top + region.bottom - TEXT) / 2 - 2
    yield from ((across, region.top - TEXT - 5), (across, region.bottom + 2), (region.right + 4, middle),
                (region.left - width - 4, middle))
    if region.bottom - region.top > 3 * TEXT:
        yield max(region.left, 0) + 4, max(region.top, 0) + 4


def _cut(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """As much of a text as has room."""
    text = printable(text, LONGEST)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + ABBREVIATED) > width:
        text = text[:-1]
    return text + ABBREVIATED
