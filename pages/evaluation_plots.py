"""Plots of an evaluation as SVG in the page, with its colours and in its language. Names come from people: all is escaped."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from pages.evaluation_explained import Words
from pages.evaluation_words import LABELS
from pages.label_status_tables import percent
from pages.slice_words import slice_words
from schemas.evaluation import Confidence, Figure, ReliabilityBin, SliceFacet, SliceFigures

ENDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
"""Where an axis may end."""
TICKS = 4
"""Spaces between the lines of a plot."""
WIDTH = 360
"""Of a plot, in its own units; about as many pixels."""
HEIGHT = 232
"""Of a plot."""
LEFT = 38
"""Of the ground, beside the numbers of the axis."""
RIGHT = 350
"""End of the ground."""
TOP = 12
"""Of the ground."""
BOTTOM = 178
"""Of the ground, above the names of the axis."""
DOT = 7
"""Largest radius of a bin's dot."""
SURE = 0.99
"""Share that has to be right of what goes unread."""


@dataclass(frozen=True, slots=True)
class Axes:
    """The ground of a plot, from 0 to these ends."""

    across: float
    up: float

    def x(self, value: float) -> float:
        """Place of a value across, never beyond the end."""
        return LEFT + (RIGHT - LEFT) * min(1.0, value / self.across)

    def y(self, value: float) -> float:
        """Place of a value upwards, never beyond the end."""
        return BOTTOM - (BOTTOM - TOP) * min(1.0, value / self.up)


def axis_end(values: Iterable[float]) -> float:
    """Where an axis that holds these values ends: 1 at most, for an error rate above it is cut and marked."""
    most = max(values, default=0.0)
    return next((end for end in ENDS if end >= most), 1.0)


def axis_of_slices(slices: Sequence[SliceFigures], key: str) -> float:
    """End of the axis of the bars of slices: those too small to tell may run over it, and do not press the others together."""
    told = [item for item in slices if item.regions_needed is None] or slices
    figures = [figure for item in told if (figure := item.figure(key))]
    return axis_end(end for figure in figures if (end := figure.high if figure.high is not None else figure.value) is not None)


def bar(figure: Figure | None, end: float, overall: float | None = None) -> Markup:
    """One bar, as wide as its place, with its interval; nothing where there is no value.

    Args:
        figure: what it shows.
        end: of the axis; what runs over it is cut and marked.
        overall: the figure of all regions, a dashed line.
    """
    if figure is None or figure.value is None:
        return Markup("")

    def at(value: float) -> str:
        return f"{100 * max(0.0, min(1.0, value / end)):.2f}"

    parts = [Markup('<rect class="track" width="100" height="12"/><rect class="bar" width="{}" height="12"/>').format(
        at(figure.value))]
    if figure.low is not None and figure.high is not None:
        parts.append(Markup('<path class="whisker" d="M{0} 6H{1}M{0} 2V10M{1} 2V10"/>').format(at(figure.low), at(figure.high)))
    if overall is not None:
        parts.append(Markup('<path class="overall" d="M{} -3V15"/>').format(at(overall)))
    if max(figure.value, figure.high or 0.0) > end:
        parts.append(Markup('<path class="cut" d="M94 -1l3 14h2l-3 -14z"/>'))
    return Markup('<svg class="inline" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">{}</svg>').format(
        Markup("").join(parts))


def heights(slices: Sequence[SliceFigures], key: str, overall: float | None) -> Markup:
    """A figure by text height: dots with intervals, the smallest letters first; nothing where no height is known."""
    bands = [(item, figure) for item in slices if item.slice.facet is SliceFacet.HEIGHT
             if (figure := item.figure(key)) and figure.value is not None]
    if not bands:
        return Markup("")
    axes = Axes(len(bands), axis_end([overall or 0.0, *(
        (figure.high if figure.high is not None else figure.value) or 0.0 for _, figure in bands)]))
    parts = [_ground(axes, lambda _: "", LABELS["height_axis"], Words("CER, %", "글자 오류율, %"))]
    if overall is not None:
        parts.append(Markup('<path class="overall" d="M{} {:.1f}H{}"/>').format(LEFT, axes.y(overall), RIGHT))
    for number, (item, figure) in enumerate(bands):
        x = axes.x(number + 0.5)
        few = item.regions_needed is not None
        parts.append(_band(x, figure, axes, few))
        parts.append(_text(x, BOTTOM + 14, _short(slice_words(item.slice))))
        parts.append(_text(x, BOTTOM + 27, Words(f"{item.regions:,}", f"{item.regions:,}"), "dim"))
    return _svg(LABELS["height_plot"], parts)


def reliability(confidence: Confidence) -> Markup:
    """Share that is right by score; a dot is the larger the more regions it stands for. Nothing where there is no score."""
    if not confidence.bins:
        return Markup("")
    axes = Axes(1.0, 1.0)
    most = max(item.regions for item in confidence.bins)
    line = " ".join(f"{axes.x(item.score):.1f},{axes.y(item.right):.1f}" for item in confidence.bins)
    parts = [_ground(axes, _plain, LABELS["axis_score"], LABELS["axis_right"]),
             Markup('<path class="overall" d="M{} {}L{} {}"/>').format(LEFT, BOTTOM, RIGHT, TOP),
             Markup('<polyline class="curve" points="{}"/>').format(line)]
    parts += [_bin(item, axes, most) for item in confidence.bins]
    return _svg(LABELS["reliability"], parts)


def coverage(confidence: Confidence) -> Markup:
    """Share that is wrong of the surest regions, with the place where 99 of 100 are right. Nothing where there is no score."""
    if not confidence.curve:
        return Markup("")
    axes = Axes(1.0, axis_end([2 * (1 - SURE), *(1 - point.right for point in confidence.curve)]))
    line = " ".join(f"{axes.x(point.coverage):.1f},{axes.y(1 - point.right):.1f}" for point in confidence.curve)
    parts = [_ground(axes, percent_tick, LABELS["axis_coverage"], LABELS["axis_wrong"])]
    risk = axes.y(1 - SURE)
    if confidence.unread:
        x = axes.x(confidence.unread)
        parts.append(Markup('<rect class="unread" x="{}" y="{}" width="{:.1f}" height="{}"/>').format(
            LEFT, TOP, x - LEFT, BOTTOM - TOP))
    parts.append(Markup('<path class="overall" d="M{} {:.1f}H{}"/>').format(LEFT, risk, RIGHT))
    parts.append(Markup('<polyline class="curve" points="{}"/>').format(line))
    if confidence.unread:
        parts.append(Markup('<circle class="mark" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(x, risk))
        end = "end" if x > (LEFT + RIGHT) / 2 else "start"
        share = percent(confidence.unread)
        parts.append(_text(x + (-8 if end == "end" else 8), risk - 8, Words(share, share), "strong", end))
    return _svg(LABELS["coverage"], parts)


def percent_tick(value: float) -> str:
    """A share as a number on an axis."""
    return f"{100 * value:g}"


def _plain(value: float) -> str:
    return f"{value:g}"


def _short(words: Words) -> Words:
    """The name of a band that fits below its dot."""
    return Words(words.en.removesuffix(" px").replace("below ", "< ").replace(" px and more", "+"),
                 words.ko.removesuffix(" px").replace(" px 미만", " 미만").replace(" px 이상", " 이상"))


def _band(x: float, figure: Figure, axes: Axes, few: bool) -> Markup:
    parts = [Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(x, axes.y(figure.value or 0.0))]
    if figure.low is not None and figure.high is not None:
        whisker = Markup('<path class="whisker" d="M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h10M{3:.1f} {2:.1f}h10"/>')
        parts.insert(0, whisker.format(x, axes.y(figure.low), axes.y(figure.high), x - 5))
    return Markup('<g class="{}">{}</g>').format("few" if few else "", Markup("").join(parts))


def _bin(item: ReliabilityBin, axes: Axes, most: int) -> Markup:
    dot = Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{:.2f}–{:.2f}: {}, {:,}</title></circle>')
    return dot.format(axes.x(item.score), axes.y(item.right), 2 + (DOT - 2) * math.sqrt(item.regions / most), item.low, item.high,
                      percent(item.right), item.regions)


def _ground(axes: Axes, across: Callable[[float], str], below: Words, beside: Words) -> Markup:
    """Lines, their numbers and what the axes are."""
    parts = []
    for step in range(TICKS + 1):
        up = axes.up * step / TICKS
        parts.append(Markup('<path class="line" d="M{} {:.1f}H{}"/>').format(LEFT, axes.y(up), RIGHT))
        parts.append(_text(LEFT - 5, axes.y(up) + 4, Words(percent_tick(up), percent_tick(up)), "dim", "end"))
        if tick := across(axes.across * step / TICKS):
            parts.append(_text(axes.x(axes.across * step / TICKS), BOTTOM + 14, Words(tick, tick), "dim"))
    parts.append(_text((LEFT + RIGHT) / 2, HEIGHT - 8, below, "dim"))
    upright = Markup('<g transform="translate(9 {}) rotate(-90)">{}</g>')
    parts.append(upright.format((TOP + BOTTOM) / 2, _text(0, 0, beside, "dim")))
    return Markup("").join(parts)


def _text(x: float, y: float, words: Words, kind: str = "", anchor: str = "middle") -> Markup:
    shown = Markup("{}").format(words.en) if words.en == words.ko else Markup(
        '<tspan class="en">{}</tspan><tspan class="ko">{}</tspan>').format(*words)
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(kind, x, y, anchor, shown)


def _svg(title: Words, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{} · {}">{}</svg>').format(
        WIDTH, HEIGHT, *title, Markup("").join(parts))
