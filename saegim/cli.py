"""The command ``saegim``: the client's verbs always, the workbench's where it is installed."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table
from typer._click.exceptions import ClickException

from saegim.errors import ClientError
from saegim.pull import pull
from saegim.releases import Releases

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  help="Saegim: from photographs to dataset releases.\n\nExample:  saegim datasets list")
datasets = typer.Typer(no_args_is_help=True, help="Releases: what there is, and how to get it.\n\n"
                                                  "Example:  saegim datasets pull scene-text@1 --to data/")
app.add_typer(datasets, name="datasets")
console = Console()
NEEDS_WORKBENCH = ("run", "up", "down", "status", "doctor", "ledger", "ingest", "models", "label")


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
            table.add_row(str(manifest.name), _splits(manifest.splits),
                          _size(sum(file.bytes for file in manifest.files if file.kind == "images")),
                          _size(manifest.labels.bytes), manifest.parent or "")
    if table.row_count:
        console.print(table)
    else:
        console.print(f"No release yet at {releases.address}.", markup=False)


@datasets.command()
def show(name: str = typer.Argument(help="NAME, or NAME@N.", metavar="NAME[@N]")) -> None:
    """Show one release: its samples, files and columns.

    Example:  saegim datasets show scene-text@1
    """
    manifest = Releases().manifest(name)
    console.print(f"[bold]{manifest.name}[/]  {manifest.description}")
    facts = Table.grid(padding=(0, 2))
    facts.add_row("samples", _splits(manifest.splits))
    facts.add_row("unit", manifest.unit)
    facts.add_row("made from", manifest.parent or "nothing: it is the first")
    facts.add_row("left out", str(len(manifest.exclusions)))
    facts.add_row("licence", manifest.licence)
    facts.add_row("code", manifest.code_version)
    facts.add_row("recipe", f"sha256 {manifest.recipe_sha256[:12]}…")
    console.print(facts)
    files = Table("file", "rows", "size", "sha256")
    for file in manifest.files:
        files.add_row(file.path, str(file.rows), _size(file.bytes), f"{file.sha256[:12]}…")
    console.print(files)
    columns = Table("label column", "type")
    for column in manifest.columns:
        columns.add_row(column.name, column.type)
    console.print(columns)


@datasets.command("pull")
def pull_release(
    name: str = typer.Argument(help="NAME for the newest, or NAME@N.", metavar="NAME[@N]"),
    to: Path = typer.Option(..., "--to", help="Folder; several releases of one dataset may share it."),
) -> None:
    """Bring a release to a folder: only what is missing, every file checked.

    Example:  saegim datasets pull scene-text@1 --to data/scene-text
    """
    releases = Releases()
    total = sum(file.bytes for file in releases.manifest(name).files)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(f"pulling {name}", total=total)
        pulled = pull(name, to, releases, lambda count: bar.update(line, advance=count))
    console.print(f"{pulled.manifest.name} is in {to}: {_size(pulled.fetched)} fetched, {_size(pulled.kept)} were there. "
                  f"Its files: {pulled.manifest_path}", markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command and ends the process: 0 done, 1 it says why not, 2 wrong use, 130 stopped by Ctrl-C."""
    workbench = _workbench()
    if workbench:
        workbench(app)
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
    except Exception as error:
        if _is_ours(error):
            _fail(str(error))
        raise
    sys.exit(result if isinstance(result, int) else 0)


def _workbench() -> Callable[[typer.Typer], None] | None:
    """What adds the workbench's commands: it runs from its checkout, where the folders of this package's root say so."""
    root = Path(__file__).resolve().parent.parent
    if (root / "prefect.yaml").is_file() and (root / "apps" / "cli").is_dir():
        register: Callable[[typer.Typer], None] = importlib.import_module("apps.cli").register
        return register
    return None


def _is_ours(error: Exception) -> bool:
    """The client's errors and, where it is installed, the workbench's, which this package must not import."""
    return isinstance(error, ClientError) or any(
        (kind.__module__, kind.__name__) == ("schemas.errors", "SaegimError") for kind in type(error).__mro__)


def _fail(message: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True).print(f"saegim: {message}", markup=False, highlight=False)
    sys.exit(1)


def _stopped() -> NoReturn:
    Console(stderr=True).print("saegim: stopped; run the same again to go on", markup=False)
    sys.exit(130)


def _splits(splits: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in splits.items())


def _size(count: int) -> str:
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


if __name__ == "__main__":
    main()
