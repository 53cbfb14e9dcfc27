"""saegim slices: the named slices of recipes/slices.yaml."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.progress import Progress

from saegim.tables import Table, print_table
from workbench.bench import open_workbench
from workbench.slice_counts import SliceCount, count_slices

app = typer.Typer(no_args_is_help=True, help="Named slices: what they hold, and how much of it there is.\n\n"
                                             "Example:  saegim slices list")
console = Console()


@app.command("list")
def list_slices(as_json: bool = typer.Option(False, "--json", help="As JSON, for programs.")) -> None:
    """List the named slices: condition, owner, why, and how much of each people have read.

    Example:  saegim slices list
    """
    bench = open_workbench()
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task("looking through the accepted readings", total=None)
        found = count_slices(bench, lambda done, total: bar.update(line, completed=done, total=total))
    if as_json:
        print(json.dumps([{**item.slice.model_dump(), "readings": item.readings, "regions": item.regions} for item in found],
                         ensure_ascii=False, indent=1))
    elif found:
        print_table(console, slices_table(found))
    else:
        console.print(f"There are no named slices: {bench.settings.slices} says which there are, and docs/slices.md how.",
                      markup=False, highlight=False)


def slices_table(found: list[SliceCount]) -> Table:
    """The named slices, one a row."""
    return Table("Named slices", ("name", "regions for which", "owner", "why", "accepted readings", "regions"), tuple(
        (item.slice.name, item.slice.where, item.slice.owner, item.slice.why, f"{item.readings:,}", f"{item.regions:,}")
        for item in found), left=4)
