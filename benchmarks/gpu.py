"""The table of docs/gpu.md, from a folder of pictures and a bundle: one file, no service, nothing of the other benchmarks.

    python benchmarks/gpu.py ~/pictures ~/models/ppocr-v6-small --against rapidocr

A row is printed when it is known. A part that fails is a row, and the others follow. With ``--provider cpu`` the same code runs
where no card is: processes that read around one that runs the models, beside the threads that the engine uses there.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import importlib
import itertools
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from adapters.ocr import detection, gpu_memory
from adapters.ocr.bundles import Bundle, load_bundle
from adapters.ocr.cores import cores
from adapters.ocr.engine import Pixels
from adapters.ocr.onnx_engine import OnnxEngine
from adapters.ocr.sources import fetch
from schemas.reading import Reading

PARTS = ("ours", "cold", "same", "cpu", "memory", "peer")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
LEAST_SIDE = 300
"""Shorter side of a picture, in pixels, below which it is the crop of a word."""
PEER_INSTANCES = 8
"""RapidOCR in as many threads, each with its own: the best that was found for it on an H100 (one alone: 2.2 of 5.5 images/s)."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many pictures each part reads: ``mix`` of them again and again, and all of them."""

    mix: int
    mixed: int
    all: int
    cold: int
    memory: int
    sizes: int
    peer: int
    peer_defaults: int


FULL = Size(mix=24, mixed=960, all=133, cold=2000, memory=5000, sizes=250, peer=96, peer_defaults=6)
FEW = Size(mix=4, mixed=4, all=6, cold=12, memory=20, sizes=5, peer=2, peer_defaults=1)


@dataclass(frozen=True, slots=True)
class Job:
    """What a process of a part is told. ``readers`` as ``OnnxEngine`` takes it."""

    bundle: Bundle
    folder: Path
    provider: str
    readers: int | None


@dataclass(slots=True)
class Read:
    """What a part read: seconds from an open engine on, and with its opening; what the card did meanwhile."""

    images: int
    seconds: float
    opened: float
    precision: str
    readings: list[Reading] = field(default_factory=list)
    busy: float = 0
    watts: float = 0
    at_rest: float = 0
    gigabytes: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Images a second of an open engine."""
        return self.images / self.seconds

    @property
    def card(self) -> str:
        """What the card did, in words; empty where there is none."""
        return f"; GPU busy {self.busy:.0f} % at {self.watts:.0f} W, {max(self.gigabytes):.1f} GiB" if self.gigabytes else ""


class Card:
    """The first card as nvidia-smi sees it five times a second, from ``with`` to its end. Without a card nothing is seen."""

    def __enter__(self) -> Card:
        self.seen: list[tuple[float, float, float]] = []
        self._from = 0
        query = ["nvidia-smi", "--query-gpu=utilization.gpu,power.draw,memory.used", "--format=csv,noheader,nounits",
                 f"--id={os.environ.get('CUDA_VISIBLE_DEVICES', '').split(',')[0] or 0}", "-lms", "200"]
        try:
            self._process: subprocess.Popen[str] | None = subprocess.Popen(query, stdout=subprocess.PIPE, text=True)
        except OSError:
            self._process = None
            return self
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.terminate()
            self._thread.join()

    def _listen(self) -> None:
        assert self._process and self._process.stdout
        for line in self._process.stdout:
            with contextlib.suppress(ValueError):  # [N/A], or a word of the driver
                busy, watts, mebibytes = map(float, line.split(","))
                self.seen.append((busy, watts, mebibytes / 1024))

    def since(self) -> list[tuple[float, float, float]]:
        """Busy in per cent, watts and GiB, seen since this was asked last."""
        found = self.seen[self._from:]
        self._from += len(found)
        return found


def pictures_of(folder: Path, most: int, mix: int) -> tuple[list[Path], list[Path]]:
    """The mix and all pictures, at most ``most``. The benchmarks' folder gives their sets."""

    def inside(path: Path) -> list[Path]:
        return sorted(item for item in path.rglob("*") if item.suffix.lower() in SUFFIXES)

    receipts = sorted((folder / "receipts" / "img").glob("*.jpg"))
    scenes = sorted((folder / "icdar_toy").glob("tests/data/det_toy_dataset/imgs/test/*.jpg"))
    photos = [path for path in inside(folder / "photos") if min(Image.open(path).size) >= LEAST_SIDE]
    if receipts and scenes and photos:
        mixed = [*receipts[::10], *scenes[:8], *photos[::max(1, len(photos) // 8)][:8]]
        found = [*receipts, *scenes, *photos]
    else:
        mixed = found = inside(folder)
    if not found:
        raise SystemExit(f"{folder} has no pictures ({', '.join(SUFFIXES)})")
    return spread(mixed, mix), spread(found, most)


def spread(paths: Sequence[Path], most: int) -> list[Path]:
    """At most so many of them, from the first to the last."""
    return [paths[index * len(paths) // most] for index in range(most)] if len(paths) > most else [*paths]


def pixels(path: Path) -> Pixels:
    """A picture as ingest would have it."""
    return np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))


def read_all(engine: OnnxEngine, paths: Sequence[Path], then: Callable[[list[Reading]], object]) -> None:
    """Reads as prelabel does: threads decode the next window while one is read."""
    windows = [paths[start:start + engine.images_a_read] for start in range(0, len(paths), engine.images_a_read)]
    with ThreadPoolExecutor(cores()) as pool:
        coming = iter([pool.map(pixels, windows[0])])
        for window, following in itertools.zip_longest(windows, windows[1:]):
            decoded = list(next(coming))
            coming = iter([pool.map(pixels, following)] if following else [])
            then(engine.read(decoded, [path.name for path in window]))


def stream(job: Job, first: Sequence[Path], paths: Sequence[Path], cold: bool = False, step: int = 0) -> Read:
    """Reads pictures in this process; ``first`` before the clock starts. Runs in a process of its own.

    Args:
        job: with which engine.
        first: so that what they need is planned.
        paths: the pictures.
        cold: the clock starts with the opening.
        step: memory of the card is noted after each of so many pictures; once for all where it is 0.
    """
    with Card() as card:
        started = time.perf_counter()
        engine = OnnxEngine(job.bundle, job.folder, job.provider, readers=job.readers)
        engine.warm_up()
        opened = time.perf_counter() - started
        if first:
            read_all(engine, first, lambda _: None)
        card.since()
        read = Read(len(paths), 0, opened, engine.precision)
        samples: list[tuple[float, float, float]] = []
        began = started if cold else time.perf_counter()
        for start in range(0, len(paths), step or len(paths)):
            read_all(engine, paths[start:start + (step or len(paths))], read.readings.extend)
            if seen := card.since():
                samples += seen
                read.gigabytes.append(max(gigabytes for _, _, gigabytes in seen))
        read.seconds = time.perf_counter() - began
    if samples:
        read.at_rest = card.seen[0][2]
        read.busy, read.watts = (statistics.mean(sample[index] for sample in samples) for index in (0, 1))
    if step:
        read.readings = []
    return read


def rapidocr(job: Job, paths: Sequence[Path], best: bool) -> float:
    """RapidOCR's images a second on the bundle's files; ``best`` is its best setting on a card, else its defaults."""
    detector, recogniser = job.bundle.detector, job.bundle.recognisers[0]
    assert detector
    params: dict[str, object] = {"Global.log_level": "critical", "Det.model_path": str(job.folder / detector.file),
                                 "Rec.model_path": str(job.folder / recogniser.file)}
    if recogniser.charset:
        params["Rec.rec_keys_path"] = str(job.folder / recogniser.charset)
    device = "cpu" if job.provider == "cpu" else "cuda"
    if device == "cuda":
        params["EngineConfig.onnxruntime.use_cuda"] = True
    if best:
        params |= {"EngineConfig.onnxruntime.cuda_ep_cfg.cudnn_conv_algo_search": "DEFAULT", "Rec.rec_batch_num": 64}
    engines = [importlib.import_module("rapidocr").RapidOCR(params=params) for _ in range(PEER_INSTANCES if best else 1)]

    def read(engine: Any, some: Sequence[Path]) -> None:
        for path in some:
            engine(pixels(path)[:, :, ::-1], use_det=True, use_cls=not best, use_rec=True)

    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(read, engines, [paths[:1]] * len(engines)))
        running = {engine.text_det.session.session.get_providers()[0].lower() for engine in engines}
        if not all(name.startswith(device) for name in running):  # RapidOCR takes the CPU where CUDA does not open
            raise RuntimeError(f"RapidOCR runs on {running}")
        started = time.perf_counter()
        list(pool.map(read, engines, [paths[index::len(engines)] for index in range(len(engines))]))
        return len(paths) / (time.perf_counter() - started)


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns in a process of its own, whose memory and card are free again afterwards."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(function, *arguments).result()


def differences(ours: Sequence[Reading], others: Sequence[Reading]) -> tuple[int, int, int, float]:
    """Lines of both, lines whose text is the same, whose polygon is, and the largest difference of a score."""
    lines = texts = polygons = 0
    largest = 0.0
    for mine, other in zip(ours, others, strict=True):
        lines += max(len(mine.regions), len(other.regions))
        for one, two in zip(mine.regions, other.regions, strict=False):
            texts += one.text == two.text
            polygons += one.polygon == two.polygon
            largest = max(largest, abs((one.score or 0) - (two.score or 0)))
    return lines, texts, polygons, largest


def of_many_sizes(folder: Path, paths: Sequence[Path], sizes: int) -> Iterator[Path]:
    """Pictures in many sizes, from 200 pixels to 1,600."""
    random = np.random.default_rng(7)
    for index in range(sizes):
        picture = ImageOps.exif_transpose(Image.open(paths[index % len(paths)])).convert("RGB")
        picture.thumbnail((int(random.integers(200, 1600)), int(random.integers(200, 1600))))
        path = folder / f"{index}.jpg"
        picture.save(path, quality=90)
        yield path


class Table:
    """The parts of the table, each a method that gives rows: what, how much, the target, whether it is met (None: no target)."""

    def __init__(self, folder: Path, bundle: Path, provider: str, size: Size) -> None:
        source = bundle / "bundle.yaml" if bundle.is_dir() else bundle
        self._bundle = load_bundle(source)
        folder_of_recipe = Path(".saegim") / "benchmark-models" / self._bundle.label
        self._folder = fetch(self._bundle, bundle if bundle.is_dir() else folder_of_recipe)
        self._mix, self._all = pictures_of(folder, size.all, size.mix)
        self._size = size
        self._provider = provider
        self._gpu = provider != "cpu"
        self._subject = Job(self._bundle, self._folder, provider, None if self._gpu else cores())
        self._cpu = Job(self._bundle, self._folder, "cpu", 0)

    def heading(self) -> str:
        """What was measured on what."""
        packages = []
        for name in ("onnxruntime-gpu", "onnxruntime", "numpy", "opencv-python-headless", "pillow", "rapidocr"):
            with contextlib.suppress(PackageNotFoundError):
                packages.append(f"{name} {version(name)}")
        query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total,power.draw,memory.used", "--format=csv,noheader"]
        try:
            card = subprocess.run(query, capture_output=True, text=True, check=True).stdout.strip()
        except (OSError, subprocess.SubprocessError):
            card = "no card"
        assert self._bundle.detector
        shapes = set()
        for path in self._all:
            width, height = Image.open(path).size
            shapes.add(detection.fit(height, width, detection.first_scale(height, width, self._bundle.detector)))
        return (f"{card}; {cores()} cores, {platform.machine()}, Python {platform.python_version()}; "
                f"{', '.join(packages)}; {self._bundle.label} on {self._provider}; {len(self._mix)} mixed pictures, "
                f"{len(self._all)} in all of {len(shapes)} shapes of the detector")

    @functools.cached_property
    def _warm(self) -> Read:
        paths = list(itertools.islice(itertools.cycle(self._mix), self._size.mixed))
        return self._streamed(self._subject, self._mix, paths)

    @functools.cached_property
    def _threads(self) -> Read:
        return self._streamed(self._cpu, self._mix[:2], self._mix)

    def _streamed(self, *arguments: Any, **named: Any) -> Read:
        read: Read = alone(functools.partial(stream, **named), *arguments)
        return read

    def ours(self) -> Iterator[tuple[str, str, str, bool | None]]:
        """The mix, planned before."""
        read = self._warm
        yield (f"{read.images} pictures, the mix again and again, {self._provider}, {read.precision}",
               f"{read.rate:.1f} images/s{read.card}", "≥ 120 on a card", read.rate >= 120 if self._gpu else None)
        if read.gigabytes:
            yield "GPU busy meanwhile", f"{read.busy:.0f} % at {read.watts:.0f} W", "≥ 80 %", read.busy >= 80
        yield "opening and warm-up", f"{read.opened:.1f} s", "", None

    def cold(self) -> Iterator[tuple[str, str, str, bool | None]]:
        """All pictures again and again, planning and opening counted."""
        paths = list(itertools.islice(itertools.cycle(self._all), self._size.cold))
        read = self._streamed(self._subject, [], paths, cold=True)
        yield (f"{read.images} pictures, of {len(self._all)}, from a cold start", f"{read.rate:.1f} images/s{read.card}",
               "≥ 70 on a card", read.rate >= 70 if self._gpu else None)

    def same(self) -> Iterator[tuple[str, str, str, bool | None]]:
        """All pictures, on both."""
        ours, others = (self._streamed(job, [], self._all) for job in (self._subject, self._cpu))
        lines, texts, polygons, largest = differences(ours.readings, others.readings)
        yield (f"lines of {len(self._all)} pictures that read as with threads on this CPU", f"texts {texts:,} of {lines:,}, "
               f"polygons to the bit {polygons:,}; largest difference of a score {largest:.3f}", "all",
               texts == polygons == lines)
        yield f"{len(self._all)} pictures, threads on this CPU", f"{others.rate:.1f} images/s", "", None

    def cpu(self) -> Iterator[tuple[str, str, str, bool | None]]:
        """The mix, on the CPU as the engine reads there."""
        threads = self._threads
        yield f"{threads.images} pictures, the mix, threads on this CPU", f"{threads.rate:.1f} images/s", "", None
        yield f"… {self._provider} beside it", f"{self._warm.rate / threads.rate:.2f} ×", "", None

    def memory(self) -> Iterator[tuple[str, str, str, bool | None]]:
        """The card's memory over many sizes."""
        with tempfile.TemporaryDirectory() as folder:
            made = list(of_many_sizes(Path(folder), self._all, self._size.sizes))
            paths = list(itertools.islice(itertools.cycle(made), self._size.memory))
            read = self._streamed(self._subject, [], paths, step=max(1, len(paths) // 10))
        met = None
        if read.gigabytes:
            cap = gpu_memory.most_bytes() / gpu_memory.GIB
            flat = max(read.gigabytes) <= 1.05 * max(read.gigabytes[:2])
            yield "memory of the card at rest; the cap", f"{read.at_rest:.1f} GiB; {cap:.1f} GiB", "", None
            met = flat and max(read.gigabytes) - read.at_rest <= cap
        yield (f"memory of the card over {len(paths)} pictures of {len(made)} sizes, GiB after each tenth",
               " ".join(f"{gigabytes:.1f}" for gigabytes in read.gigabytes) or "no card", "≤ the cap above rest, flat", met)
        yield f"… {len(paths)} pictures", f"{read.rate:.1f} images/s{read.card}", "", None

    def peer(self) -> Iterator[tuple[str, str, str, bool | None]]:
        """RapidOCR on the same files."""
        paths = list(itertools.islice(itertools.cycle(self._mix), self._size.peer))
        job = self._subject
        best: float = alone(rapidocr, job, paths, self._gpu)
        yield (f"RapidOCR on {self._provider}, {'its best setting' if self._gpu else 'its defaults'}, {len(paths)} pictures",
               f"{best:.2f} images/s; ours {self._warm.rate / best:.1f} ×", "≥ 15 × on a card",
               self._warm.rate >= 15 * best if self._gpu else None)
        if self._gpu:
            defaults: float = alone(rapidocr, job, paths[:self._size.peer_defaults], False)
            yield f"… its defaults, {self._size.peer_defaults} pictures", f"{defaults:.2f} images/s", "", None


def main() -> int:
    """Prints the table; 1 where a target is missed or a part fails."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("pictures", type=Path, help="folder of pictures")
    asked.add_argument("bundle", type=Path, help="folder with bundle.yaml and the model's files, or a recipe's YAML file")
    asked.add_argument("--provider", default="cuda", choices=("cuda", "cuda-tf32", "tensorrt", "cpu"))
    asked.add_argument("--against", choices=("rapidocr",), help="measured too; it has to be installed")
    asked.add_argument("--few", action="store_true", help="a few pictures, to see that it runs: its figures say nothing")
    asked.add_argument("--only", nargs="+", choices=PARTS, help="these parts")
    options = asked.parse_args()
    table = Table(options.pictures, options.bundle, options.provider, FEW if options.few else FULL)
    print(table.heading(), "\n\n| what | measured | target | met |\n|---|---|---|---|", sep="", flush=True)
    failed = False
    for part in options.only or [name for name in PARTS if name != "peer" or options.against]:
        try:
            for name, measured, target, met in getattr(table, part)():
                print(f"| {name} | {measured} | {target} | { {True: 'yes', False: '**no**', None: ''}[met] } |", flush=True)
                failed |= met is False
        except Exception as error:  # the other parts are worth having
            print(f"| {part} | failed: {type(error).__name__}: {' '.join(str(error).split())[:300]} | | **no** |", flush=True)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
