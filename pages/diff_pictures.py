"""Pictures of a diff: a small JPEG, and the regions before and after as SVG that lies on it. Texts are strangers': escaped."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape
from PIL import Image

from schemas.reading import Reading, Region
from schemas.text import normalise
from stages.diff.images import Picture
from stages.diff.regions import Change
from stages.diff.texts import Piece, shortened, visible

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
Box = tuple[float, float, float, float]
"""Left, top, right and low side, in pixels of the canonical image."""
KINDS = ("removed", "added", "edited", "moved", "turned", "attributes", "redrawn")
"""In the order in which one of them gives a region its colour."""


def thumbnail(data: bytes, most_bytes: int) -> bytes:
    """A small JPEG of a canonical image, at most ``SIDE`` pixels a side.

    Args:
        data: JPEG or PNG.
        most_bytes: that it may have; quality and then size give way.
    """
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    quality = QUALITY
    while len(made := _jpeg(small, quality)) > most_bytes and min(small.size) > 1:
        if quality > LEAST_QUALITY:
            quality -= 10
        else:
            small = small.resize((max(1, small.width * 4 // 5), max(1, small.height * 4 // 5)), Image.Resampling.LANCZOS)
    return made


def colour_of(change: Change) -> str:
    """The kind of change that a region is drawn as."""
    kinds = change.kinds()
    return next(kind for kind in KINDS if kind in kinds)


def outlines(picture: Picture, *, after: bool) -> Markup:
    """The regions of one of a picture's readings, changed ones marked and numbered as in the list beside it.

    Args:
        picture: what is shown.
        after: the later reading, in which what was moved has a shadow where it was.
    """
    reading = picture.after if after else picture.before
    if reading is None:
        return Markup("")
    size = max(reading.width, reading.height)
    placed = [(number, change, region) for number, change in enumerate(picture.changes[:MOST_DRAWN], 1)
              if (region := change.after if after else change.before)]
    changed = {id_of(region) for change in picture.changes if (region := change.after if after else change.before)}
    parts = [_polygon(region, "same") for region in [
        region for region in reading.regions if id_of(region) not in changed][:MOST_OUTLINES]]
    if after:
        parts += [_polygon(change.before, "shadow") for _, change, _ in placed if change.moved and change.before]
    for _, change, region in placed:
        kind = colour_of(change)
        parts.append(_polygon(region, kind))
        x, y = region.polygon[0]
        parts.append(Markup('<circle class="{}" cx="{:g}" cy="{:g}" r="{:g}"/>').format(
            kind, round(x, 1), round(y, 1), round(size / 220, 1)))
    parts += _labels(((str(number), colour_of(change), region) for number, change, region in placed
                      if number <= MOST_NUMBERED), reading)
    if not picture.changes:
        parts += _labels((("", "same", region) for region in reading.regions if region.attributes.legible), reading)
    return Markup("").join(parts)


def marked(found: Sequence[Piece]) -> Markup:
    """A character diff as HTML: what was taken out, what was put in."""
    out = Markup("")
    for piece in found:
        if piece.same:
            out += escape(visible(piece.after))
            continue
        if piece.before:
            out += Markup("<del>{}</del>").format(visible(piece.before, spaces=True))
        if piece.after:
            out += Markup("<ins>{}</ins>").format(visible(piece.after, spaces=True))
    return out


def id_of(region: Region) -> tuple[str, object]:
    """Tells the regions of one reading apart, even where an id stands twice."""
    return region.region_id, region.polygon


def _labels(texts: Iterable[tuple[str, str, Region]], reading: Reading) -> list[Markup]:
    """Numbers and texts at their regions; a text that would lie on another one gives way, its number does not."""
    size = max(reading.width, reading.height) / 50
    taken: list[Box] = []
    found = []
    for number, kind, region in texts:
        text = visible(shortened(normalise(region.text), TEXT))
        words = f"{number} {text}".strip() if len(taken) < MOST_TEXTS else number
        places = [(words, _box(words, region, reading, size, 0)), *((number, _box(number, region, reading, size, place))
                                                                   for place in range(4) if number)]
        for shown, box in places:
            if shown and not any(box[0] < right and left < box[2] and box[1] < low and top < box[3]
                                 for left, top, right, low in taken):
                break
        if shown:
            taken.append(box)
            found.append(Markup('<text class="{}" x="{:g}" y="{:g}" font-size="{:g}">{}</text>').format(
                kind, round(box[0], 1), round(box[3], 1), round(size, 1), shown))
    return found


def _box(text: str, region: Region, reading: Reading, size: float, place: int) -> Box:
    """Where a text would lie: above its region, left of it, right of it, below it."""
    xs, ys = [x for x, _ in region.polygon], [y for _, y in region.polygon]
    width = size * sum(1.0 if ord(char) > 0x2E80 else 0.62 for char in text)
    x = (min(xs), min(xs) - width - size / 4, max(xs) + size / 4, min(xs))[place]
    y = (min(ys) - size / 4, (min(ys) + max(ys) + size) / 2, (min(ys) + max(ys) + size) / 2, max(ys) + size)[place]
    x, y = max(0.0, min(x, reading.width - width)), max(size, min(y, float(reading.height)))
    return x, y - size, x + width, y


def _polygon(region: Region, kind: str) -> Markup:
    points = " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in region.polygon)
    return Markup('<polygon class="{}" points="{}"/>').format(kind, points)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
