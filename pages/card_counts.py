"""Sections of a release's card that count: what it holds, and how far its readers agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pages.card_facts import CardFacts
from pages.card_plots import AGREEMENT, REGIONS, SLICES, agreement_line
from pages.markdown import picture, table
from schemas.reading import Condition, ImageKind
from schemas.shown_text import in_markdown
from stages.export.counts import Counts, Facet

LISTED = 40
"""How many campaigns are listed."""


def what_it_holds(facts: CardFacts, pictures: Mapping[str, str]) -> list[str]:
    """Paragraphs on how much a release holds: by split, slice, campaign, kind of picture and condition."""
    counts = facts.counts
    splits = facts.splits
    rows = []
    for split in splits:
        tally = counts.tally(Facet.ALL, "", split)
        rows.append((f"`{split}`", tally.images, tally.regions, tally.characters, len(counts.alphabet(split))))
    return [
        "## What it holds",
        table(("split", "images", "regions", "characters", "different characters"), rows),
        "Characters are those of legible regions, without spaces.",
        "### By slice", "Images with such a region · regions.",
        table(("attribute", "slice", *(f"`{split}`" for split in splits), "all"),
               [(attribute, f"`{name}`", *_cells(counts, Facet.SLICE, name, splits))
                for attribute, name in counts.slices()], left=2),
        picture(pictures, SLICES, "Share of each split's regions by slice"),
        *(["### By campaign", "Images · regions.", _campaigns(facts)] if counts.names(Facet.CAMPAIGN) else []),
        "### By kind of picture and condition", "Images · regions. A picture may be in several conditions, or in none.",
        table(("of the picture", "value", *(f"`{split}`" for split in splits), "all"),
               [(facet, f"`{name}`", *_cells(counts, facet, name, splits))
                for facet, values in ((Facet.IMAGE_KIND, ImageKind), (Facet.CONDITION, Condition))
                for name in map(str, values) if name in counts.names(facet)], left=2),
        picture(pictures, REGIONS, "Regions of an image and characters of a region"),
    ]


def _cells(counts: Counts, facet: Facet, name: str, splits: Sequence[str]) -> list[str]:
    tallies = [counts.tally(facet, name, split) for split in (*splits, None)]
    return [f"{tally.images:,} · {tally.regions:,}" for tally in tallies]


def _campaigns(facts: CardFacts) -> str:
    """The largest ones first."""
    counts = facts.counts
    splits = facts.splits
    names = sorted(counts.names(Facet.CAMPAIGN), key=lambda name: (-counts.tally(Facet.CAMPAIGN, name).images, name))
    rows = [(in_markdown(name) or "none", *_cells(counts, Facet.CAMPAIGN, name, splits)) for name in names[:LISTED]]
    largest = table(("campaign", *(f"`{split}`" for split in splits), "all"), rows)
    return largest + (f"\n\nand {len(names) - LISTED:,} smaller campaigns." if len(names) > LISTED else "")


def agreement(facts: CardFacts, pictures: Mapping[str, str]) -> list[str]:
    """Paragraphs on how far the readers of images that two people read agree."""
    counts = facts.counts
    read_twice = sum(counts.agreements().values())
    images = counts.tally(Facet.ALL).images
    if not read_twice:
        return ["## How far two people agree", "No image was read by two people: nothing is known of how far they agree."]
    rows = [(f"`{split}`", counts.images(split), sum(found.values()), agreement_line(found) if found else "")
            for split in facts.splits for found in [counts.agreements(split)]]
    least = facts.recipe.readings.least_agreement
    return [
        "## How far two people agree",
        f"Two people read {read_twice:,} of {images:,} images ({_percent(read_twice, images)}) without seeing each other's work: "
        f"{agreement_line(counts.agreements())}. Agreement is the lower of two figures: the share of regions that both have "
        "(harmonic mean), and the share of characters that are the same in them (1 − CER).",
        table(("split", "images", "read by two", "agreement"), rows),
        f"Images on which two people agree less than {100 * least:g} % are left out." if least else "",
        picture(pictures, AGREEMENT, "Images by agreement of their two readers"),
    ]


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
