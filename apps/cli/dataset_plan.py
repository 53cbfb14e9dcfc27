"""saegim datasets plan: what the next release would hold, what it leaves out and why, before it exists."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console
from rich.progress import Progress

from saegim.tables import Table, print_table
from stages.export import gates
from stages.export.counts import Facet
from stages.export.gates import Failure
from stages.export.plan import REASONS
from workbench.bench import open_workbench
from workbench.export.plan import NextRelease
from workbench.export.preview import Preview, plan_of, preview

EXAMPLES = 3
console = Console()


def plan(name: str = typer.Argument(help="A recipe in recipes/datasets/.", metavar="NAME"),
         as_json: bool = typer.Option(False, "--json", help="As JSON, for programs.")) -> None:
    """Show what the next release would hold, what it leaves out and why. Nothing is written.

    Example:  saegim datasets plan scene-text
    """
    bench = open_workbench()
    with console.status("reading the ledger and the newest release …"):
        release = plan_of(bench, name)
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


def sentences_and_tables(seen: Preview) -> list[str | Table]:
    """What a person reads, from the whole to the exceptions."""
    release = seen.release
    parent = release.parent.name if release.parent else None
    if not release.plan.samples and not release.plan.left_out:
        configs = ", ".join(release.recipe.readings.annotation_configs)
        return [f"No accepted reading of {configs} yet: label some, then saegim run collect."]
    changes = (f"beside {parent}: {len(release.arrived)} images in, {seen.gone} out, {seen.relabelled} relabelled, "
               f"{release.regrouped} in another group"
               if parent else "the first release")
    found: list[str | Table] = [f"[bold]{release.name}[/] would hold {len(release.plan.samples)} samples ({changes})."]
    if seen.nothing_new:
        found = [f"Nothing has changed since [bold]{parent}[/]: an export would publish nothing."]
    if release.changes:
        found.append(_changes(release))
    found.append(_splits(seen))
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


def _changes(release: NextRelease) -> Table:
    title = f"Since {release.parent.name}" if release.parent else "What other datasets hold"
    return Table(title, ("what is not as it was", "the recipe has to agree to"),
                 tuple((change.said, change.word) for change in release.changes), left=2)


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
