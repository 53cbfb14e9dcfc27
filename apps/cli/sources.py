"""saegim sources: the public data sets that were imported, and what may be done with them."""

from __future__ import annotations

import json

import typer
from rich.console import Console

from saegim.tables import Table, print_table
from schemas.sources import PUBLIC, Use
from workbench.bench import open_workbench
from workbench.imports.terms import ListedSource, change_terms, listed_sources, releases_with

app = typer.Typer(no_args_is_help=True, help="Public data sets: what was imported, and what may be done with it.\n\n"
                                             "Example:  saegim sources list")
console = Console()


@app.command("list")
def list_sources(as_json: bool = typer.Option(False, "--json", help="As JSON, for programs.")) -> None:
    """List the public data sets: licence, what it allows, and how much of each there is.

    Example:  saegim sources list
    """
    found = listed_sources(open_workbench().ledger)
    if as_json:
        print(json.dumps([_for_programs(item) for item in found], ensure_ascii=False, indent=1))
    elif found:
        print_table(console, sources_table(found))
    else:
        console.print(f"No public data set was imported yet: saegim import PATH --campaign {PUBLIC}/NAME --licence LICENCE")


@app.command("change")
def change_source(
    name: str = typer.Argument(help=f"{PUBLIC}/NAME, or NAME.", metavar="NAME"),
    licence: str = typer.Option("", help="Its licence, such as CC-BY-4.0."),
    allows: str = typer.Option("", "--licence-allows", metavar="USES",
                               help=f"What that licence allows, of {','.join(Use)}, or none. May be left out for open licences "
                                    "that are known, which allow all."),
) -> None:
    """Give a public data set another licence, or other uses. Releases that exist stay as they are; the next ones obey.

    Example:  saegim sources change icdar2015 --licence-allows train,evaluate
    """
    bench = open_workbench()
    for line in change_terms(bench.ledger, name, licence, allows):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if holding := releases_with(bench, name if name.startswith(f"{PUBLIC}/") else f"{PUBLIC}/{name}"):
        console.print(f"It is in {', '.join(holding)}: the next release is under these terms, or stops where they forbid it.",
                      markup=False, highlight=False, soft_wrap=True)


def sources_table(found: list[ListedSource]) -> Table:
    """The public data sets, one a row."""
    return Table("", ("public data set", "licence", "allows", "read by", "imported", "pictures", "with labels"), tuple(
        (item.source.source, item.source.licence, ", ".join(item.source.allows) or "nothing", item.source.form,
         f"{item.source.added_at:%Y-%m-%d}", f"{item.pictures:,}", f"{item.readings:,}") for item in found), left=5)


def _for_programs(item: ListedSource) -> dict[str, object]:
    source = item.source
    return {"source": source.source, "licence": source.licence, "allows": list(source.allows), "format": source.form,
            "unit": source.unit, "is_truth": source.is_truth, "added_at": source.added_at.isoformat(),
            "changed_at": source.changed_at.isoformat(), "pictures": item.pictures, "with_labels": item.readings}
