"""The section of a release's card on its limits: what the data show that an engineer could otherwise be misled by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from pages.card_facts import CardFacts
from schemas.shown_text import inside_markdown
from stages.export.counts import VOCABULARY, Facet

FEW = 20
"""Regions of a slice in a split below which a figure about them says little."""
LISTED = 40
"""How many characters are listed."""


def known_limits(facts: CardFacts) -> list[str]:
    """What the data show that an engineer could otherwise be misled by."""
    return ["## Known limits", "\n".join(f"- {line}" for line in [*_thin(facts), *_unseen(facts), *_unsure(facts)]) or
            f"None that counting shows: every slice that occurs has at least {FEW} regions in every split."]


def _thin(facts: CardFacts) -> Iterable[str]:
    counts = facts.counts
    full = []
    for split in facts.splits:
        if counts.images(split):
            full.append(split)
        else:
            yield f"`{split}` has no image."
    for split in full:
        regions = {name: counts.regions(split, name) for _, name in counts.slices()}
        if missing := [f"`{name}`" for name, count in regions.items() if not count]:
            yield f"`{split}` has no region of {_listed(missing)}: nothing of that kind is learnt or measured there."
        if few := [f"`{name}` ({count})" for name, count in regions.items() if 0 < count < FEW]:
            yield f"`{split}` has fewer than {FEW} regions of {_listed(few)}: figures about them say little."
    found = counts.names(Facet.SLICE)
    if absent := [f"`{value}`" for values in VOCABULARY.values() for value in values if value not in found]:
        yield f"No split has a region of {_listed(absent)}."


def _unseen(facts: CardFacts) -> Iterable[str]:
    """Characters that a model cannot have learnt."""
    train = max(facts.recipe.splits, key=lambda name: facts.recipe.splits[name])
    known = facts.counts.alphabet(train)
    for split in facts.splits:
        own = facts.counts.alphabet(split)
        if split == train or not known or not (unseen := sorted(own - known)):
            continue
        # A combining mark alone would sit on its neighbour.
        shown = [char for char in unseen if char.isprintable() and not unicodedata.category(char).startswith("M")][:LISTED]
        yield (f"{len(unseen):,} of the {len(own):,} different characters of `{split}` do not occur in `{train}`: "
               f"{' '.join(map(inside_markdown, shown))}{' …' if len(unseen) > len(shown) else ''}")


def _unsure(facts: CardFacts) -> Iterable[str]:
    images = facts.counts.tally(Facet.ALL).images
    collected = facts.counts.tally(Facet.SOURCE).images
    read_twice = sum(facts.counts.agreements().values())
    if read_twice < collected:
        yield (f"{collected - read_twice:,} of {collected:,} {'collected ' if collected < images else ''}images were read by one "
               "person only.")
    if collected < images:
        yield (f"{images - collected:,} of {images:,} images come from public data sets: what their labels are worth was not "
               "measured.")
    if facts.leaks.torn:
        yield f"{facts.leaks.torn:,} groups of images that belong together stand in two splits."
    if facts.leaks.pairs:
        yield f"{len(facts.leaks.pairs):,} pairs of near duplicates stand in two splits."
    if facts.leaks.waiting:
        yield f"{facts.leaks.waiting:,} images were not in the index of duplicates: leaks of theirs were not looked for."
    if facts.leaks.recall is None:
        yield "What the search for leaks misses was not measured."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
