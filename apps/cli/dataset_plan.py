"""saegim datasets plan: what the next release would hold, what it leaves out and why, before it exists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from apps.cli.test_sets import recipe_lines, sentences_on_sizes, sizes_to_json, slices_asked, table_of_sizes
from pages.card_sources import sources_table
from pages.coverage_tables import asked_table, coverage_tables, coverage_to_json
from saegim.tables import Table, print_table
from stages.export import gates
from stages.export.counts import Counts, Facet
from stages.export.gates import Failure
from stages.export.plan import REASONS
from stages.export.source_uses import held_sources
from workbench.bench import Workbench, open_workbench
from workbench.export.plan import NextRelease
from workbench.export.preview import Preview, plan_of, preview
from workbench.export.test_sets import check_slices, sizes_needed

EXAMPLES = 3
console = Console()


def plan(name: str = typer.Argument("", help="A recipe in recipes/datasets/; where left out, what SAEGIM_DATASET names.",
                                    metavar="NAME"),
         as_json: bool = typer.Option(False, "--json", help="As JSON, for programs."),
         from_slices: str = typer.Option("", "--from-slices", metavar="SLICE,SLICE", help="Instead: how many groups of pictures "
                                         "a test set of each of these slices needs, named ones too."),
         all_pairs: bool = typer.Option(False, "--all-pairs", help="Look for leaks among all pictures, also those that "
                                        "earlier releases hold."),
         points: float = typer.Option(5, min=0.1, max=99, help="With --from-slices: percentage points of the change of a figure "
                                      "that the test set is to show."),
         split: str = typer.Option("test", help="With --from-slices: the split that asks for them.")) -> None:
    """Show what the next release would hold, what it leaves out and why. Nothing is written.

    Example:  saegim datasets plan scene-text

    Example:  saegim datasets plan --from-slices vertical,latin-in-korean --points 5
    """
    bench = open_workbench()
    name = name or bench.settings.dataset
    if from_slices:
        _from_slices(bench, name, slices_asked(from_slices), points, split, as_json)
        return
    with console.status("reading the ledger and the newest release …"):
        release = plan_of(bench, name)
    if all_pairs:
        release = replace(release, unchecked=frozenset(sample.image_id for sample in release.plan.samples))
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("looking through the readings", total=len(release.plan.samples))
        seen = preview(bench, release, lambda samples: bar.update(line, advance=samples))
    if as_json:
        print(json.dumps(to_json(seen), ensure_ascii=False, indent=1))
        return
    for part in sentences_and_tables(seen):
        if isinstance(part, Table):
            print_table(console, part)
        else:
            console.print(part)


def _from_slices(bench: Workbench, name: str, slices: Sequence[str], points: float, split: str, as_json: bool) -> None:
    check_slices(bench, slices)
    with console.status("reading the ledger and the newest release …"):
        release = plan_of(bench, name)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("looking through the readings", total=len(release.plan.samples))
        found = sizes_needed(bench, release, slices, points, lambda samples: bar.update(line, advance=samples))
    if as_json:
        print(json.dumps(sizes_to_json(found, points, split), ensure_ascii=False, indent=1))
        return
    print_table(console, table_of_sizes(found, points))
    for sentence in sentences_on_sizes(found):
        console.print(sentence, markup=False, highlight=False)
    console.print(f"\nA recipe that asks for them:\n\n{recipe_lines(found, split)}", markup=False, highlight=False)


def sentences_and_tables(seen: Preview) -> list[str | Table]:
    """What a person reads, from the whole to the exceptions."""
    release = seen.release
    parent = release.parent.name if release.parent else None
    if not release.plan.samples and not release.plan.left_out:
        readings = release.recipe.readings
        names = ", ".join([*readings.annotation_configs, *readings.sources.take])
        return [f"No accepted reading of {escape(names)} yet: label some, then saegim run collect.",
                *([_not_taken(release)] if release.plan.not_taken else [])]
    changes = (f"beside {parent}: {len(release.arrived)} images in, {seen.gone} out, {seen.relabelled} relabelled, "
               f"{release.regrouped} in another group"
               if parent else "the first release")
    found: list[str | Table] = [f"[bold]{release.name}[/] would hold {len(release.plan.samples)} samples ({changes})."]
    if seen.nothing_new:
        found = [f"Nothing has changed since [bold]{parent}[/]: an export would publish nothing."]
    if release.changes:
        found.append(_changes(release))
    found.append(_splits(seen))
    if sources := held_sources(release.plan.samples, seen.counts):
        found.append(sources_table("Of public data sets", sources))
    if release.plan.not_taken:
        found.append(_not_taken(release))
    if release.plan.unclear:
        found.append(_unclear(release))
    found += asked_and_covered(release, seen.counts)
    if release.plan.left_out:
        found.append(_left_out(release))
    if seen.failures:
        found.append(_gates(seen.failures))
    else:
        found.append("No gate stops it. Whether each new picture decodes is looked at when it is published.")
    return found


def to_json(seen: Preview) -> dict[str, Any]:
    """The same for programs."""
    release = seen.release
    return {
        "release": release.name, "parent": str(release.parent.name) if release.parent else None,
        "nothing_new": seen.nothing_new, "samples": len(release.plan.samples), "in": len(release.arrived),
        "out": seen.gone, "relabelled": seen.relabelled, "regrouped": release.regrouped,
        "splits": {split: {"images": seen.counts.images(split), "regions": {
            name: seen.counts.regions(split, name) for name in seen.counts.names(Facet.SLICE)}}
            for split in release.splits},
        "frozen": release.frozen,
        "least": [asdict(item) for item in release.plan.asked],
        "coverage": coverage_to_json(release.recipe.coverage, seen.counts, release.splits),
        "sources": [asdict(held) for held in held_sources(release.plan.samples, seen.counts)],
        "sources_not_taken": dict(release.plan.not_taken),
        "unclear_splits": [{"source": source, "split": split, "images": count}
                           for (source, split), count in release.plan.unclear.items()],
        "changes": [asdict(change) for change in release.changes],
        "left_out": [{"image_id": item.image_id, "annotation_config": item.annotation_config, "reason": item.reason}
                     for item in release.plan.left_out],
        "gates": [asdict(failure) for failure in seen.failures],
    }


def _splits(seen: Preview) -> Table:
    release = seen.release
    counts = seen.counts
    arrived = Counter(item.split for item in release.plan.samples if item.image_id in release.arrived)
    rows = [("images", *(f"{counts.images(split):,}" for split in release.splits)),
            ("… of them new", *(f"{arrived[split]:,}" for split in release.splits))]
    for facet, heading in ((Facet.CAMPAIGN, "images of campaign"), (Facet.SLICE, "regions")):
        for name in counts.names(facet):
            tallies = [counts.tally(facet, name, split) for split in release.splits]
            rows.append((f"{heading} {name or '?'}", *(
                f"{tally.regions if facet is Facet.SLICE else tally.images:,}" for tally in tallies)))
    headings = ("", *(f"{split}{' (frozen)' if split in release.frozen else ''}" for split in release.splits))
    return Table("What it would hold", headings, tuple(rows))


def asked_and_covered(release: NextRelease, counts: Counts) -> list[str | Table]:
    """What the recipe asks of a release, beside what it would have; nothing where it asks for nothing."""
    found: list[str | Table] = [asked_table(release.plan.asked)] if release.plan.asked else []
    return [*found, *coverage_tables(release.recipe.coverage, counts, release.splits)]


def _changes(release: NextRelease) -> Table:
    title = f"Since {release.parent.name}" if release.parent else "What other datasets hold"
    return Table(title, ("what is not as it was", "the recipe has to agree to"),
                 tuple((change.said, change.word) for change in release.changes), left=2)


def _not_taken(release: NextRelease) -> str:
    there = ", ".join(f"{name} ({count:,} {'image' if count == 1 else 'images'})" for name, count in
                      release.plan.not_taken.items())
    return escape(f"Imported, and not taken by the recipe's readings.sources: {there}.")


def _unclear(release: NextRelease) -> str:
    there = ", ".join(f"{source} has {count:,} {'image' if count == 1 else 'images'} in {split!r}"
                      for (source, split), count in release.plan.unclear.items())
    example = next(split for _, split in release.plan.unclear)
    return escape(f"Nobody knows what these splits are for, so their images are left out: {there}. Say it in the recipe, under "
                  f"readings:  own_splits: {{{json.dumps(example, ensure_ascii=False)}: SPLIT}}, where SPLIT is one of "
                  f"{', '.join(release.recipe.splits)}.")


def _left_out(release: NextRelease) -> Table:
    examples: dict[str, list[str]] = {}
    for item in release.plan.left_out:
        examples.setdefault(item.reason, []).append(item.image_id[:12])
    often = sorted(examples.items(), key=lambda found: -len(found[1]))
    return Table("What it would leave out", ("reason", "why", "such as", "how many"), tuple(
        (reason, REASONS[reason], ", ".join(ids[:EXAMPLES]), f"{len(ids):,}") for reason, ids in often), left=3)


def _gates(failures: Sequence[Failure]) -> Table:
    return Table("What would stop it", ("gate", "image", "what", "repair"), tuple(
        (row["gate"], row["image_id"], row["detail"], row["repair"]) for row in gates.records(failures)), left=4)
