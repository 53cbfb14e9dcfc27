"""saegim datasets plan: what the next release would hold, what it leaves out and why, before it exists."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

import typer
from rich.console import Console
from rich.progress import track

from saegim.tables import Table, print_table
from stages.export import gates
from stages.export.counts import Counts, Facet
from stages.export.gates import Failure
from stages.export.plan import REASONS
from workbench.bench import Workbench, open_workbench
from workbench.export.plan import NextRelease, changed_labels, known_names, load_dataset, looked_through, next_release, stopped

EXAMPLES = 3
console = Console()


@dataclass
class Outlook:
    """What publishing now would come to."""

    release: NextRelease
    counts: Counts = field(default_factory=Counts)
    failures: list[Failure] = field(default_factory=list)
    relabelled: int = 0

    @property
    def gone(self) -> int:
        """Samples of the parent that would not be in it any more."""
        parent = sum(self.release.parent.splits.values()) if self.release.parent else 0
        return parent - (len(self.release.plan.samples) - len(self.release.arrived))

    @property
    def nothing_new(self) -> bool:
        """Whether the release would be its parent again."""
        return self.release.same_recipe and not (
            self.relabelled or self.gone or self.release.arrived or self.release.regrouped)


def plan(name: str = typer.Argument(help="A recipe in recipes/datasets/.", metavar="NAME"),
         as_json: bool = typer.Option(False, "--json", help="As JSON, for programs.")) -> None:
    """Show what the next release would hold, what it leaves out and why. Nothing is written.

    Example:  saegim datasets plan scene-text
    """
    bench = open_workbench()
    with console.status("reading the ledger and the newest release …"):
        outlook = Outlook(next_release(bench, load_dataset(name, known_names(bench), bench.settings.datasets)))
    _look_through(bench, outlook)
    if as_json:
        print(json.dumps(to_json(outlook), ensure_ascii=False, indent=1))
        return
    for part in sentences_and_tables(outlook):
        if isinstance(part, Table):
            print_table(console, part)
        else:
            console.print(part)


def _look_through(bench: Workbench, outlook: Outlook) -> None:
    from workbench.export.leaks import find_leaks  # imports Prefect

    release, planned = outlook.release, outlook.release.plan.samples
    found = looked_through(bench, planned, outlook.counts, outlook.failures)
    for _, changed in track(changed_labels(bench, release, found), "looking through the readings", len(planned),
                            console=Console(stderr=True), transient=True):
        outlook.relabelled += changed
    leaks = find_leaks(bench, planned, release.unchecked, release.bridges, sampled=0)
    outlook.failures += stopped(bench, release, outlook.counts, leaks)


def sentences_and_tables(outlook: Outlook) -> list[str | Table]:
    """What a person reads, from the whole to the exceptions."""
    release = outlook.release
    parent = release.parent.name if release.parent else None
    if not release.plan.samples and not release.plan.left_out:
        configs = ", ".join(release.recipe.readings.annotation_configs)
        return [f"No accepted reading of {configs} yet: label some, then saegim run collect."]
    changes = (f"beside {parent}: {len(release.arrived)} images in, {outlook.gone} out, {outlook.relabelled} relabelled, "
               f"{release.regrouped} in another group"
               if parent else "the first release")
    found: list[str | Table] = [f"[bold]{release.name}[/] would hold {len(release.plan.samples)} samples ({changes})."]
    if outlook.nothing_new:
        found = [f"Nothing has changed since [bold]{parent}[/]: an export would publish nothing."]
    if release.changes:
        found.append(_changes(release))
    found.append(_splits(outlook))
    if release.plan.left_out:
        found.append(_left_out(release))
    if outlook.failures:
        found.append(_gates(outlook.failures))
    else:
        found.append("No gate stops it. Whether each new picture decodes is looked at when it is published.")
    return found


def to_json(outlook: Outlook) -> dict[str, Any]:
    """The same for programs."""
    release = outlook.release
    return {
        "release": release.name, "parent": str(release.parent.name) if release.parent else None,
        "nothing_new": outlook.nothing_new, "samples": len(release.plan.samples), "in": len(release.arrived),
        "out": outlook.gone, "relabelled": outlook.relabelled, "regrouped": release.regrouped,
        "splits": {split: {"images": outlook.counts.images(split), "regions": {
            name: outlook.counts.regions(split, name) for name in outlook.counts.names(Facet.SLICE)}}
            for split in release.splits},
        "frozen": release.frozen,
        "changes": [asdict(change) for change in release.changes],
        "left_out": [{"image_id": item.image_id, "annotation_config": item.annotation_config, "reason": item.reason}
                     for item in release.plan.left_out],
        "gates": [asdict(failure) for failure in outlook.failures],
    }


def _splits(outlook: Outlook) -> Table:
    release, counts = outlook.release, outlook.counts
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


def _gates(failures: list[Failure]) -> Table:
    return Table("What would stop it", ("gate", "image", "what", "repair"), tuple(
        (row["gate"], row["image_id"], row["detail"], row["repair"]) for row in gates.records(failures)), left=4)
