"""The part of a release's card on public data sets: what it holds of each, beside what was collected, and what each allows."""

from __future__ import annotations

from collections.abc import Sequence

from pages.card_facts import CardFacts
from pages.markdown import table
from saegim.tables import Table
from schemas.shown_text import in_markdown
from schemas.sources import Use
from stages.export.counts import Facet
from stages.export.source_uses import HeldSource

COLLECTED = "collected"
USES = {Use.TRAIN: "training", Use.EVALUATE: "evaluating", Use.REDISTRIBUTE: "giving its pictures on",
        Use.SHARE_LABELS: "giving its labels on"}
"""What a source allows, in words."""


def public_data_sets(facts: CardFacts) -> list[str]:
    """Paragraphs on where the rows come from and under which licences; nothing where all was collected."""
    if not facts.sources:
        return []
    splits = facts.splits
    rows = [(COLLECTED, in_markdown(facts.recipe.licence), "see its licence", *_cells(facts, "", splits))] * bool(
        facts.counts.tally(Facet.SOURCE).images)
    rows += [(f"`{held.source}`", in_markdown("; ".join(held.licences)) or "none is known", said_uses(held.allows),
              *_cells(facts, held.source, splits)) for held in facts.sources]
    return ["### Public data sets",
            "Images · regions. The release is made for "
            f"{said_uses(facts.recipe.allows)}; nothing is in it that its data set forbids to be used so.",
            table(("from", "licence", "allows", *(f"`{split}`" for split in splits), "all"), rows, left=3),
            "Each row says in `source`, `source_name`, `source_sha256`, `licence` and `allows` where it comes from; what was "
            "collected has nothing there."]


def said_uses(uses: Sequence[Use]) -> str:
    """Uses in words."""
    return ", ".join(USES[use] for use in Use if use in uses) or "nothing"


def sources_table(title: str, sources: Sequence[HeldSource]) -> Table:
    """What a release holds of public data sets, for a terminal."""
    return Table(title, ("public data set", "licence", "allows", "images", "regions"), tuple(
        (held.source, "; ".join(held.licences), ", ".join(held.allows), f"{held.images:,}", f"{held.regions:,}")
        for held in sources), left=3)


def _cells(facts: CardFacts, source: str, splits: Sequence[str]) -> list[str]:
    tallies = [facts.counts.tally(Facet.SOURCE, source, split) for split in (*splits, None)]
    return [f"{tally.images:,} · {tally.regions:,}" for tally in tallies]
