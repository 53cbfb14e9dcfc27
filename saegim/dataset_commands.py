"""``saegim datasets``: what releases there are, and how to get them."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from saegim.convert_commands import convert_folder, show_formats, write_set, written_form
from saegim.errors import SettingMissing
from saegim.formats import WRITTEN
from saegim.labels.format import Format
from saegim.labels.own_folder import check_own
from saegim.labels.public_part import REFERENCES, PublicPart, public_part
from saegim.labels.released import labelled_set
from saegim.load import load
from saegim.manifest import Manifest, ReleaseName, as_size, as_splits, parse_name
from saegim.progress import progress_bar
from saegim.published_diff import published_diff
from saegim.pull import Pulled, bring, needed
from saegim.releases import Releases
from saegim.settings import cache
from saegim.tables import Table, print_table

datasets = typer.Typer(no_args_is_help=True, help="Releases: what there is, and how to get it.\n\n"
                                                  "Example:  saegim datasets pull scene-text@1 --to data/")
console = Console()
ANY_RELEASE = "NAME[@N]"


@datasets.command("list")
def list_datasets() -> None:
    """Show all releases.

    Example:  saegim datasets list
    """
    releases = Releases()
    manifests = [releases.manifest(ReleaseName(dataset, number)) for dataset in releases.datasets()
                 for number in releases.numbers(dataset)]
    if not manifests:
        console.print(f"No release yet at {releases.address}.", markup=False)
        return
    rows = tuple((str(manifest.name), manifest.parent or "", as_splits(manifest.splits),
                  as_size(sum(file.bytes for file in manifest.of_kind("images"))), as_size(manifest.labels.bytes))
                 for manifest in manifests)
    print_table(console, Table("", ("release", "made from", "samples", "images", "labels"), rows, left=3))


@datasets.command()
def show(name: Annotated[str, typer.Argument(help="NAME, or NAME@N.", metavar=ANY_RELEASE)],
         recipe: Annotated[bool, typer.Option("--recipe", help="Only the recipe that it was made by, as JSON.")] = False) -> None:
    """Show one release: its samples, what it leaves out, its files and columns.

    Example:  saegim datasets show scene-text@1
    """
    manifest = Releases().manifest(name)
    if recipe:
        sys.stdout.write(json.dumps(manifest.recipe, ensure_ascii=False, indent=1) + "\n")
        return
    console.print(f"[bold]{manifest.name}[/]  {escape(manifest.description)}")
    print_table(console, Table("", ("", ""), tuple(_facts(manifest)), left=2))
    if manifest.sources:
        print_table(console, Table("", ("public data set in it", "licence", "allows", "images", "regions"), tuple(
            (held.source, "; ".join(held.licences), ", ".join(held.allows), f"{held.images:,}", f"{held.regions:,}")
            for held in manifest.sources), left=3))
    print_table(console, Table("", ("file", "kind", "sha256", "rows", "size"), tuple(
        (file.place, file.kind, f"{file.sha256[:12]}…", f"{file.rows:,}" if file.rows else "", as_size(file.bytes))
        for file in manifest.files), left=3))
    print_table(console, Table("", ("label column", "type"), tuple(
        (column.name, column.type) for column in manifest.columns), left=2))


def _facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield "samples", as_splits(manifest.splits)
    yield "unit", manifest.unit
    yield "made from", manifest.parent or "nothing: it is the first"
    yield "left out", ", ".join(f"{count:,} {reason}" for reason, count in manifest.left_out.items()) or "nothing"
    yield ("licence of what was collected" if manifest.sources else "licence"), manifest.licence
    yield "code", manifest.code_version
    yield "recipe", f"saegim datasets show {manifest.name} --recipe"
    if manifest.of_kind("diff"):
        yield "what changed", f"saegim datasets diff {manifest.parent} {manifest.name}"


@datasets.command("pull")
def pull_release(
    name: Annotated[str, typer.Argument(help="NAME for the newest, or NAME@N.", metavar=ANY_RELEASE)],
    to: Annotated[Path, typer.Option("--to", help="Folder; several releases of one dataset may share it.", metavar="DIR")],
    split: Annotated[list[str] | None, typer.Option("--split", help="Only images of this split; may be given again.",
                                                    metavar="SPLIT")] = None,
    form: Annotated[str, typer.Option("--format", help=f"Write it in another form: {', '.join(WRITTEN)}.",
                                      metavar="FORMAT")] = "",
    verify: Annotated[bool, typer.Option("--verify/--no-verify",
                                         help="Check files that are there by their sha256, or by their size alone.")] = True,
    public: Annotated[bool, typer.Option("--public", help="With --format: only what may be given on. Pictures that a public data "
                                                          "set keeps to itself are told by reference.")] = False,
) -> None:
    """Bring a release to a folder: only what is missing, every file checked. Interrupted, run it again: it goes on.

    With --format the release goes to the cache first (SAEGIM_CACHE, or ~/.cache/saegim), and the folder gets what is made of it.

    Example:  saegim datasets pull scene-text@1 --to data/scene-text

    Example:  saegim datasets pull scene-text@1 --to data/scene-text-hf --format hf --split test

    Example:  saegim datasets pull scene-text@1 --to give-away --format paddleocr --public
    """
    if public and not form:
        raise SettingMissing("--public needs --format: the release's own files hold the pictures of all rows together. "
                             "--format hf is nearest to them")
    if form:
        written_form(form)
        check_own(to, form)  # before a release of many gigabytes is fetched
    releases = Releases()
    manifest = releases.manifest(name)
    splits = split or None
    folder = cache(manifest.dataset) if form else to
    with progress_bar(f"pulling {manifest.name}", sum(file.bytes for file in needed(manifest, splits))) as advance:
        pulled = bring(releases, manifest, needed(manifest, splits), folder, advance, verify)
    if not form or pulled.fetched:
        _say(f"{manifest.name} is in {folder}: {as_size(pulled.fetched)} fetched, {as_size(pulled.kept)} were there. "
             f"Its files: {pulled.manifest_path}")
    _say_taken_down(name, pulled)
    if form:
        release = load(str(manifest.name), splits, folder=folder)
        if public:
            _write_public(public_part(release), written_form(form), to)
        else:
            write_set(labelled_set(release), written_form(form), to)


datasets.command("convert")(convert_folder)
datasets.command("formats")(show_formats)


def _write_public(part: PublicPart, form: Format, to: Path) -> None:
    write_set(labelled_set(part.release), form, to, part.findings(), {REFERENCES: part.lines()} if len(part.references) else {})
    if len(part.references):
        _say(f"{len(part.references):,} images are there by reference alone: {to / REFERENCES}")


def _say_taken_down(name: str, pulled: Pulled) -> None:
    if pulled.manifest.revision and str(pulled.manifest.name) != name:
        now = pulled.manifest.name
        _say(f"Images were taken down from {now.any_revision}: {now} stands in its place.")
    if pulled.taken_down:
        _say("Files here hold what was taken down. Delete them:\n  " + "\n  ".join(
            f"rm {shlex.quote(str(path))}" for path in pulled.taken_down))


def diff(before: Annotated[str, typer.Argument(help="A release.", metavar="NAME@N")],
         after: Annotated[str, typer.Argument(help="The other one; where left out, NAME@N is compared with the release that it "
                                                   "was made from.", metavar="NAME@M")] = "") -> None:
    """Show what changed between a release and the one that it was made from, as it was published with it.

    Example:  saegim datasets diff scene-text@6 scene-text@7
    """
    found = published_diff(Releases(), before, after, cache(parse_name(before).dataset))
    which = f"{found.content['before']} → {found.content['after']}"
    if numbers := found.numbers():
        print_table(console, Table("", (which, "how many"), tuple((what, f"{count:,}") for what, count in numbers)))
    else:
        console.print(f"{which}: nothing changed")
    if slices := found.by_slice():
        print_table(console, Table("", ("slice", "regions"), tuple(
            (name, ", ".join(f"{count:,} {what}" for what, count in counts)) for name, counts in slices), left=2))
    if found.page:
        _say(f"The page with pictures: {found.page}")


def _say(message: str) -> None:
    console.print(message, markup=False, soft_wrap=True)
