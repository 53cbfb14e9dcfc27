"""The card of a release: README.md as Hugging Face reads it, and as people do. Same inputs, same bytes: no clock in it."""

from __future__ import annotations

from collections.abc import Mapping

from pages.card_counts import agreement, what_it_holds
from pages.card_coverage import specification
from pages.card_facts import CardFacts
from pages.card_front_matter import front_matter
from pages.card_limits import known_limits
from pages.card_sources import public_data_sets
from pages.card_strip import STRIP
from pages.markdown import picture, table
from saegim.manifest import as_size
from schemas.shown_text import in_markdown
from stages.export.counts import Facet
from stages.export.plan import REASONS

DIFF = "diff.html"
"""Stands for the diff's page among the card's pictures."""


def card(facts: CardFacts, pictures: Mapping[str, str]) -> str:
    """The text of README.md.

    Args:
        facts: what it tells.
        pictures: where a picture or the diff's page lies, relative to the card, by ``STRIP``, ``SLICES``, ``REGIONS``,
            ``AGREEMENT`` and ``DIFF``; what is not there is not shown.
    """
    sections = (_head(facts, pictures), _loading(facts), what_it_holds(facts, pictures), specification(facts),
                agreement(facts, pictures), _licence(facts), _left_out(facts), _splits(facts), _changes(facts, pictures),
                known_limits(facts))
    body = "\n\n".join(part for section in sections for part in section if part)
    return f"---\n{front_matter(facts)}---\n\n{body}\n"


def _head(facts: CardFacts, pictures: Mapping[str, str]) -> list[str]:
    whole = facts.counts.tally(Facet.ALL)
    sizes = [f"{kind.replace('_', ' ')} {as_size(sum(sizes))} in {len(sizes)} file{'s' * (len(sizes) != 1)}"
             for kind, sizes in facts.files.items() if sizes]
    lines = [
        f"**Holds** {whole.images:,} images, {whole.regions:,} regions, {whole.characters:,} characters",
        f"**Unit** one region is a {facts.recipe.unit}",
        f"**Made from** {f'`{facts.parent}`' if facts.parent else 'nothing: it is the first'}",
        f"**Made by** `{facts.code_version}`, from the accepted readings of "
        + ", ".join(f"`{name}`" for name in _readers(facts)),
        f"**Files** {', '.join(sizes) or 'none'}",
    ]
    return [f"# {facts.name}", in_markdown(facts.recipe.description), "\n".join(f"- {line}" for line in lines),
            picture(pictures, STRIP, f"Samples of {facts.name} with polygons and texts drawn; illegible regions are grey")]


def _readers(facts: CardFacts) -> list[str]:
    return [*facts.recipe.readings.annotation_configs, *(held.source for held in facts.sources)]


def _loading(facts: CardFacts) -> list[str]:
    split = facts.splits[0]
    others = [f"saegim datasets pull {facts.name} --format {name} --to DIR" for name in facts.recipe.formats]
    return ["## Load it", f'```python\nimport saegim\n\nrelease = saegim.load("{facts.name}", split="{split}")\n```',
            "Or bring its files to a folder, where pandas, Polars, DuckDB and `datasets` read them without Saegim:",
            "\n".join(["```sh", f"saegim datasets pull {facts.name} --to DIR", *others, "```"]),
            "One row is an image with its regions. A region has a polygon (pixels, clockwise from the reading start), its text "
            "(NFC) and its attributes. A region with `legible` false is a \"don't care\": leave it out of losses and metrics."]


def _licence(facts: CardFacts) -> list[str]:
    campaigns = facts.counts.names(Facet.CAMPAIGN)
    of = " of what was collected" if facts.sources else ""
    sent = (f"to the campaign {in_markdown(campaigns[0]) or '(none)'}" if len(campaigns) == 1
            else f"to {len(campaigns):,} campaigns")
    return ["## Licence and consent", f"Licence{of}: {in_markdown(facts.recipe.licence) or 'none is named'}",
            f"Consent: {in_markdown(facts.recipe.consent) or 'the recipe says nothing about it'}",
            (f"The photographs were sent {sent}; [By campaign](#by-campaign) counts them. " if campaigns else "")
            + "Ingest removed their metadata, places above all. Submitters and annotators stand in the rows under pseudonyms.",
            *public_data_sets(facts)]


def _left_out(facts: CardFacts) -> list[str]:
    total = sum(facts.left_out.values())
    if not total:
        return ["## What was left out", "Nothing: every accepted reading is in it."]
    rows = [(f"`{reason}`", in_markdown(REASONS.get(reason, "")), count)
            for reason, count in sorted(facts.left_out.items(), key=lambda item: (-item[1], item[0])) if count]
    return ["## What was left out",
            f"{total:,} accepted readings, or images of earlier releases; the release lists each of them.",
            table(("reason", "what it means", "how many"), rows, left=2)]


def _splits(facts: CardFacts) -> list[str]:
    recipe = facts.recipe
    leaks = facts.leaks
    together = ["near duplicates of one another"]
    if recipe.groups.by_submitter:
        together.append("all photographs of one submitter")
    elif recipe.groups.burst_minutes:
        together.append("one submitter's photographs, each taken at most "
                        f"{recipe.groups.burst_minutes:g} minutes after the one before")
    shares = ", ".join(f"`{name}` {100 * share:g} %" for name, share in recipe.splits.items())
    frozen = ", ".join(f"`{name}`" for name in facts.frozen)
    recall = ("what the gate itself misses was not measured" if leaks.recall is None else
              f"of {leaks.tried:,} known near duplicates the gate named {100 * leaks.recall:.1f} %")
    return [
        "## How the splits are made",
        f"Images that belong together are one group: {', and '.join(together)}. A new group's "
        f"name is hashed to a number, and the number falls into the share of a split: {shares}. So neither chance nor the order "
        "of arrival decides. An image keeps its split in every later release; a new image that would join groups of two splits "
        "is left out." + (" New images of a public data set go to the split that the data set has them in, where it has one: its "
                          "test images are never trained with." if facts.sources else ""),
        f"Counted in this release: {leaks.groups:,} groups of more than one photograph, of which {leaks.torn:,} stand in two "
        "splits.",
        f"Frozen: {frozen}. It takes nothing new in later releases, and what belongs with its images is left out."
        if frozen else "",
        "### Leaks",
        f"Ingest's gate for duplicates, loosened, compared the splits with each other: {leaks.candidates:,} candidate pairs, of "
        f"which {len(leaks.pairs):,} were verified as near duplicates in two splits and {leaks.apart:,} more were told apart by "
        f"a person (the recipe bears {recipe.gates.leaks:,}); {recall}. What an earlier release compared is compared with new "
        "images only.",
    ]


def _changes(facts: CardFacts, pictures: Mapping[str, str]) -> list[str]:
    if facts.parent is None:
        return ["## Changes", "This is the first release."]
    rows = [(in_markdown(label), count) for label, count in (facts.changes or {}).items()]
    page = f"[Before and after, with pictures]({pictures[DIFF]})" if DIFF in pictures else ""
    return [f"## Changes since {facts.parent}", table(("what", "how many"), rows) or "The two were not compared.", page]
