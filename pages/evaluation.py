"""One self-contained HTML page of an evaluation. Texts come from strangers: everything is escaped."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape
from rapidfuzz.distance import Levenshtein

from pages.html import template
from schemas.reading import Polygon
from schemas.text import normalise
from stages.compare import Comparison
from stages.evaluate.metrics import ALL, Figures


@dataclass(frozen=True, slots=True)
class ComparedImage:
    """One image on the page. ``jpeg`` is a thumbnail; ``width`` and ``height`` are the canonical image's."""

    image_id: str
    width: int
    height: int
    jpeg: bytes
    comparison: Comparison


def render(release: str, reader: str, figures: Mapping[str, Figures], pages: Sequence[ComparedImage], images: int,
           notice: str = "") -> str:
    """The report as HTML.

    Args:
        release: its name.
        reader: the model that is judged.
        figures: by slice, with ``all``.
        pages: the images to show, worst first.
        images: how many images were compared.
        notice: what a reader must know before he trusts the figures.
    """
    slices = sorted((name for name in figures if name != ALL), key=lambda name: (-figures[name].truth, name))
    return _TEMPLATE.render(release=release, reader=reader, overall=figures[ALL], pages=pages, images=images, notice=notice,
                            slices=[(name, figures[name]) for name in slices])


def difference(truth: str, other: str) -> Markup:
    """The other text with its edits marked: inserted, deleted, replaced."""
    one = normalise(truth)
    two = normalise(other)
    out = Markup()
    for step in Levenshtein.opcodes(one, two):
        old = one[step.src_start:step.src_end]
        new = two[step.dest_start:step.dest_end]
        if step.tag == "equal":
            out += escape(new)
            continue
        if old:
            out += Markup("<del>{}</del>").format(old)
        if new:
            out += Markup("<ins>{}</ins>").format(new)
    return out


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def _points(polygon: Polygon) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in polygon)


_TEMPLATE = template("evaluation", {
    "percent": _percent, "points": _points, "difference": lambda match: difference(match.truth.text, match.other.text),
    "base64": lambda data: base64.b64encode(data).decode()})
