"""saegim models: OCR models, as bundles that every worker reads from object storage."""

from __future__ import annotations

import statistics
from pathlib import Path

import psutil
import typer
from rich.console import Console
from rich.progress import track

from adapters.ocr.bundles import BUNDLE_FILE
from adapters.ocr.engine import open_engine
from saegim.tables import Table, print_table
from workbench import models
from workbench.bench import Workbench
from workbench.measure_model import Measured, measure, pictures_in
from workbench.model_list import ListedModel, ModelUse
from workbench.model_list import list_models as every_model
from workbench.push_model import try_and_push
from workbench.settings import ROOT, load_settings

app = typer.Typer(no_args_is_help=True, help="OCR models: what there is, what is used, how fast it is.\n\n"
                                             "Example:  saegim models list")
console = Console()
SAMPLES = ROOT / "apps" / "demo" / "samples"
ROUNDS = 3
IN_USE = {ModelUse.READS: "●", ModelUse.CHOSEN: "chosen", ModelUse.READS_INSTEAD: "● in its place", ModelUse.NONE: ""}
"""What the table says of a model's use."""
COLOURS = {IN_USE[ModelUse.READS]: "green", IN_USE[ModelUse.CHOSEN]: "yellow", IN_USE[ModelUse.READS_INSTEAD]: "yellow"}
HEADINGS = ("model", "in use", "unit", "languages", "where", "on this machine", "licence")


@app.command("list")
def list_models() -> None:
    """Show recipes and pushed bundles, and which one the workers use.

    Example:  saegim models list
    """
    bench = Workbench(load_settings())
    found = every_model(bench)
    print_table(console, Table("OCR models", HEADINGS, tuple(map(_cells, found.models)), left=len(HEADINGS)), COLOURS)
    if found.stand_in:
        console.print(f"The last prelabel could not have {found.in_use.label}, and {found.stand_in} read in its place. Try "
                      f"again:  saegim models fetch {found.in_use.label}", style="yellow", markup=False)
    if bench.settings.model:
        console.print(f"On this machine SAEGIM_MODEL={bench.settings.model} says which one; `saegim models use` chooses for the "
                      "others.", style="yellow", markup=False)


def _cells(model: ListedModel) -> tuple[str, ...]:
    bundle = model.bundle
    where = " and ".join(place for place, there in (("bucket", model.in_bucket), ("recipe", model.is_recipe)) if there)
    return (bundle.label, IN_USE[model.use], str(bundle.unit), " ".join(bundle.languages), where,
            "yes" if model.on_this_machine else "no", bundle.licence)


@app.command()
def fetch(name: str = typer.Argument(help="NAME, or NAME@VERSION.")) -> None:
    """Bring a model's files to this machine and check their sha256.

    Example:  saegim models fetch ppocr-korean
    """
    model = models.obtain(Workbench(load_settings()), name, _tell)
    console.print(f"{model.bundle.label} is at {model.folder}, all sha256 right", markup=False)


@app.command()
def push(name: str = typer.Argument(help=f"Folder with {BUNDLE_FILE} and its files, or a model's name.")) -> None:
    """Try a bundle on a line of text and put it into object storage, where every worker finds it.

    Example:  saegim models push ./our-engine/
    """
    bench = Workbench(load_settings())
    pushed = try_and_push(bench, name, _tell)
    label = pushed.bundle.label
    console.print(f"{label} {'is' if pushed.is_new else 'was'} in bucket {bench.settings.bucket_models}"
                  f"{'' if pushed.is_new else ' already, the same'}. Use it:  saegim models use {label}", markup=False)


@app.command()
def use(name: str = typer.Argument(help="NAME, or NAME@VERSION.")) -> None:
    """Choose the model that all workers use from their next run on.

    Example:  saegim models use our-engine@7
    """
    bench = Workbench(load_settings())
    bundle = models.use_model(bench, name)
    console.print(f"{bundle.label} is in use. It reads what no person has labelled at the next prelabel; labelled images too:  "
                  "saegim run prelabel --only all", markup=False)
    if bench.settings.model:
        console.print(f"On this machine SAEGIM_MODEL={bench.settings.model} still wins.", style="yellow", markup=False)


@app.command()
def bench(name: str = typer.Argument(help="NAME, NAME@VERSION, or a folder with a bundle."),
          images: Path = typer.Option(SAMPLES, help="Folder of pictures; the demo's samples where left out."),
          show: bool = typer.Option(False, help="Print what was read.")) -> None:
    """Measure how fast a model reads pictures on this machine, as prelabel does.

    Example:  saegim models bench ppocr-v6-small --images ~/photos --show
    """
    workbench = Workbench(load_settings())
    provider = workbench.settings.onnx_provider
    model = models.model_at(workbench, name, _tell)
    engine = open_engine(model.bundle, model.folder, provider)
    paths = pictures_in(images, _tell)
    engine.warm_up()
    rounds = [measure(engine, paths) for _ in track(range(ROUNDS), "reading", console=console, transient=True)]
    if show:
        _print_readings(rounds[0])
    seconds = statistics.median(one.seconds for one in rounds)
    memory = psutil.Process().memory_info().rss / 1e6
    console.print(f"{model.bundle.label} on {provider}, {engine.precision}: [bold]{len(paths) / seconds:.2f} images/s[/] "
                  f"({len(paths)} pictures, median of {ROUNDS}, {psutil.cpu_count()} cores), {memory:,.0f} MB", highlight=False)


def _print_readings(measured: Measured) -> None:
    for reading in measured.readings:
        console.print(f"{reading.image_id}: " + " · ".join(f"{region.text} ({region.score})" for region in reading.regions),
                      markup=False, highlight=False)


def _tell(line: str) -> None:
    console.print(line, markup=False, style="dim")
