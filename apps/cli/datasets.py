"""saegim datasets: what the workbench adds to the client's commands."""

from __future__ import annotations

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

from apps.cli.dataset_plan import plan
from datastore.objects import ObjectStore
from pages import diff_tables
from pages.time_tables import times_table
from saegim.manifest import Manifest
from saegim.releases import Releases
from saegim.tables import print_table
from schemas.errors import SettingError
from stages.diff.diff import Diff
from stages.diff.for_programs import to_json
from workbench.bench import Workbench
from workbench.diff import compare_releases, diff_page, two_releases
from workbench.settings import load_settings
from workbench.times import time_to_dataset

console = Console()
TO_STDOUT = "-"


def register(group: typer.Typer) -> None:
    """Adds the workbench's commands to the client's group ``datasets``."""
    group.command("plan")(plan)
    group.command("diff")(diff)
    group.command("times")(times)


def times(name: str = typer.Argument(help="The release.", metavar="NAME@N")) -> None:
    """Show how long the images that are new in a release took from sending to the release, by stage.

    Example:  saegim datasets times scene-text@7
    """
    bench = Workbench(load_settings())
    manifest = Releases(bench.settings).manifest(name)
    found = time_to_dataset(bench.ledger, bench.objects, bench.settings.bucket_datasets, manifest)
    print_table(console, times_table(str(manifest.name), found))


def diff(before: str = typer.Argument(help="The one release.", metavar="NAME@N"),
         after: str = typer.Argument("", help="The other one; where left out, NAME@N is compared with the release that it "
                                              "was made from.", metavar="NAME@M"),
         json: str = typer.Option("", "--json", help="Write it as JSON to this file; - is the terminal.", metavar="FILE|-"),
         html: Path | None = typer.Option(None, "--html", help="Write it as a page with pictures to this file.",
                                          metavar="FILE")) -> None:
    """Show what changed between two releases: images, regions, texts, attributes, splits, and by whom.

    Example:  saegim datasets diff scene-text@6 scene-text@7 --html diff.html
    """
    settings = load_settings()
    for path in [Path(json)] * (json not in ("", TO_STDOUT)) + [html] * (html is not None):
        if path and not path.parent.is_dir():
            raise SettingError(f"There is no folder {path.parent}: make it first, {path.name} is to be written into it")
    objects = ObjectStore(settings)
    found = _compared(objects, settings.bucket_datasets, *two_releases(settings, before, after))
    if json == TO_STDOUT:
        sys.stdout.write(to_json(found).decode())
    else:
        show(found)
    told = Console(stderr=True, soft_wrap=True)
    if json not in ("", TO_STDOUT):
        Path(json).write_bytes(to_json(found))
        told.print(f"JSON: {json}", markup=False, highlight=False)
    if html:
        with told.status("fetching pictures …"):
            page = diff_page(objects, settings.bucket_images, found)
        html.write_text(page, encoding="utf-8")
        told.print(f"page with pictures: {html}", markup=False, highlight=False)


def show(found: Diff) -> None:
    """The diff on the terminal."""
    if found.nothing:
        console.print(f"{found.before} → {found.after}. {diff_tables.NOTHING_CHANGED}", markup=False, highlight=False)
        return
    for table in [*diff_tables.tables(found), diff_tables.images_table(found), diff_tables.texts_table(found)]:
        if table.rows:
            print_table(console, table)


def _compared(objects: ObjectStore, bucket: str, one: Manifest, other: Manifest) -> Diff:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(f"comparing {one.name} with {other.name}", total=one.labels.rows + other.labels.rows)
        return compare_releases(objects, bucket, one, other, lambda rows: bar.update(line, advance=rows))
