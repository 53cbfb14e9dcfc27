"""The pictures of a release's card: plots as SVG, and a strip of samples with their polygons and texts drawn."""

from __future__ import annotations

import importlib.util
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from heapq import nsmallest
from pathlib import Path
from statistics import median

from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from schemas.reading import Point, Reading
from schemas.sample import Planned
from schemas.text import normalise
from stages.export.counts import PRECISION, Counts, Facet, binned, quantile

Box = tuple[float, float, float, float]

STRIP, SLICES, REGIONS, AGREEMENT = "strip.jpg", "slices.svg", "regions.svg", "agreement.svg"
"""File names; on the card they stand for what a picture shows."""

MOST_BYTES = 200_000
"""Of the strip: a release that changes few labels must stay small."""
MOST = 12
WIDE, ROW = 960, 230
"""Pixels: what a page of Markdown has room for, and how high a row is about."""
NARROWEST, WIDEST = 0.75, 6.0
"""Width over height of the place that an image gets."""
READABLE = 16
"""Pixels: of an image whose lines would be lower only a part is shown."""
GAP, CAPTION, TEXT = 6, 20, 12
INK, BACK, LINE, DIM = "#1c2330", "#ffffff", "#d81b60", "#667085"

FONTS = "system-ui, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif"
COLOURS = ("#3b7ddd", "#e08214", "#1b8a6b", "#8e5bb5", "#b5485d", "#6b7280")
WIDTH = 800


def chosen(planned: Sequence[Planned], most: int = MOST) -> tuple[Planned, ...]:
    """Samples for the strip: of each slice one where that is possible, then of each split and campaign, then any.

    Each next sample is the one that shows most that none before it shows (the greedy cover); of equals the one whose image
    id is smallest. The next release so shows the same samples again where nothing new has come.

    Args:
        planned: the release's samples, in any order.
        most: how many at most.

    Returns:
        The samples in order of image id.
    """
    alike: dict[tuple[tuple[str, ...], str, str], Planned] = {}
    for item in planned:
        candidate = item.candidate
        key = (candidate.slices, item.split, candidate.campaign)
        if key not in alike or item.image_id < alike[key].image_id:
            alike[key] = item
    taken: dict[str, Planned] = {}
    shown: list[set[str]] = [set(), set(), set()]

    def adds(item: Planned) -> tuple[int, int, int]:
        slices, splits, campaigns = shown
        return len(set(item.candidate.slices) - slices), item.split not in splits, item.candidate.campaign not in campaigns

    while len(taken) < most and (best := min(alike.values(), key=lambda item: ([-count for count in adds(item)], item.image_id),
                                             default=None)) and any(adds(best)):
        taken[best.image_id] = best
        for names, new in zip(shown, (best.candidate.slices, [best.split], [best.candidate.campaign]), strict=True):
            names.update(new)
    for item in nsmallest(2 * most, planned, key=lambda item: (not item.candidate.slices, item.image_id)):
        if len(taken) < most:
            taken.setdefault(item.image_id, item)
    return tuple(sorted(taken.values(), key=lambda item: item.image_id))


def strip(samples: Sequence[tuple[bytes, Reading, str]], most_bytes: int = MOST_BYTES) -> bytes:
    """Draws samples into one JPEG.

    Args:
        samples: canonical image, reading and split of each.
        most_bytes: that the JPEG may have; quality and then size give way.
    """
    shown = []
    for data, reading, split in samples:
        with Image.open(io.BytesIO(data)) as image:
            shown.append((image.convert("RGB"), reading, split))
    picture = sheet(shown)
    quality = 85
    while len(data := _jpeg(picture, quality)) > most_bytes and min(picture.size) > 1:
        if quality > 45:
            quality -= 10
        else:
            picture = picture.resize((max(1, picture.width * 4 // 5), max(1, picture.height * 4 // 5)), Image.Resampling.LANCZOS)
    return data


def sheet(samples: Sequence[tuple[Image.Image, Reading, str]], width: int = WIDE, row: int = ROW) -> Image.Image:
    """Draws images with their polygons and texts into rows that are as wide as the sheet.

    Args:
        samples: canonical image as RGB, reading and split of each.
        width: of the sheet, in pixels.
        row: how high a row is, about.
    """
    shapes = [min(max(reading.width / reading.height, NARROWEST), WIDEST) for _, reading, _ in samples]
    strips = []
    for first, last in _rows(shapes, width / row):
        # The last row may be short: its images grow no larger than others for that.
        height = round(min(width / sum(shapes[first:last]), 1.3 * row))
        picture, x = Image.new("RGB", (width, height + CAPTION), BACK), 0.0
        for shape, (image, reading, split) in zip(shapes[first:last], samples[first:last], strict=True):
            picture.paste(_drawn(image, reading, split, round(shape * height), height), (round(x), 0))
            x += shape * height
        strips.append(picture)
    whole, y = Image.new("RGB", (width, max(sum(strip.height for strip in strips), 1)), BACK), 0
    for strip in strips:
        whole.paste(strip, (0, y))
        y += strip.height
    return whole


def _rows(shapes: Sequence[float], room: float) -> list[tuple[int, int]]:
    """Breaks into rows (from, to), each as near to the sum of shapes ``room`` as the next break lets it."""
    rows, first, total = [], 0, 0.0
    for number, shape in enumerate(shapes):
        if number > first and total + shape - room > room - total:
            rows.append((first, number))
            first, total = number, 0.0
        total += shape
    return [*rows, (first, len(shapes))] if shapes else []


def _drawn(image: Image.Image, reading: Reading, split: str, width: int, height: int) -> Image.Image:
    """An image, or a part of it, below its caption; illegible regions are grey."""
    cell, font = Image.new("RGB", (width, CAPTION + height), BACK), hangul_font(TEXT)
    left, top, right, bottom, scale = _part(reading, width - GAP, height - GAP)
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    view = image.resize(size, Image.Resampling.LANCZOS, (left, top, right, bottom), reducing_gap=3)
    draw = ImageDraw.Draw(view)
    placed = [(region, [((x - left) * scale, (y - top) * scale) for x, y in region.polygon]) for region in reading.regions]
    for region, points in placed:
        draw.polygon(points, outline=LINE if region.attributes.legible else DIM, width=2 if size[1] > 120 else 1)
    _write(draw, [(_box(points), normalise(region.text) if region.attributes.legible else "") for region, points in placed], size)
    cell.paste(view, (0, CAPTION))
    whole = (right - left, bottom - top) == (reading.width, reading.height)
    caption = f"{reading.image_id[:10]} · {split}{'' if whole else ' · part'}"
    ImageDraw.Draw(cell).text((0, 3), _cut(caption, font, width - GAP), fill=INK, font=font)
    return cell


def _part(reading: Reading, width: int, height: int) -> tuple[float, float, float, float, float]:
    """Left, top, right and bottom of what is shown in a place of so many pixels, and the scale.

    All of the image, or where its lines would be too low to be read, what lies around the region in the middle of its
    reading.
    """
    scale = min(width / reading.width, height / reading.height)
    boxes = [_box(region.polygon) for region in reading.regions]
    if not boxes:
        return 0, 0, reading.width, reading.height, scale
    low = median(min(right - left, bottom - top) for left, top, right, bottom in boxes)
    scale = max(scale, min(READABLE / max(low, 1), 1))
    wide, tall = min(width / scale, reading.width), min(height / scale, reading.height)
    left, top, right, bottom = boxes[len(boxes) // 2]
    x = min(max((left + right - wide) / 2, 0), reading.width - wide)
    y = min(max((top + bottom - tall) / 2, 0), reading.height - tall)
    # A float's last digit must not lie outside.
    return x, y, min(x + wide, reading.width), min(y + tall, reading.height), scale


@cache
def hangul_font(size: int) -> ImageFont.FreeTypeFont:
    """NanumGothic, which comes with a package of ours: no machine need have a Korean font."""
    spec = importlib.util.find_spec("koreanize_matplotlib")
    folder = next(iter(spec.submodule_search_locations or [])) if spec else ""
    # Pillow's other layout engine is a library of the machine's, and so would the picture's bytes be.
    return ImageFont.truetype(Path(folder) / "fonts" / "NanumGothic.ttf", size, layout_engine=ImageFont.Layout.BASIC)


def _write(draw: ImageDraw.ImageDraw, regions: Sequence[tuple[Box, str]], size: tuple[int, int]) -> None:
    """Writes each text beside its region where that hides no other; dense pages keep their polygons only."""
    font = hangul_font(TEXT)
    written: list[Box] = []
    for number, (box, text) in enumerate(regions):
        if not text or not _shown(box, size):
            continue
        others = [*written, *(other for place, (other, _) in enumerate(regions) if place != number)]
        text = _cut(text, font, size[0] - 4)
        for x, y in _places(box, font.getlength(text), size[0]):
            label = (x - 1, y, x + font.getlength(text) + 1, y + TEXT + 3)
            if _inside(label, size) and not any(_overlap(label, other) for other in others):
                written.append(label)
                draw.rectangle(label, fill=BACK)
                draw.text((x, y), text, fill=LINE, font=font)
                break


def _places(box: Box, width: float, room: float) -> Iterator[tuple[float, float]]:
    """Where a text may stand, the best place first: above, below, right, left, and in a large region inside."""
    left, top, right, bottom = box
    across, middle = max(2, min(left, room - width - 2)), (top + bottom - TEXT) / 2 - 2
    yield from ((across, top - TEXT - 5), (across, bottom + 2), (right + 4, middle), (left - width - 4, middle))
    if bottom - top > 3 * TEXT:
        yield max(left, 0) + 4, max(top, 0) + 4


def _box(points: Iterable[Point]) -> Box:
    """Left, top, right, bottom."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _inside(box: Box, size: tuple[int, int]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _shown(box: Box, size: tuple[int, int]) -> bool:
    """Whether more than half of it is in the picture."""
    width, height = min(box[2], size[0]) - max(box[0], 0), min(box[3], size[1]) - max(box[1], 0)
    return width > 0 and height > 0 and 2 * width * height > (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _cut(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    text = "".join(char for char in text if char.isprintable())[:200]
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def plots(counts: Counts, splits: Sequence[str]) -> dict[str, bytes]:
    """Plots by file name, as SVG that stands on a ground of its own; those only that have something to show.

    Args:
        counts: of the release.
        splits: in the order in which they are drawn.
    """
    found = {}
    if counts.tally(Facet.ALL).regions:
        found[SLICES] = _slices(counts, splits)
        found[REGIONS] = _histograms([
            ("Images by number of regions", "", _steps(counts.regions_an_image, (0, 1, 2, 3, 5, 10, 20, 50, 100, 200))),
            ("Legible regions by number of characters", "",
             _steps(counts.characters_a_region, (1, 2, 3, 4, 6, 8, 12, 20, 40, 80)))])
    if agreements := counts.agreements():
        percent: Counter[int] = Counter()
        for thousandths, images in agreements.items():
            percent[thousandths * 100 // PRECISION] += images
        columns = _steps(percent, (0, 50, 60, 70, 80, 85, 90, 92, 94, 96, 98, 99, 100))
        found[AGREEMENT] = _histograms([("Images by agreement of their two readers, in %", agreement_line(agreements),
                                         [*columns[:-1], ("100", columns[-1][1])])])
    return found


def agreement_line(agreements: Mapping[int, int]) -> str:
    """Median and lowest tenth of agreements in thousandths, in words."""
    middle, tenth = quantile(agreements, 0.5) or 0, quantile(agreements, 0.1) or 0
    return f"median {100 * middle / PRECISION:.1f} %, lowest tenth up to {100 * tenth / PRECISION:.1f} %"


def _slices(counts: Counts, splits: Sequence[str]) -> bytes:
    """Bars: which share of each split's regions belongs to each slice."""
    wholes = {split: counts.tally(Facet.ALL, "", split).regions for split in splits}
    start, room, bar = 150, 470, 9
    parts, y, before = [], 56, ""
    for attribute, name in counts.slices():
        if attribute != before:
            parts.append(_text(16, y + 9, attribute, size=11, fill=DIM, weight="bold"))
            y, before = y + 18, attribute
        parts.append(_text(start - 8, y + (len(splits) * (bar + 2)) / 2 + 4, name, anchor="end"))
        for number, split in enumerate(splits):
            regions = counts.regions(split, name)
            share = regions / wholes[split] if wholes[split] else 0
            parts.append(_bar(start, y, room * share, bar, COLOURS[number % len(COLOURS)]))
            parts.append(_text(start + room * share + 6, y + 8, f"{100 * share:.1f} % · {regions:,}", size=10, fill=DIM))
            y += bar + 2
        y += 8
    key = [_bar(start + 110 * number, 34, 10, 10, COLOURS[number % len(COLOURS)]) +
           _text(start + 16 + 110 * number, 43, split) for number, split in enumerate(splits)]
    return _svg("Share of each split's regions by slice", Markup("").join([*key, *parts]), y + 8)


def _histograms(panels: Sequence[tuple[str, str, Sequence[tuple[str, int]]]]) -> bytes:
    """Columns beside each other: (title, note, [(label, count)]) of each panel."""
    width, height, bottom = (WIDTH - 32) / len(panels), 110, 175
    parts = []
    for number, (title, note, columns) in enumerate(panels):
        most, step = max((count for _, count in columns), default=0) or 1, (width - 24) / len(columns)
        left = 16 + number * width
        parts.append(_text(left, 24, title, weight="bold") + _text(left, 42, note, size=11, fill=DIM))
        parts.append(_bar(left, bottom, width - 27, 1, DIM))
        for place, (label, count) in enumerate(columns):
            x, tall = left + place * step, height * count / most
            parts.append(_bar(x, bottom - tall, step - 3, tall, COLOURS[0]))
            parts.append(_text(x + step / 2 - 1.5, bottom - tall - 4, f"{count:,}" if count else "", size=9, anchor="middle"))
            parts.append(_text(x + step / 2 - 1.5, bottom + 14, label, size=9, fill=DIM, anchor="middle"))
    return _svg(" · ".join(title for title, _, _ in panels), Markup("").join(parts), bottom + 26, titled=False)


def _steps(histogram: Mapping[int, int], starts: Sequence[int]) -> list[tuple[str, int]]:
    ends = [*starts[1:], None]
    labels = [f"{start}+" if end is None else str(start) if end == start + 1 else f"{start}–{end - 1}"
              for start, end in zip(starts, ends, strict=True)]
    return list(zip(labels, binned(histogram, starts), strict=True))


def _text(x: float, y: float, text: str, *, size: int = 12, fill: str = INK, anchor: str = "start",
          weight: str = "normal") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" font-size="{}" fill="{}" text-anchor="{}" font-weight="{}">{}</text>').format(
        x, y, size, fill, anchor, weight, text)


def _bar(x: float, y: float, width: float, height: float, fill: str) -> Markup:
    return Markup('<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" fill="{}"/>').format(x, y, width, height, fill)


def _svg(title: str, parts: Markup, height: float, titled: bool = True) -> bytes:
    """A picture with a light ground: the page around it may be dark, and an image cannot know."""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h:.0f}" width="{w}" height="{h:.0f}" role="img" '
        'font-family="{fonts}"><title>{title}</title><rect width="{w}" height="{h:.0f}" rx="8" fill="{back}"/>{head}{parts}'
        "</svg>\n"
    ).format(w=WIDTH, h=height, fonts=FONTS, title=title, back=BACK, parts=parts,
             head=_text(16, 22, title, weight="bold") if titled else "").encode()
