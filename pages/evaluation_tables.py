"""An evaluation in words: tables for a terminal, and in short for Prefect's page."""

from __future__ import annotations

from collections.abc import Sequence

from pages.demand_tables import demand_markdown
from pages.evaluation_explained import titled
from pages.evaluation_numbers import HEADLINES, interval, more_regions, value_of, weaknesses, with_interval
from pages.label_status_tables import percent
from pages.markdown import table
from pages.slice_words import FACETS, slice_words
from saegim.tables import Table
from schemas.evaluation import Evaluation, Figure, SliceFacet, SliceFigures
from schemas.shown_text import in_markdown, shortened, visible
from stages.evaluate.demand import demands
from stages.evaluate.figures import LEADING

MOST_SLICES = 16
"""Slices on a terminal; the page has all."""
SHORT_COLUMNS = (LEADING, "exact nospace", "recall")
"""Figures of a slice on a terminal."""
NAME = 40
"""Characters of a name on a terminal."""


def tables(evaluation: Evaluation) -> list[Table]:
    """The headline and the slices, the weakest of those that are large enough first; figures have their intervals beside them.

    Args:
        evaluation: what was found.
    """
    split = f", {evaluation.split}" if evaluation.split else ""
    title = f"{evaluation.reader.removeprefix('model:')} on {evaluation.release}{split}"
    note = f"{evaluation.images:,} images, {evaluation.overall.regions:,} regions, {evaluation.overall.groups:,} groups"
    figures = _headline(evaluation)
    rows = tuple((titled(figure).en, percent(figure.value), interval(figure), f"{figure.count:,}") for figure in figures)
    head = Table(_seen(title), ("figure", "value", "95 % interval", "counted on"), rows, 1, note)
    slices = _slices(evaluation)
    return [head, slices] if slices.rows else [head]


def markdown(evaluation: Evaluation) -> str:
    """The same in short, for Prefect's page: the figures, where the model is weak, what to know before trusting them.

    Args:
        evaluation: what was found.
    """
    parts = [f"## {in_markdown(evaluation.reader.removeprefix('model:'))} on {in_markdown(evaluation.release)}",
             *(f"> {in_markdown(notice.en)}" for notice in evaluation.notices)]
    rows = [(titled(figure).en, percent(figure.value), interval(figure), figure.count) for figure in _headline(evaluation)]
    parts.append(table(("figure", "value", "95 % interval", "counted on"), rows))
    weak = [(in_markdown(_name(item.of)), titled(worse.figure).en, with_interval(worse.figure), percent(worse.overall.value),
             item.of.regions) for item in weaknesses(evaluation) for worse in item.figures]
    if weak:
        parts += ["### Where it is weak", table(("slice", "figure", "value", "all regions", "regions"), weak, 2)]
    if asked := demand_markdown(demands(evaluation)):
        parts += ["### What to collect next", asked]
    return "\n\n".join(part for part in parts if part)


def _headline(evaluation: Evaluation) -> list[Figure]:
    return [figure for key in HEADLINES if (figure := evaluation.overall.figure(key))]


def _slices(evaluation: Evaluation) -> Table:
    told = [item for item in evaluation.slices[1:] if item.slice.facet not in (SliceFacet.SUBMITTER, SliceFacet.PAIR)
            and item.regions < evaluation.overall.regions]
    told.sort(key=_order)
    keys = [key for key in SHORT_COLUMNS if any(item.figure(key) for item in told)]
    more = len(evaluation.slices) - 1 - len(told[:MOST_SLICES])
    first, *rest = _headings(told, keys) or [""]
    return Table("By slice, %", ("slice", "regions", first, "its 95 % interval", *rest),
                 tuple(_row(item, keys) for item in told[:MOST_SLICES]), 1,
                 "The weakest first; last, those too small to tell, each with the regions that it lacks."
                 + (f" On the page are more slices: {more:,}." if more else ""))


def _headings(slices: Sequence[SliceFigures], keys: Sequence[str]) -> list[str]:
    found = {figure.key: figure for item in slices for figure in item.figures}
    return [titled(found[key]).en for key in keys]


def _row(item: SliceFigures, keys: Sequence[str]) -> tuple[str, ...]:
    lacking = f" (+{more_regions(item):,})" if more_regions(item) else ""
    first, *rest = [value_of(item.figure(key)) for key in keys] or [""]
    return _name(item), f"{item.regions:,}{lacking}", first, interval(item.figure(LEADING)), *rest


def _order(item: SliceFigures) -> tuple[bool, float, str]:
    figure = item.figure(LEADING)
    return item.regions_needed is not None, -((figure and figure.value) or 0.0), item.slice.name


def _name(item: SliceFigures) -> str:
    return _seen(f"{FACETS[item.slice.facet].en}: {slice_words(item.slice).en}")


def _seen(text: str) -> str:
    return visible(shortened(text, NAME)) if len(text) > NAME else visible(text)
