"""The report of an evaluation as one self-contained HTML page without scripts. Texts come from strangers: all is escaped."""

from __future__ import annotations

import base64
import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Template
from markupsafe import Markup, escape

from pages import evaluation_numbers as numbers
from pages.diff_texts import cut_to, marked
from pages.evaluation_drawing import overlay, wrong_regions
from pages.evaluation_explained import FIGURES, NORMALISATIONS, Words, titled
from pages.evaluation_facts import (
    MOST_IMAGES,
    MOST_REGIONS,
    MOST_SUSPECTS,
    DrawnAs,
    DrawnImage,
    EvaluationPage,
    ShownDemand,
)
from pages.evaluation_plots import axis_of_slices, bar, coverage, heights, percent_tick, reliability
from pages.evaluation_words import LABELS, REASONS, SUSPICIONS
from pages.html import template
from pages.label_status_tables import percent
from pages.slice_words import FACETS, SCRIPTS, STAGES, VALUES, slice_words
from schemas.evaluation import Evaluation, SliceFacet, SliceFigures
from schemas.reading import Direction, Kind, Writing
from schemas.shown_text import shortened, visible
from schemas.text import normalise
from stages.diff.texts import pieces
from stages.evaluate.figures import LEADING

TEXT = 120
"""Characters of a text beside its picture, about."""
USUAL = (Kind.TEXT, Direction.HORIZONTAL, Writing.PRINTED)
"""Slices that most regions belong to: they are not told beside a region."""
FOLDED = 12
"""A facet with more slices is folded."""
MOST_ROWS = 100
"""Slices of one facet on the page; the files beside it have all."""
REGIONS_OPEN = 12
"""Worst regions that are not folded."""
SUSPECTS_OPEN = 8
"""Suspected labels that are not folded."""
IMAGES_OPEN = 12
"""Worst images that are not folded."""
MOST_SCRIPTS = 12
"""Scripts in texts of one language on the page, those with most wrong letters."""
MOST_CONFUSIONS = 42
"""Letters taken for others on the page."""
DAY = 24
"""Hours."""
RECOGNITION = ("exact", "exact-macro", "similarity", "similarity-micro", "cer", "cer-macro", "wer", "wer-macro")
"""Figures of matched texts: the rows of a table whose columns are the normalisations."""
REST = ("read-right exact", "read-right nospace", "e2e exact", "e2e nospace", "page-cer nospace", "page-cer-unordered nospace",
        "checked")
"""Keys of the figures of the third table."""


SHORT = {"hmean": Words("H-mean", "검출 조화평균"), "read-right": Words("Found, right", "찾고 맞음"),
         "checked": Words("Check boxes", "체크박스")}
"""Names of figures in the narrow columns of the table of slices, where the full ones have no room."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How detection is judged: its name, and the keys of its recall, precision and h-mean, empty where it has none."""

    title: Words
    recall: str
    precision: str
    hmean: str


PROTOCOLS = (
    Protocol(Words("ICDAR 2015: IoU .5, best overlap first", "ICDAR 2015: IoU .5, 겹침 순"), "recall", "precision", "hmean"),
    Protocol(Words("the same, optimal pairing", "같되 최적 짝짓기"), "", "", "hmean-optimal"),
    Protocol(Words("the same, mean of IoU .5 to .95", "같되 IoU .5–.95 평균"), "", "", "hmean-50-95"),
    Protocol(Words("DetEval", "DetEval"), "deteval-recall", "deteval-precision", "deteval-hmean"),
    Protocol(Words("CLEval, letters found", "CLEval, 찾은 글자"), "cleval-recall", "cleval-precision", "cleval-hmean"),
    Protocol(Words("CLEval, letters found and read", "CLEval, 찾고 읽은 글자"), "cleval-e2e-recall", "cleval-e2e-precision",
             "cleval-e2e-hmean"),
)


def render(page: EvaluationPage) -> str:
    """The page, in English and Korean at once: the reader switches, and no script runs.

    Args:
        page: what it shows.
    """
    evaluation = page.evaluation
    slices = evaluation.slices[1:]
    overall = evaluation.overall.figure(LEADING)
    same = [item for item in slices if item.regions == evaluation.overall.regions]
    facets = numbers.by_facet([item for item in slices if item not in same])
    axis = axis_of_slices(evaluation.slices, LEADING)
    plots = (heights(slices, LEADING, overall.value if overall else None), reliability(evaluation.confidence),
             coverage(evaluation.confidence))
    return _template().render(
        page=page, evaluation=evaluation, overall=overall, slices=slices, same=same,
        headlines=_there(evaluation, numbers.HEADLINES),
        open_facets={facet: items for facet, items in facets.items() if len(items) <= FOLDED},
        folded_facets={facet: items for facet, items in facets.items() if len(items) > FOLDED},
        columns=[key for key in numbers.COLUMNS if any(item.figure(key) for item in evaluation.slices)],
        axis=axis, axis_words=f"{percent_tick(axis)} %", leading=LEADING, most_rows=MOST_ROWS,
        weak=numbers.weaknesses(evaluation), scripts=numbers.weak_scripts(evaluation),
        elsewhere=numbers.worse_elsewhere(evaluation), garbled=evaluation.garbled, least_letters=numbers.LEAST_LETTERS,
        all_letters=numbers.wrong_share(evaluation.letters), letters=evaluation.letters[:MOST_SCRIPTS],
        spaces=numbers.blame(evaluation, "cer width", "cer nospace"),
        punctuation=numbers.blame(evaluation, "cer nospace", "cer nopunct"),
        height_plot=plots[0], reliability_plot=plots[1], coverage_plot=plots[2], shown=_shown(page, plots),
        faults=_faults(evaluation), notices=[Words(notice.en, notice.ko) for notice in evaluation.notices],
        confusions=evaluation.confusions[:MOST_CONFUSIONS], worst=page.worst[:MOST_REGIONS],
        suspects=page.suspects[:MOST_SUSPECTS], images=page.pages[:MOST_IMAGES], states=list(DrawnAs), regions_open=REGIONS_OPEN,
        suspects_open=SUSPECTS_OPEN, images_open=IMAGES_OPEN,
        normalisations=[how for how in NORMALISATIONS if how in {figure.normalisation for figure in evaluation.overall.figures}],
        recognition=[name for name in RECOGNITION if name in {figure.name for figure in evaluation.overall.figures}],
        protocols=[item for item in PROTOCOLS if _there(evaluation, (item.recall, item.precision, item.hmean))],
        rest=_there(evaluation, REST), explained=_explained(evaluation),
        figures_explained=FIGURES, normalisations_explained=NORMALISATIONS, suspicions=SUSPICIONS, labels=LABELS, usual=USUAL,
        longest=max((item.p90 or item.median or 0.0 for item in page.times), default=0.0))


def say(key: str, **values: object) -> Markup:
    """A label of the page in both languages, with values put into its braces."""
    words = LABELS[key]
    return both(Words(*(escape(text).format(**values) for text in words)))


def both(words: Words) -> Markup:
    """Words in both languages, of which the page shows one; a name that is the same in both stands once."""
    if words.en == words.ko:
        return Markup("<bdi>{}</bdi>").format(_seen(words.en))
    return Markup('<span class="en" lang="en">{}</span><span class="ko" lang="ko">{}</span>').format(*map(_seen, words))


def difference(truth: str, read: str) -> Markup:
    """What was read, with what is lacking and what stands there too much marked."""
    return marked(cut_to(pieces(normalise(truth), normalise(read)), TEXT))


def heading(key: str) -> Markup:
    """A column's heading: the figure, its normalisation and which way is better."""
    name, _, how = key.partition(" ")
    title = SHORT.get(name) or (FIGURES[name].title if name in FIGURES else Words(name, name))
    below = NORMALISATIONS[how].title if how in NORMALISATIONS else Words(how, how)
    link = Markup('<a class="why" href="#f-{}">{}</a> {}<small>{}</small>')
    return link.format(name, both(title), arrow(key), both(below))


def arrow(key: str) -> Markup:
    """Which way a figure is better."""
    lower = numbers.lower_is_better(key)
    words = LABELS["lower" if lower else "higher"]
    return Markup('<abbr title="{} · {}">{}</abbr>').format(*words, "↓" if lower else "↑")


def hours(value: float | None) -> Markup:
    """A time in hours, from two days on in days."""
    if value is None:
        return Markup("–")
    return say("days", value=f"{value / DAY:.1f}") if value >= 2 * DAY else say("hours", value=f"{value:.1f}")


def demand_reason(shown: ShownDemand) -> Markup:
    """Why a slice is wanted, in both languages."""
    demand = shown.demand
    value = percent(demand.figure) + (f" ± {numbers.number(demand.half_width)}" if demand.half_width is not None else "")
    name, _, how = LEADING.partition(" ")
    figure = [f"{FIGURES[name].title[place]} ({NORMALISATIONS[how].title[place]})" for place in (0, 1)]
    words = REASONS[demand.reason]
    return both(Words(*(text.format(figure=figure[place], value=value, n=demand.regions) for place, text in enumerate(words))))


def _there(evaluation: Evaluation, keys: Sequence[str]) -> list[str]:
    return [key for key in keys if evaluation.overall.figure(key)]


def _shown(page: EvaluationPage, plots: Sequence[Markup]) -> dict[str, bool]:
    """Which chapters have something to show."""
    evaluation = page.evaluation
    return {"slices": len(evaluation.slices) > 1, "plots": any(plots),
            "confusions": bool(evaluation.confusions or evaluation.letters),
            "worst": bool(page.worst), "suspects": bool(page.suspects), "pages": bool(page.pages),
            "figures": bool(evaluation.overall.figures), "demand": bool(page.demand), "times": bool(page.times), "how": True}


def _faults(evaluation: Evaluation) -> dict[str, int]:
    """Kinds of faults that there are."""
    faults = evaluation.faults
    counts = {"crossing": faults.crossing, "not_finite": faults.not_finite, "unknown_characters": faults.unknown_characters,
              "unread_images": faults.unread_images}
    return {name: count for name, count in counts.items() if count}


def _letter(text: str) -> str:
    """A letter as it is told in a confusion: a space and nothing have a sign."""
    return visible(text, spaces=True) or "∅"


def _value(name: str) -> Words:
    return VALUES.get(name, Words(name, name))


def _script(name: str) -> Words:
    return SCRIPTS.get(name, Words(name, name))


def _explained(evaluation: Evaluation) -> list[str]:
    """Names of the figures that some slice has, in the order in which they are explained."""
    there = {figure.name for item in evaluation.slices for figure in item.figures}
    return [name for name in FIGURES if name in there]


def _seen(text: str) -> Markup:
    return text if isinstance(text, Markup) else escape(visible(text))


def _cleaned(text: str, most: int = TEXT) -> str:
    return visible(shortened(text, most))


def _facet(facet: SliceFacet) -> Words:
    return FACETS[facet]


def _slice(item: SliceFigures) -> Words:
    return slice_words(item.slice)


def _stage(name: str) -> Words:
    return STAGES.get(name, Words(name, name))


def _counts(image: DrawnImage) -> dict[DrawnAs, int]:
    counted = Counter(region.drawn_as for region in image.regions)
    return {state: counted[state] for state in DrawnAs if counted[state]}


def _link(url: str) -> bool:
    """Whether a place can be opened by a browser: nothing else becomes a link."""
    return url.startswith(("https://", "http://"))


@functools.cache
def _template() -> Template:
    # Compiled where a page is drawn: it takes up to 0.2 s, and each command imports this module.
    return template("evaluation_report", filters={
        "base64": lambda data: base64.b64encode(data).decode(), "both": both, "seen": _cleaned, "percent": percent,
        "value": numbers.value_of, "interval": numbers.interval, "with_interval": numbers.with_interval,
        "more": numbers.more_regions, "facet": _facet, "slice": _slice, "stage": _stage, "hours": hours, "counts": _counts,
        "link": _link, "wrong": wrong_regions, "demand_reason": demand_reason, "titled": titled,
        "letter": _letter, "value_words": _value, "script": _script, "number": numbers.number},
        functions={"say": say, "bar": bar, "heading": heading, "arrow": arrow, "difference": difference, "overlay": overlay,
                   "slice_words": slice_words})
