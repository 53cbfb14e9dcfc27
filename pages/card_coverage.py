"""Sections of a release's card on what its recipe asks of it: groups of test sets, named slices, crossings of attributes."""

from __future__ import annotations

from collections.abc import Iterable

from pages.card_facts import CardFacts
from pages.markdown import table
from schemas.recipes.slices import EVERYTHING_IS
from schemas.shown_text import in_markdown
from stages.export.counts import Facet
from stages.export.coverage import Covered, CrossingCovered, Enough, crossings_covered, slices_covered

MARKS = {Enough.EMPTY: "∅", Enough.THIN: "△", Enough.YES: ""}
"""What stands before the number of a cell."""


def specification(facts: CardFacts) -> list[str]:
    """The section; empty where the recipe asks for nothing of this kind."""
    parts = [*_asked(facts), *_named(facts), *_crossings(facts)]
    return ["## Beside its own specification", "What the recipe asks for, and what there is.", *parts] if parts else []


def _asked(facts: CardFacts) -> Iterable[str]:
    """Groups that splits were to have."""
    rows = [(f"`{item.split}`", "any" if item.slice == EVERYTHING_IS else f"`{item.slice}`",
             f"{item.wanted:,}", f"{'' if item.there >= item.wanted else f'{MARKS[Enough.THIN]} '}{item.there:,}", item.groups)
            for item in facts.asked]
    if rows:
        yield "### Groups that a split was to have"
        yield table(("split", "slice", "asked for", "has", "in all splits"), rows, left=2)
        yield ("A group is pictures that belong together; it was brought there before the shares counted. At most half of a "
               f"slice's groups are brought. {MARKS[Enough.THIN]} fewer than asked for.")


def _named(facts: CardFacts) -> Iterable[str]:
    """Named slices with their conditions, and the other slices that the recipe wants to have enough of."""
    splits = facts.splits
    if facts.named:
        yield "### Named slices"
        yield "Images with such a region · regions."
        rows = []
        for item in facts.named:
            tallies = [facts.counts.tally(Facet.SLICE, item.name, split) for split in (*splits, None)]
            rows.append((f"`{item.name}`", in_markdown(item.where), in_markdown(item.why),
                         *(f"{tally.images:,} · {tally.regions:,}" for tally in tallies)))
        yield table(("slice", "regions for which", "why", *(f"`{split}`" for split in splits), "all"), rows, left=3)
    few = [f"`{item.names[0]}` ({sum(item.regions):,})"
           for item in slices_covered(facts.recipe.coverage, facts.counts, splits) if item.enough is not Enough.YES]
    if few:
        yield f"Fewer than {facts.recipe.coverage.least:,} regions: {', '.join(few)}."


def _crossings(facts: CardFacts) -> Iterable[str]:
    for found in crossings_covered(facts.recipe.coverage, facts.counts, facts.splits):
        one, other = found.crossing
        columns = [cell.names[1] for cell in found.rows[0]]
        yield f"### {one} × {other}"
        yield (f"Regions in {' · '.join(f'`{split}`' for split in facts.splits)}. {MARKS[Enough.EMPTY]} empty; "
               f"{MARKS[Enough.THIN]} thin: fewer than {facts.recipe.coverage.least:,} in all.")
        yield table((one, *(f"`{name}`" for name in columns)),
                    [(f"`{row[0].names[0]}`", *map(shown, row)) for row in found.rows])
        yield in_words(found)


def shown(cell: Covered) -> str:
    """A cell of a crossing: its mark, and its regions in each split."""
    mark = MARKS[cell.enough]
    return mark if cell.enough is Enough.EMPTY else f"{mark} {' · '.join(f'{count:,}' for count in cell.regions)}".strip()


def in_words(found: CrossingCovered) -> str:
    """How many cells of a crossing are empty and thin, and which are thin."""
    total = sum(map(len, found.rows))
    empty = len(found.cells(Enough.EMPTY))
    thin = found.cells(Enough.THIN)
    if not empty and not thin:
        return f"All {total:,} cells have enough."
    which = ", ".join(f"{' × '.join(cell.names)} ({sum(cell.regions):,})" for cell in thin)
    return f"Of {total:,} cells {empty:,} are empty and {len(thin):,} are thin{f': {which}' if thin else ''}."
