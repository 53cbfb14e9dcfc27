"""The command ``saegim``: the client's verbs always, the workbench's where it is installed."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import shlex
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table
from typer._click.exceptions import ClickException

from saegim import patience
from saegim.errors import SettingMissing
from saegim.failures import in_words, is_ours, keep_trace
from saegim.formats import FORMATS
from saegim.load import load
from saegim.manifest import Manifest, as_size, as_splits, parse_name
from saegim.progress import progress_bar
from saegim.published_diff import published_diff
from saegim.pull import Pulled, bring, needed
from saegim.releases import Releases
from saegim.settings import cache, has_workbench
from saegim.unknown_settings import UnknownSetting

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  context_settings={"help_option_names": ["-h", "--help"]})  # of all commands below it too
datasets = typer.Typer(no_args_is_help=True, help="Releases: what there is, and how to get it.\n\n"
                                                  "Example:  saegim datasets pull scene-text@1 --to data/")
app.add_typer(datasets, name="datasets")
console = Console()
PYTHONS_FORMAT = warnings.formatwarning
NEEDS_WORKBENCH = ("run", "up", "down", "status", "doctor", "ledger", "ingest", "models", "label")


def _say_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"saegim {importlib.metadata.version('saegim')}, {'the workbench' if _workbench() else 'the client'}\n")
        raise typer.Exit


@app.callback()
def options(version: bool = typer.Option(False, "--version", callback=_say_version, is_eager=True,
                                         help="Say which version this is, and stop.")) -> None:
    """Saegim: from photographs to dataset releases.

    Example:  saegim datasets list
    """


@datasets.command("list")
def list_datasets() -> None:
    """Show all releases.

    Example:  saegim datasets list
    """
    releases = Releases()
    table = Table()
    for heading in ("release", "samples", "images", "labels", "made from"):
        table.add_column(heading, justify="right" if heading in ("images", "labels") else "left")
    for dataset in releases.datasets():
        for number in releases.numbers(dataset):
            manifest = releases.manifest(f"{dataset}@{number}")
            table.add_row(str(manifest.name), as_splits(manifest.splits),
                          as_size(sum(file.bytes for file in manifest.files if file.kind == "images")),
                          as_size(manifest.labels.bytes), manifest.parent or "")
    if table.row_count:
        console.print(table)
    else:
        console.print(f"No release yet at {releases.address}.", markup=False)


@datasets.command()
def show(name: str = typer.Argument(help="NAME, or NAME@N.", metavar="NAME[@N]"),
         recipe: bool = typer.Option(False, "--recipe", help="Only the recipe that it was made by, as JSON.")) -> None:
    """Show one release: its samples, what it leaves out, its files and columns.

    Example:  saegim datasets show scene-text@1
    """
    manifest = Releases().manifest(name)
    if recipe:
        sys.stdout.write(json.dumps(manifest.recipe, ensure_ascii=False, indent=1) + "\n")
        return
    console.print(f"[bold]{manifest.name}[/]  {escape(manifest.description)}")
    facts = Table.grid(padding=(0, 2))
    for fact, value in _facts(manifest):
        facts.add_row(fact, escape(value))
    console.print(facts)
    files = Table("file", "kind", "rows", "size", "sha256")
    files.columns[0].overflow = "fold"
    for file in manifest.files:
        files.add_row(file.place, file.kind, f"{file.rows:,}" if file.rows else "", as_size(file.bytes), f"{file.sha256[:12]}…")
    console.print(files)
    columns = Table("label column", "type")
    for column in manifest.columns:
        columns.add_row(column.name, escape(column.type))
    console.print(columns)


def _facts(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield "samples", as_splits(manifest.splits)
    yield "unit", manifest.unit
    yield "made from", manifest.parent or "nothing: it is the first"
    yield "left out", ", ".join(f"{count:,} {reason}" for reason, count in manifest.left_out.items()) or "nothing"
    yield "licence", manifest.licence
    yield "code", manifest.code_version
    yield "recipe", f"saegim datasets show {manifest.name} --recipe"
    if manifest.of_kind("diff"):
        yield "what changed", f"saegim datasets diff {manifest.parent} {manifest.name}"


@datasets.command("pull")
def pull_release(
    name: str = typer.Argument(help="NAME for the newest, or NAME@N.", metavar="NAME[@N]"),
    to: Path = typer.Option(..., "--to", help="Folder; several releases of one dataset may share it.", metavar="DIR"),
    split: list[str] = typer.Option([], "--split", help="Only images of this split; may be given again.", metavar="SPLIT"),
    form: str = typer.Option("", "--format", help=f"Write it in another form: {', '.join(FORMATS)}.", metavar="FORMAT"),
    verify: bool = typer.Option(True, "--verify/--no-verify",
                                help="Check files that are there by their sha256, or by their size alone."),
) -> None:
    """Bring a release to a folder: only what is missing, every file checked. Interrupted, run it again: it goes on.

    With --format the release goes to the cache first (SAEGIM_CACHE, or ~/.cache/saegim), and the folder gets what is made of it.

    Example:  saegim datasets pull scene-text@1 --to data/scene-text

    Example:  saegim datasets pull scene-text@1 --to data/scene-text-hf --format hf --split test
    """
    if form and form not in FORMATS:
        raise SettingMissing(f"There is no format {form!r}: expected one of {', '.join(FORMATS)}")
    releases = Releases()
    manifest = releases.manifest(name)
    splits, folder = split or None, cache(manifest.dataset) if form else to
    with progress_bar(f"pulling {manifest.name}", sum(file.bytes for file in needed(manifest, splits))) as advance:
        pulled = bring(releases, manifest, needed(manifest, splits), folder, advance, verify)
    if not form or pulled.fetched:
        _say(f"{manifest.name} is in {folder}: {as_size(pulled.fetched)} fetched, {as_size(pulled.kept)} were there. "
             f"Its files: {pulled.manifest_path}")
    _say_taken_down(name, pulled)
    if form:
        release = load(str(manifest.name), split or None, folder=folder)
        with Progress(*Progress.get_default_columns(), console=Console(stderr=True), transient=True) as bar:
            line = bar.add_task(f"writing {form}", total=len(release))
            written = FORMATS[form].write(release, to, lambda count: bar.update(line, advance=count))
        _say(f"{manifest.name} is in {to} as {form}: {', '.join(str(path.relative_to(to)) for path in written)}")


def _say_taken_down(name: str, pulled: Pulled) -> None:
    if pulled.manifest.revision and str(pulled.manifest.name) != name:
        _say(f"Images were taken down from {pulled.manifest.dataset}@{pulled.manifest.number}: {pulled.manifest.name} stands in "
             "its place.")
    if pulled.taken_down:
        _say("Files here hold what was taken down. Delete them:\n  " + "\n  ".join(
            f"rm {shlex.quote(str(path))}" for path in pulled.taken_down))


def diff(before: str = typer.Argument(help="A release.", metavar="NAME@N"),
         after: str = typer.Argument("", help="The other one; where left out, NAME@N is compared with the release that it was "
                                              "made from.", metavar="NAME@M")) -> None:
    """Show what changed between a release and the one that it was made from, as it was published with it.

    Example:  saegim datasets diff scene-text@6 scene-text@7
    """
    found = published_diff(Releases(), before, after, cache(parse_name(before).dataset))
    table = Table(f"{found.content['before']} → {found.content['after']}", "how many")
    table.columns[1].justify = "right"
    for what, count in found.numbers():
        table.add_row(what, f"{count:,}")
    console.print(table if table.row_count else f"{found.content['before']} → {found.content['after']}: nothing changed")
    if slices := found.by_slice():
        table = Table("slice", "regions")
        for name, numbers in slices:
            table.add_row(name, ", ".join(f"{count:,} {what}" for what, count in numbers))
        console.print(table)
    if found.page:
        _say(f"The page with pictures: {found.page}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and ends the process: 0 done, 1 it says why not, 2 wrong use, 130 stopped by Ctrl-C."""
    signal.signal(signal.SIGINT, _interrupt)
    warnings.formatwarning = _as_a_line
    workbench = _workbench()
    if workbench:
        workbench(app)
    else:
        datasets.command("diff")(diff)  # the workbench has its own, which compares any two
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not workbench and given and given[0] in NEEDS_WORKBENCH:
        _fail(f"`saegim {given[0]}` belongs to the workbench, and only the client is installed here. "
              "Clone the repository and run `make demo` in it.")
    try:
        result = app(given, standalone_mode=False)
    except typer.Abort:
        _stopped()
    except ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _stopped()
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # Rust's panics are no Exception
        # The sentence is all there is to say of what we raise by ourselves; what a library said is in the traceback.
        kept = keep_trace(error) if error.__cause__ or not is_ours(error) or hasattr(error, "kept_in") else None
        _fail(in_words(error) + (f"\n  the traceback is in {kept}" if kept else ""))
    sys.exit(result if isinstance(result, int) else 0)


def _as_a_line(message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None) -> str:
    """A warning of ours as a sentence for people; others with their place, as Python shows them."""
    if issubclass(category, UnknownSetting):
        return f"saegim: {message}\n"
    return PYTHONS_FORMAT(message, category, filename, lineno, line)


def _workbench() -> Callable[[typer.Typer], None] | None:
    """What adds the workbench's commands: it runs from its checkout, where the folders of this package's root say so."""
    if has_workbench():
        register: Callable[[typer.Typer], None] = importlib.import_module("apps.cli").register
        return register
    return None


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    patience.stop()  # threads that wait for a service would hold the process
    raise KeyboardInterrupt


def _fail(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(f"saegim: {message}", markup=False, highlight=False)
    sys.exit(1)


def _stopped() -> NoReturn:
    Console(stderr=True).print("saegim: stopped; run the same again to go on", markup=False)
    sys.exit(130)


def _say(message: str) -> None:
    console.print(message, markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
