"""The page of a trace: sentences whose ids are links, and the outlines of regions on their picture."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from pages.evaluation_explained import Words
from pages.trace_words import Sentence, is_right, sentences_of
from schemas.trace import TracedRegion, TraceEvent, TraceStep

LINKED = ("submission", "image", "reading", "other")
"""Facts of events that are beginnings of ids, each of which can be traced itself."""
MOST_OUTLINES = 400


def linked_words(event: TraceEvent, here: str, linked: bool = True) -> Words:
    """The sentence of an event as HTML: what strangers wrote is escaped.

    Args:
        event: the event.
        here: the page's address, without its query.
        linked: whether ids become links.
    """
    facts = _linked(event, here) if linked else event.facts
    english, korean = sentences_of(event)
    return Words(_said(english, facts), _said(korean, facts))


def outlines(regions: tuple[TracedRegion, ...], width: int) -> Markup:
    """Polygons and their numbers, as parts of an SVG whose unit is a pixel of the picture.

    Args:
        regions: numbered from 1 on, as in the list beside the picture.
        width: of the picture, in pixels: how large the numbers are.
    """
    parts = []
    for number, region in enumerate(regions[:MOST_OUTLINES], 1):
        points = " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in region.polygon)
        kind = "asked" if region.asked else "plain" if all(map(is_right, region.fates)) else "wrong"
        text = region.texts[-1].text if region.texts else ""
        x, y = region.polygon[0]
        parts.append(Markup('<g class="{}"><title>{}. {}</title><polygon points="{}"/><text x="{:g}" y="{:g}" font-size="{:g}">'
                            "{}</text></g>").format(kind, number, text, points, x, y, max(10, width / 50), number))
    return Markup("").join(parts)


def _said(sentence: Sentence, facts: Mapping[str, str]) -> Markup:
    told = {**facts, **({"why": sentence.why} if sentence.why else {})}
    return Markup(sentence.text).format(**told).rstrip(" :")  # noqa: S704  the sentence is ours; what is put in is escaped


def _linked(event: TraceEvent, here: str) -> Mapping[str, str]:
    names = {name: value for name, value in event.facts.items() if name in LINKED and value}
    if event.step in (TraceStep.PUSHED, TraceStep.ANSWERED, TraceStep.SKIPPED, TraceStep.NOT_TAKEN):
        names["task"] = f"{event.facts['project']}/{event.facts['task']}"
    return {**event.facts, **{name: Markup('<a href="{}?thing={}">{}</a>').format(here, value, event.facts[name])
                              for name, value in names.items()}}

