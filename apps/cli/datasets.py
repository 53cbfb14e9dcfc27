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
from pages.diff_page import render
from saegim.manifest import Manifest
from saegim.releases import Releases
from saegim.tables import print_table
from schemas.errors import SettingError
from stages.diff.diff import Diff
from stages.diff.diff import diff as compared
from workbench.diff import changed_rows, reasons, thumbnails
from workbench.settings import Settings, load_settings

console = Console()
TO_STDOUT = "-"


def register(group: typer.Typer) -> None:
    """Adds the workbench's commands to the client's group ``datasets``."""
    group.command("plan")(plan)
    group.command("diff")(diff)


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
    found = _compare(objects, settings, *_manifests(settings, before, after))
    if json == TO_STDOUT:
        sys.stdout.write(found.to_json().decode())
    else:
        show(found)
    told = Console(stderr=True, soft_wrap=True)
    if json not in ("", TO_STDOUT):
        Path(json).write_bytes(found.to_json())
        told.print(f"JSON: {json}", markup=False, highlight=False)
    if html:
        with told.status("fetching pictures …"):
            page = render(found, thumbnails(objects, settings.bucket_images, found.pictured()))
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


def _manifests(settings: Settings, before: str, after: str) -> tuple[Manifest, Manifest]:
    releases = Releases(settings)
    one = releases.manifest(before)
    if after:
        return one, releases.manifest(after)
    if one.parent is None:
        raise SettingError(f"{one.name} was not made from another release: say which one it is to be compared with, such as "
                           f"saegim datasets diff {one.name} {one.dataset}@{one.number + 1}")
    return releases.manifest(one.parent), one


def _compare(objects: ObjectStore, settings: Settings, one: Manifest, other: Manifest) -> Diff:
    bucket = settings.bucket_datasets
    with Progress(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(f"comparing {one.name} with {other.name}", total=one.labels.rows + other.labels.rows)
        pairs = changed_rows(objects, bucket, one, other, lambda rows: bar.update(line, advance=rows))
        return compared(str(one.name), str(other.name), pairs, reasons(objects, bucket, other))
