"""Pictures of a diff: a small JPEG, and the regions before and after as SVG that lies on it. Texts are strangers': escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup
from PIL import Image

from pages.bounds import Bounds, bounds_of
from schemas.reading import Reading, Region
from schemas.shown_text import shortened, visible
from schemas.text import normalise
from stages.diff.images import ShownImage
from stages.diff.regions import RegionChange
from stages.pictures import jpeg_within, opened

SIDE = 700
"""Longest side of a thumbnail: the page shows two beside each other."""
QUALITY = 70
LEAST_QUALITY = 40
MOST_OUTLINES = 80
"""Unchanged regions that are drawn; a page of newsprint is not readable with all of its lines."""
MOST_DRAWN = 36
"""Changed regions that are drawn."""
MOST_NUMBERED = 24
"""Changed regions that are numbered on the picture and listed below it."""
MOST_TEXTS = 24
"""Texts written onto one picture."""
TEXT = 24
"""Characters of a text on a picture."""
KINDS = ("removed", "added", "edited", "moved", "turned", "attributes", "redrawn")
"""In the order in which one of them gives a region its colour."""


def thumbnail(data: bytes, most_bytes: int) -> bytes:
    """A small JPEG of a canonical image, at most ``SIDE`` pixels a side.

    Args:
        data: JPEG or PNG.
        most_bytes: that it may have; quality and then size give way.
    """
    small = opened(data, 2 * SIDE)
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return jpeg_within(small, most_bytes, QUALITY, LEAST_QUALITY, progressive=True)


def colour_of(change: RegionChange) -> str:
    """The kind of change that a region is drawn as."""
    kinds = change.kinds()
    return next(kind for kind in KINDS if kind in kinds)


def outlines(picture: ShownImage, *, after: bool) -> Markup:
    """The regions of one of a picture's readings, changed ones marked and numbered as in the list beside it.

    Args:
        picture: what is shown.
        after: the later reading, in which what was moved has a shadow where it was.
    """
    reading = picture.after if after else picture.before
    if reading is None:
        return Markup("")
    changed = list(_changed(picture, after))
    drawn = [item for item in changed if item.number <= MOST_DRAWN]
    parts = _unchanged(reading, {id_of(item.region) for item in changed})
    if after:
        parts += [_polygon(item.change.before, "shadow") for item in drawn if item.change.moved and item.change.before]
    for item in drawn:
        parts += _marked(item, max(reading.width, reading.height))
    labels = [_Label(str(item.number), item.kind, item.region) for item in drawn if item.number <= MOST_NUMBERED]
    parts += _labels(labels, reading)
    if not picture.changes:
        parts += _labels([_Label("", "same", region) for region in reading.regions if region.attributes.legible], reading)
    return Markup("").join(parts)


class _Changed(NamedTuple):
    """A changed region as it is in one of the readings, with its number in the list beside the picture."""

    number: int
    change: RegionChange
    region: Region

    @property
    def kind(self) -> str:
        return colour_of(self.change)


class _Label(NamedTuple):
    """What is written at a region: its number, empty for none, and its text, in the colour of a kind of change."""

    number: str
    kind: str
    region: Region


def _changed(picture: ShownImage, after: bool) -> Iterator[_Changed]:
    for number, change in enumerate(picture.changes, 1):
        if region := change.after if after else change.before:
            yield _Changed(number, change, region)


def _unchanged(reading: Reading, changed: set[tuple[str, object]]) -> list[Markup]:
    rest = [region for region in reading.regions if id_of(region) not in changed]
    return [_polygon(region, "same") for region in rest[:MOST_OUTLINES]]


def _marked(item: _Changed, size: int) -> list[Markup]:
    """A changed region's outline, and a dot where its reading starts, on an image with a longer side of so many pixels."""
    x, y = item.region.polygon[0]
    return [_polygon(item.region, item.kind), Markup('<circle class="{}" cx="{:g}" cy="{:g}" r="{:g}"/>').format(
        item.kind, round(x, 1), round(y, 1), round(size / 220, 1))]


def id_of(region: Region) -> tuple[str, object]:
    """Tells the regions of one reading apart, even where an id stands twice."""
    return region.region_id, region.polygon


def _labels(labels: Sequence[_Label], reading: Reading) -> list[Markup]:
    """Numbers and texts at their regions; a text that would lie on another one gives way, its number does not."""
    size = max(reading.width, reading.height) / 50
    taken: list[Bounds] = []
    parts = []
    for label in labels:
        shown, place = _place(label, reading, size, taken)
        if shown:
            taken.append(place)
            parts.append(Markup('<text class="{}" x="{:g}" y="{:g}" font-size="{:g}">{}</text>').format(
                label.kind, round(place.left, 1), round(place.bottom, 1), round(size, 1), shown))
    return parts


def _place(label: _Label, reading: Reading, size: float, taken: Sequence[Bounds]) -> tuple[str, Bounds]:
    """What is written of a label and where: all of it, or its number in the first of four places that is free, or in the last."""
    text = visible(shortened(normalise(label.region.text), TEXT))
    words = f"{label.number} {text}".strip() if len(taken) < MOST_TEXTS else label.number
    tries = [(words, 0), *((label.number, place) for place in range(4) if label.number)]
    for shown, place in tries:
        bounds = _bounds(shown, label.region, reading, size, place)
        if shown and not any(bounds.overlaps(other) for other in taken):
            break
    return shown, bounds


def _bounds(text: str, region: Region, reading: Reading, size: float, place: int) -> Bounds:
    """Where a text would lie: above its region, left of it, right of it, below it."""
    left, top, right, bottom = bounds_of(region.polygon)
    width = size * sum(1.0 if ord(char) > 0x2E80 else 0.62 for char in text)
    x = (left, left - width - size / 4, right + size / 4, left)[place]
    y = (top - size / 4, (top + bottom + size) / 2, (top + bottom + size) / 2, bottom + size)[place]
    x = max(0.0, min(x, reading.width - width))
    y = max(size, min(y, float(reading.height)))
    return Bounds(x, y - size, x + width, y)


def _polygon(region: Region, kind: str) -> Markup:
    points = " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in region.polygon)
    return Markup('<polygon class="{}" points="{}"/>').format(kind, points)
