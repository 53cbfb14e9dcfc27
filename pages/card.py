"""The card of a release: README.md as Hugging Face reads it, and as people do. Same inputs, same bytes: no clock in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from pages.card_pictures import AGREEMENT, REGIONS, SLICES, STRIP, agreement_line
from schemas.reading import Condition, ImageKind
from schemas.recipes.dataset import Dataset
from stages.export.counts import VOCABULARY, Counts, Facet
from stages.export.leaks import LeakReport
from stages.export.plan import REASONS

DIFF = "diff.html"
FEW = 20
"""Regions of a slice in a split below which a figure about them says little."""
LISTED = 40
"""How many campaigns and characters are listed."""
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")

LICENCES = """
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0
artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0
cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0 etalab-2.0
eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl osl-3.0 postgresql
ofl-1.1 ncsa unlicense zlib pddl lgpl-lr unknown"""
"""What Hugging Face takes as ``license``; https://huggingface.co/docs/hub/repositories-licenses."""
SPDX = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl"}
"""SPDX identifiers that it spells otherwise."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card tells.

    Attributes:
        name: of the release, ``scene-text@7``.
        parent: the release that it was made from; None for the first.
        recipe: of the dataset.
        code_version: that made it.
        counts: of its samples.
        left_out: how much was left out, by reason.
        leaks: of its leak report.
        changes: totals of the diff against the parent, by what they count; None where there is no diff.
        files: sizes of its files in bytes, by kind of file.
        frozen: splits that take nothing new after it.
    """

    name: str
    parent: str | None
    recipe: Dataset
    code_version: str
    counts: Counts
    left_out: Mapping[str, int]
    leaks: LeakReport
    changes: Mapping[str, int] | None
    files: Mapping[str, Sequence[int]]
    frozen: Sequence[str] = ()

    @property
    def splits(self) -> list[str]:
        """In the order of the recipe; a split that it does not name any more stands last."""
        return self.counts.splits(self.recipe.splits)


def card(facts: Card, pictures: Mapping[str, str]) -> str:
    """The text of README.md.

    Args:
        facts: what it tells.
        pictures: where a picture or the diff's page lies, relative to the card, by ``STRIP``, ``SLICES``, ``REGIONS``,
            ``AGREEMENT`` and ``DIFF``; what is not there is not shown.
    """
    sections = (_head(facts, pictures), _loading(facts), _counts(facts, pictures), _agreement(facts, pictures), _licence(facts),
                _left_out(facts), _splits(facts), _changes(facts, pictures), _limits(facts))
    body = "\n\n".join(part for section in sections for part in section if part)
    return f"---\n{front_matter(facts)}---\n\n{body}\n"


def front_matter(facts: Card) -> str:
    """The YAML that Hugging Face reads."""
    found = {name for name in ("ko", "en") if any(facts.counts.tally(Facet.SLICE, other).regions for other in (name, "mixed"))}
    images = facts.counts.tally(Facet.ALL).images
    values = {
        **licence(facts.recipe.licence, facts.recipe.name),
        "language": sorted(found, reverse=True),
        "task_categories": ["image-to-text"],
        "tags": ["ocr", "text-detection", "text-recognition", f"{facts.recipe.unit}-level", "saegim"],
        "size_categories": [SIZES[min(max(len(str(images)) - 3, 0), len(SIZES) - 1)]],
        "pretty_name": facts.recipe.name.replace("-", " ").capitalize(),
    }
    return yaml.safe_dump({name: value for name, value in values.items() if value}, allow_unicode=True, sort_keys=False)


def licence(text: str, dataset: str) -> dict[str, str]:
    """A recipe's licence as Hugging Face wants it: one of its identifiers, or ``other`` with a name of its own."""
    spdx = text.strip().lower()
    if (known := SPDX.get(spdx, spdx)) in LICENCES.split():
        return {"license": known}
    name = re.sub(r"[^a-z0-9.]+", "-", spdx)[:60].strip("-.")
    return {"license": "other", "license_name": name or f"{dataset}-licence"}


def plain(text: str) -> str:
    """A stranger's text as Markdown that shows it letter by letter, on one line, in a paragraph or a table.

    What nobody sees and what turns the writing direction is left out.
    """
    # At the start of a line these make a list, a heading or a rule.
    return re.sub(r"^(\d*)([-+=:.)])", r"\1\\\2", _escaped(text))


def _escaped(text: str) -> str:
    seen = (char for char in text if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    shown = " ".join("".join(seen).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~$#!])", r"\\\1", shown)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str | int]], left: int = 1) -> str:
    """A table; cells are Markdown already, numbers and what stands right of the first ``left`` columns is flush right."""
    lines = ["| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row) + " |" for row in rows]
    if not lines:
        return ""
    marks = ["---" if number < left else "---:" for number in range(len(headings))]
    return "\n".join(["| " + " | ".join(headings) + " |", "| " + " | ".join(marks) + " |", *lines])


def _picture(pictures: Mapping[str, str], name: str, text: str) -> str:
    return f"![{text}]({pictures[name]})" if name in pictures else ""


def _head(facts: Card, pictures: Mapping[str, str]) -> list[str]:
    whole = facts.counts.tally(Facet.ALL)
    sizes = [f"{kind.replace('_', ' ')} {_size(sum(sizes))} in {len(sizes)} file{'s' * (len(sizes) != 1)}"
             for kind, sizes in facts.files.items() if sizes]
    lines = [
        f"**Holds** {whole.images:,} images, {whole.regions:,} regions, {whole.characters:,} characters",
        f"**Unit** one region is a {facts.recipe.unit}",
        f"**Made from** {f'`{facts.parent}`' if facts.parent else 'nothing: it is the first'}",
        f"**Made by** `{facts.code_version}`, from the accepted readings of "
        + ", ".join(f"`{name}`" for name in facts.recipe.readings.annotation_configs),
        f"**Files** {', '.join(sizes) or 'none'}",
    ]
    return [f"# {facts.name}", plain(facts.recipe.description), "\n".join(f"- {line}" for line in lines),
            _picture(pictures, STRIP, f"Samples of {facts.name} with polygons and texts drawn; illegible regions are grey")]


def _loading(facts: Card) -> list[str]:
    split = facts.splits[0]
    others = [f"saegim datasets pull {facts.name} --format {name} --to DIR" for name in facts.recipe.formats]
    return ["## Load it", f'```python\nimport saegim\n\nrelease = saegim.load("{facts.name}", split="{split}")\n```',
            "Or bring its files to a folder, where pandas, Polars, DuckDB and `datasets` read them without Saegim:",
            "\n".join(["```sh", f"saegim datasets pull {facts.name} --to DIR", *others, "```"]),
            "One row is an image with its regions. A region has a polygon (pixels, clockwise from the reading start), its text "
            "(NFC) and its attributes. A region with `legible` false is a \"don't care\": leave it out of losses and metrics."]


def _counts(facts: Card, pictures: Mapping[str, str]) -> list[str]:
    counts, splits = facts.counts, facts.splits
    rows = []
    for split in splits:
        tally = counts.tally(Facet.ALL, "", split)
        rows.append((f"`{split}`", tally.images, tally.regions, tally.characters, len(counts.alphabet(split))))
    return [
        "## What it holds",
        _table(("split", "images", "regions", "characters", "different characters"), rows),
        "Characters are those of legible regions, without spaces.",
        "### By slice", "Images with such a region · regions.",
        _table(("attribute", "slice", *(f"`{split}`" for split in splits), "all"),
               [(attribute, f"`{name}`", *_cells(counts, Facet.SLICE, name, splits))
                for attribute, name in counts.slices()], left=2),
        _picture(pictures, SLICES, "Share of each split's regions by slice"),
        "### By campaign", "Images · regions.", _campaigns(facts),
        "### By kind of picture and condition", "Images · regions. A picture may be in several conditions, or in none.",
        _table(("of the picture", "value", *(f"`{split}`" for split in splits), "all"),
               [(facet, f"`{name}`", *_cells(counts, facet, name, splits))
                for facet, values in ((Facet.IMAGE_KIND, ImageKind), (Facet.CONDITION, Condition))
                for name in map(str, values) if name in counts.names(facet)], left=2),
        _picture(pictures, REGIONS, "Regions of an image and characters of a region"),
    ]


def _cells(counts: Counts, facet: Facet, name: str, splits: Sequence[str]) -> list[str]:
    tallies = [counts.tally(facet, name, split) for split in (*splits, None)]
    return [f"{tally.images:,} · {tally.regions:,}" for tally in tallies]


def _campaigns(facts: Card) -> str:
    """The largest ones first."""
    counts, splits = facts.counts, facts.splits
    names = sorted(counts.names(Facet.CAMPAIGN), key=lambda name: (-counts.tally(Facet.CAMPAIGN, name).images, name))
    rows = [(plain(name) or "none", *_cells(counts, Facet.CAMPAIGN, name, splits)) for name in names[:LISTED]]
    table = _table(("campaign", *(f"`{split}`" for split in splits), "all"), rows)
    return table + (f"\n\nand {len(names) - LISTED:,} smaller campaigns." if len(names) > LISTED else "")


def _agreement(facts: Card, pictures: Mapping[str, str]) -> list[str]:
    counts = facts.counts
    read_twice, images = sum(counts.agreements().values()), counts.tally(Facet.ALL).images
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
        _table(("split", "images", "read by two", "agreement"), rows),
        f"Images on which two people agree less than {100 * least:g} % are left out." if least else "",
        _picture(pictures, AGREEMENT, "Images by agreement of their two readers"),
    ]


def _licence(facts: Card) -> list[str]:
    campaigns = facts.counts.names(Facet.CAMPAIGN)
    sent = f"to {len(campaigns):,} campaigns" if len(campaigns) != 1 else f"to the campaign {plain(campaigns[0]) or '(none)'}"
    return ["## Licence and consent", f"Licence: {plain(facts.recipe.licence) or 'none is named'}",
            f"Consent: {plain(facts.recipe.consent) or 'the recipe says nothing about it'}",
            f"The photographs were sent {sent}; [By campaign](#by-campaign) counts them. Ingest removed their metadata, places "
            "above all. Submitters and annotators stand in the rows under pseudonyms."]


def _left_out(facts: Card) -> list[str]:
    total = sum(facts.left_out.values())
    if not total:
        return ["## What was left out", "Nothing: every accepted reading is in it."]
    rows = [(f"`{reason}`", plain(REASONS.get(reason, "")), count)
            for reason, count in sorted(facts.left_out.items(), key=lambda item: (-item[1], item[0])) if count]
    return ["## What was left out",
            f"{total:,} accepted readings, or images of earlier releases; the release lists each of them.",
            _table(("reason", "what it means", "how many"), rows, left=2)]


def _splits(facts: Card) -> list[str]:
    recipe, leaks = facts.recipe, facts.leaks
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
        "is left out.",
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


def _changes(facts: Card, pictures: Mapping[str, str]) -> list[str]:
    if facts.parent is None:
        return ["## Changes", "This is the first release."]
    rows = [(plain(label), count) for label, count in (facts.changes or {}).items()]
    page = f"[Before and after, with pictures]({pictures[DIFF]})" if DIFF in pictures else ""
    return [f"## Changes since {facts.parent}", _table(("what", "how many"), rows) or "The two were not compared.", page]


def _limits(facts: Card) -> list[str]:
    """What the data show that an engineer could otherwise be misled by."""
    return ["## Known limits", "\n".join(f"- {line}" for line in [*_thin(facts), *_unseen(facts), *_unsure(facts)]) or
            f"None that counting shows: every slice that occurs has at least {FEW} regions in every split."]


def _thin(facts: Card) -> Iterable[str]:
    counts, full = facts.counts, []
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


def _unseen(facts: Card) -> Iterable[str]:
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
               f"{' '.join(map(_escaped, shown))}{' …' if len(unseen) > len(shown) else ''}")


def _unsure(facts: Card) -> Iterable[str]:
    images, read_twice = facts.counts.tally(Facet.ALL).images, sum(facts.counts.agreements().values())
    if read_twice < images:
        yield f"{images - read_twice:,} of {images:,} images were read by one person only."
    if facts.leaks.torn:
        yield f"{facts.leaks.torn:,} groups of images that belong together stand in two splits."
    if facts.leaks.pairs:
        yield f"{len(facts.leaks.pairs):,} pairs of near duplicates stand in two splits."
    if facts.leaks.recall is None:
        yield "What the search for leaks misses was not measured."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _size(size: int) -> str:
    """In units of a thousand."""
    value, units = float(size), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1000 and len(units) > 1:
        value /= 1000
        units.pop(0)
    return f"{value:.0f} {units[0]}" if units[0] == "B" else f"{value:.1f} {units[0]}"
