"""Pictures with truth for the benchmarks of OCR, and the two readers that they compare, each in a process of its own."""

from __future__ import annotations

import functools
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image, ImageOps
from rapidocr import RapidOCR

from adapters.ocr.bundles import load_bundle
from adapters.ocr.engine import OcrEngine, Pixels, open_engine
from adapters.ocr.onnx_engine import OnnxEngine
from adapters.ocr.sources import fetch
from schemas.geometry import tidy
from schemas.reading import Attributes, Reading, Region, Unit
from schemas.text import normalise
from tests.places import REAL_DATA

ROOT = Path(__file__).resolve().parents[1]
SHARED = REAL_DATA
ICDAR = SHARED / "icdar_toy" / "tests" / "data" / "det_toy_dataset"
MODELS = ROOT / ".saegim" / "benchmark-models"
Reader = Callable[[Sequence[Path]], list[Reading]]


def receipts() -> list[Path]:
    """The 80 scanned receipts."""
    return sorted((SHARED / "receipts" / "img").glob("*.jpg"))


def scenes() -> list[Path]:
    """The ten ICDAR 2015 photographs."""
    return sorted((ICDAR / "imgs" / "test").glob("*.jpg"))


def photos() -> list[Path]:
    """Photographs of signs, packages and papers; crops of single words left out."""
    paths = (path for path in sorted((SHARED / "photos").rglob("*")) if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return [path for path in paths if min(Image.open(path).size) >= 300]


def truth_of(path: Path) -> Reading:
    """What is written on a receipt (lines, in capitals as its labels are) or where on a photograph (words, no texts)."""
    width, height = Image.open(path).size
    found: list[tuple[list[tuple[float, float]], str, bool]] = []
    if path.parent.parent.name == "receipts":
        for line in (SHARED / "receipts" / "box" / f"{path.stem}.csv").read_text("utf-8", errors="replace").splitlines():
            parts = line.split(",", 8)
            if len(parts) == 9:
                numbers = list(map(float, parts[:8]))
                found.append((list(zip(numbers[::2], numbers[1::2], strict=True)), parts[8], True))
    else:
        labels = json.loads((ICDAR / "textdet_test.json").read_text("utf-8"))["data_list"]
        (item,) = (item for item in labels if Path(item["img_path"]).name == path.name)
        for instance in item["instances"]:
            numbers = instance["polygon"]
            found.append((list(zip(numbers[::2], numbers[1::2], strict=True)), "", not instance["ignore"]))
    regions = [Region(str(index), polygon, normalise(text), Attributes(legible=legible))
               for index, (corners, text, legible) in enumerate(found) if (polygon := tidy(corners, width, height))]
    return Reading(path.name, "truth", "", 0, Unit.LINE, width, height, tuple(regions))


@contextmanager
def reader(make: Callable[..., Any], *arguments: object) -> Iterator[ProcessPoolExecutor]:
    """A process in which a reader is open; ``read`` and ``memory`` are for its ``submit``."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_open, initargs=(make, arguments)) as process:
        yield process


def read(paths: Sequence[Path]) -> list[Reading]:
    """What the reader of this process reads."""
    found: list[Reading] = _reader(paths)
    return found


def memory() -> float:
    """Memory of this process in MB."""
    return float(psutil.Process().memory_info().rss / 1e6)


def ours(model: str, provider: str = "cpu") -> Reader:
    """The product's engine, as prelabel uses it."""
    return _reader_of(open_ours(model, provider))


def in_processes(model: str, readers: int) -> Reader:
    """The same in processes around one that runs the models, on the CPU: as on a GPU."""
    bundle = load_bundle(ROOT / "recipes" / "models" / f"{model}.yaml")
    return _reader_of(OnnxEngine(bundle, fetch(bundle, MODELS / bundle.label), "cpu", readers=readers))


def _reader_of(engine: OcrEngine) -> Reader:
    engine.warm_up()

    def read_all(paths: Sequence[Path]) -> list[Reading]:
        found = []
        for start in range(0, len(paths), engine.images_a_read):
            window = paths[start:start + engine.images_a_read]
            found += engine.read([pixels(path) for path in window], [path.name for path in window])
        return found

    return read_all


def open_ours(model: str, provider: str) -> OcrEngine:
    """The engine on a recipe, its files fetched."""
    bundle = load_bundle(ROOT / "recipes" / "models" / f"{model}.yaml")
    return open_engine(bundle, fetch(bundle, MODELS / bundle.label), provider)


def rapidocr(use_cls: bool = True, **params: str) -> Reader:
    """RapidOCR with its defaults; ``params`` as in its configuration, with ``__`` for dots."""
    named = {name.replace("__", "."): value for name, value in params.items()}
    engine = RapidOCR(params={"Global.log_level": "critical", **named})
    engine(np.full((64, 256, 3), 255, np.uint8))
    return functools.partial(_read_with_rapidocr, engine, use_cls)


def _read_with_rapidocr(engine: RapidOCR, use_cls: bool, paths: Sequence[Path]) -> list[Reading]:
    found = []
    for path in paths:
        picture = pixels(path)
        height, width = picture.shape[:2]
        # Its flags are kept from call to call: all three, every time.
        result = engine(picture[:, :, ::-1], use_det=True, use_cls=use_cls, use_rec=True)
        boxes = [] if result.boxes is None else result.boxes
        regions = [Region(str(index), polygon, normalise(text), Attributes(), round(float(score), 3))
                   for index, (box, text, score) in enumerate(zip(boxes, result.txts or (), result.scores or (), strict=True))
                   if (polygon := tidy([(float(x), float(y)) for x, y in box], width, height))]
        found.append(Reading(path.name, "rapidocr", "", 0, Unit.LINE, width, height, tuple(regions)))
    return found


def pixels(path: Path) -> Pixels:
    """A picture as ingest would have it."""
    return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))


def _open(make: Callable[..., Reader], arguments: tuple[object, ...]) -> None:
    global _reader
    _reader = make(*arguments)


_reader: Any = None
