"""The plots of a release's card, as SVG."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stages.export.counts import PRECISION, Counts, Facet, binned, quantile

SLICES = "slices.svg"
"""File name of a plot; on the card it stands for what the picture shows, as the next two do."""
REGIONS = "regions.svg"
AGREEMENT = "agreement.svg"

FONTS = "system-ui, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif"
COLOURS = ("#3b7ddd", "#e08214", "#1b8a6b", "#8e5bb5", "#b5485d", "#6b7280")
"""Of the splits, in their order."""
INK = "#1c2330"
BACK = "#ffffff"
DIM = "#667085"
WIDTH = 800
LEFT = 150
"""Where the bars begin."""
ROOM = 470
"""How long a bar of 100 % is."""
BAR = 9
TALLEST = 110
"""Of a column."""
BOTTOM = 175
"""Where the columns stand."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a histogram: what stands below it, and how much it counts."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class _Histogram:
    """A histogram: what stands above it, in large and small letters, and its columns."""

    title: str
    note: str
    columns: Sequence[_Column]


def plots(counts: Counts, splits: Sequence[str]) -> dict[str, bytes]:
    """Plots by file name, as SVG that stands on a ground of its own; those only that have something to show.

    Args:
        counts: of the release.
        splits: in the order in which they are drawn.
    """
    made = {}
    if counts.tally(Facet.ALL).regions:
        made[SLICES] = _slices(counts, splits)
        made[REGIONS] = _histograms([
            _Histogram("Images by number of regions", "",
                       _columns(counts.regions_an_image, (0, 1, 2, 3, 5, 10, 20, 50, 100, 200))),
            _Histogram("Legible regions by number of characters", "",
                       _columns(counts.characters_a_region, (1, 2, 3, 4, 6, 8, 12, 20, 40, 80)))])
    if agreements := counts.agreements():
        made[AGREEMENT] = _histograms([_Histogram("Images by agreement of their two readers, in %", agreement_line(agreements),
                                                  _in_percent(agreements))])
    return made


def agreement_line(agreements: Mapping[int, int]) -> str:
    """Median and lowest tenth of agreements in thousandths, in words."""
    middle = quantile(agreements, 0.5) or 0
    tenth = quantile(agreements, 0.1) or 0
    return f"median {100 * middle / PRECISION:.1f} %, lowest tenth up to {100 * tenth / PRECISION:.1f} %"


def _in_percent(agreements: Mapping[int, int]) -> list[_Column]:
    percent: Counter[int] = Counter()
    for thousandths, images in agreements.items():
        percent[thousandths * 100 // PRECISION] += images
    columns = _columns(percent, (0, 50, 60, 70, 80, 85, 90, 92, 94, 96, 98, 99, 100))
    return [*columns[:-1], _Column("100", columns[-1].count)]


def _columns(histogram: Mapping[int, int], starts: Sequence[int]) -> list[_Column]:
    """Columns from each start to before the next one; the last one has no end."""
    ends = [*starts[1:], None]
    labels = [f"{start}+" if end is None else str(start) if end == start + 1 else f"{start}–{end - 1}"
              for start, end in zip(starts, ends, strict=True)]
    return [_Column(label, count) for label, count in zip(labels, binned(histogram, starts), strict=True)]


def _slices(counts: Counts, splits: Sequence[str]) -> bytes:
    """Bars: which share of each split's regions belongs to each slice."""
    wholes = {split: counts.tally(Facet.ALL, "", split).regions for split in splits}
    parts: list[Markup] = []
    y = 56
    before = ""
    for attribute, name in counts.slices():
        if attribute != before:
            parts.append(_text(16, y + 9, attribute, size=11, fill=DIM, weight="bold"))
            y += 18
            before = attribute
        parts.append(_text(LEFT - 8, y + (len(splits) * (BAR + 2)) / 2 + 4, name, anchor="end"))
        for number, split in enumerate(splits):
            parts.append(_share(y, counts.regions(split, name), wholes[split], COLOURS[number % len(COLOURS)]))
            y += BAR + 2
        y += 8
    key = [_bar(LEFT + 110 * number, 34, 10, 10, COLOURS[number % len(COLOURS)]) +
           _text(LEFT + 16 + 110 * number, 43, split) for number, split in enumerate(splits)]
    return _svg("Share of each split's regions by slice", Markup("").join([*key, *parts]), y + 8)


def _share(y: float, regions: int, whole: int, colour: str) -> Markup:
    """A bar as long as the share of so many regions, with the figures behind it."""
    share = regions / whole if whole else 0
    return _bar(LEFT, y, ROOM * share, BAR, colour) + _text(
        LEFT + ROOM * share + 6, y + 8, f"{100 * share:.1f} % · {regions:,}", size=10, fill=DIM)


def _histograms(panels: Sequence[_Histogram]) -> bytes:
    """Histograms beside each other."""
    width = (WIDTH - 32) / len(panels)
    parts = [_histogram(panel, 16 + number * width, width) for number, panel in enumerate(panels)]
    return _svg(" · ".join(panel.title for panel in panels), Markup("").join(parts), BOTTOM + 26, titled=False)


def _histogram(panel: _Histogram, left: float, width: float) -> Markup:
    most = max((column.count for column in panel.columns), default=0) or 1
    step = (width - 24) / len(panel.columns)
    parts = [_text(left, 24, panel.title, weight="bold"), _text(left, 42, panel.note, size=11, fill=DIM),
             _bar(left, BOTTOM, width - 27, 1, DIM)]
    for place, column in enumerate(panel.columns):
        x = left + place * step
        tall = TALLEST * column.count / most
        parts.append(_bar(x, BOTTOM - tall, step - 3, tall, COLOURS[0]))
        figure = f"{column.count:,}" if column.count else ""
        parts.append(_text(x + step / 2 - 1.5, BOTTOM - tall - 4, figure, size=9, anchor="middle"))
        parts.append(_text(x + step / 2 - 1.5, BOTTOM + 14, column.label, size=9, fill=DIM, anchor="middle"))
    return Markup("").join(parts)


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
