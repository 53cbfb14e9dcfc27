"""saegim models: OCR models, as bundles that every worker reads from object storage."""

from __future__ import annotations

import statistics
import time
import warnings
from pathlib import Path

import numpy as np
import psutil
import typer
from PIL import Image, ImageOps
from rich.console import Console
from rich.progress import track

from adapters.ocr.bundles import BUNDLE_FILE, Bundle, load_bundle, problems
from adapters.ocr.engine import OcrEngine, open_engine
from adapters.ocr.sources import fetch as fetch_files
from datastore.ledger import model_runs
from saegim.tables import Table, print_table
from schemas.errors import SettingError
from workbench import models
from workbench.bench import Workbench
from workbench.settings import ROOT, load_settings

app = typer.Typer(no_args_is_help=True, help="OCR models: what there is, what is used, how fast it is.\n\n"
                                             "Example:  saegim models list")
console = Console()
SAMPLES = ROOT / "apps" / "demo" / "samples"
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
ROUNDS = 3
READS = "●"
CHOSEN = "chosen"
READS_INSTEAD = "● in its place"


@app.command("list")
def list_models() -> None:
    """Show recipes and pushed bundles, and which one the workers use.

    Example:  saegim models list
    """
    bench = Workbench(load_settings())
    pushed = set(models.pushed(bench))
    recipes = [load_bundle(path) for path in sorted(models.RECIPES.glob("*.yaml"))]
    names = {item.label for item in recipes} | {f"{name}@{version}" for name, version in pushed}
    in_use = models.find(bench, bench.model)
    stand_in = _stand_in(bench, in_use)
    rows = []
    for label in sorted(names):
        bundle = models.find(bench, label)
        places = {"bucket": (bundle.name, bundle.version) in pushed, "recipe": any(item.label == label for item in recipes)}
        where = " and ".join(place for place, there in places.items() if there)
        here = "yes" if not problems(bundle, models.cache_folder(bundle)) else "no"
        rows.append((label, _used(label, in_use.label, stand_in), str(bundle.unit), " ".join(bundle.languages), where, here,
                     bundle.licence))
    headings = ("model", "in use", "unit", "languages", "where", "on this machine", "licence")
    print_table(console, Table("OCR models", headings, tuple(rows), left=len(headings)),
                {READS: "green", CHOSEN: "yellow", READS_INSTEAD: "yellow"})
    if stand_in:
        console.print(f"The last prelabel could not have {in_use.label}, and {stand_in} read in its place. Try again:  "
                      f"saegim models fetch {in_use.label}", style="yellow", markup=False)
    if bench.settings.model:
        console.print(f"On this machine SAEGIM_MODEL={bench.settings.model} says which one; `saegim models use` chooses for the "
                      "others.", style="yellow", markup=False)


def _used(label: str, in_use: str, stand_in: str | None) -> str:
    if label == stand_in:
        return READS_INSTEAD
    if label == in_use:
        return CHOSEN if stand_in else READS
    return ""


def _stand_in(bench: Workbench, in_use: Bundle) -> str | None:
    """The model that read in another one's place when prelabel last ran; None where the one in use did."""
    reader = (model_runs.model_reader(bench.ledger, bench.model) or in_use.reader).removeprefix("model:")
    return None if reader.partition("@")[0] == in_use.name else reader


@app.command()
def fetch(name: str = typer.Argument(help="NAME, or NAME@VERSION.")) -> None:
    """Bring a model's files to this machine and check their sha256.

    Example:  saegim models fetch ppocr-korean
    """
    bench = Workbench(load_settings())
    bundle, folder, _ = models.obtain(bench, name, _tell)
    console.print(f"{bundle.label} is at {folder}, all sha256 right", markup=False)


@app.command()
def push(name: str = typer.Argument(help=f"Folder with {BUNDLE_FILE} and its files, or a model's name.")) -> None:
    """Try a bundle on a line of text and put it into object storage, where every worker finds it.

    Example:  saegim models push ./our-engine/
    """
    bench = Workbench(load_settings())
    bundle, folder = _bundle_of(bench, name)
    if sourced := [item for item in bundle.files if item.sources and Path(name).is_dir()]:
        fetch_files(bundle.model_copy(update={"files": sourced}), folder, _tell)
    if wrong := problems(bundle, folder):
        raise SettingError(f"{folder / BUNDLE_FILE}: {'; '.join(wrong)}. `sha256sum FILE` prints what belongs there")
    open_engine(bundle, folder, bench.settings.onnx_provider)
    new = models.push(bench, bundle, folder)
    console.print(f"{bundle.label} {'is' if new else 'was'} in bucket {bench.settings.bucket_models}"
                  f"{'' if new else ' already, the same'}. Use it:  saegim models use {bundle.label}", markup=False)


@app.command()
def use(name: str = typer.Argument(help="NAME, or NAME@VERSION.")) -> None:
    """Choose the model that all workers use from their next run on.

    Example:  saegim models use our-engine@7
    """
    bench = Workbench(load_settings())
    bundle = models.use(bench, name)
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
    bundle, folder = _bundle_of(workbench, name)
    provider = workbench.settings.onnx_provider
    engine = open_engine(bundle, folder, provider)
    paths = [path for path in sorted(images.rglob("*")) if path.suffix.lower() in PICTURES and _opens(path)]
    if not paths:
        raise SettingError(f"--images {images} holds no pictures that open ({', '.join(sorted(PICTURES))})")
    engine.warm_up()
    rounds = track(range(ROUNDS), "reading", console=console, transient=True)
    seconds = statistics.median(_read_all(engine, paths, show and number == 0) for number in rounds)
    memory = psutil.Process().memory_info().rss / 1e6
    console.print(f"{bundle.label} on {provider}, {engine.precision}: [bold]{len(paths) / seconds:.2f} images/s[/] ({len(paths)} "
                  f"pictures, median of {ROUNDS}, {psutil.cpu_count()} cores), {memory:,.0f} MB", highlight=False)


def _bundle_of(bench: Workbench, name: str) -> tuple[Bundle, Path]:
    """A bundle and its files: a folder as it lies, or a model brought here."""
    path = Path(name)
    if (path / BUNDLE_FILE).is_file():
        return load_bundle(path / BUNDLE_FILE), path
    if path.is_dir() or len(path.parts) > 1:
        raise SettingError(f"{path} holds no {BUNDLE_FILE}: docs/adding-an-ocr-model.md shows one")
    bundle = models.find(bench, name)
    return bundle, models.bring(bench, bundle, _tell)


def _opens(path: Path) -> bool:
    """Whether a file is a picture; one that is none is named."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.open(path).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        _tell(f"{path} is left out: {error}")
        return False
    return True


def _tell(line: str) -> None:
    console.print(line, markup=False, style="dim")


def _read_all(engine: OcrEngine, paths: list[Path], show: bool) -> float:
    """Seconds that the engine took, decoding left out."""
    seconds = 0.0
    for start in range(0, len(paths), engine.images_a_read):
        window = paths[start:start + engine.images_a_read]
        pictures = [np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB")) for path in window]
        started = time.perf_counter()
        found = engine.read(pictures, [path.name for path in window])
        seconds += time.perf_counter() - started
        for reading in found if show else ():
            console.print(f"{reading.image_id}: " + " · ".join(f"{region.text} ({region.score})" for region in reading.regions),
                          markup=False, highlight=False)
    return seconds
