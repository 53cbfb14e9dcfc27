"""Reading with PP-OCRv6 small: images a second and accuracy beside RapidOCR on the same ONNX files, memory over 1,000 images.

What a GPU has to do is in benchmarks/gpu.py.
"""

from __future__ import annotations

import contextlib
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from rapidfuzz.distance import Levenshtein
from rich.progress import track

from adapters.ocr import detection
from adapters.ocr.bundles import load_bundle
from adapters.ocr.cores import cores
from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.sessions import flush_denormals
from benchmarks.figures import ROUNDS, Figure, faster, interleaved
from benchmarks.ocr_pictures import (
    MODELS,
    ROOT,
    in_processes,
    memory,
    open_ours,
    ours,
    photos,
    pixels,
    rapidocr,
    read,
    reader,
    receipts,
    scenes,
    truth_of,
)
from schemas.reading import Reading
from schemas.text import without_spaces
from stages.compare import Comparison, compare

MODEL = "ppocr-v6-small"
Times = tuple[float, float, list[float]]
IMAGES, STEP = 1000, 15
POINTS = 0.002
"""Two tenths of a point."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """h-mean of detection at IoU .5 (receipts' lines and ICDAR's words), and CER of receipts, capitals, spaces ignored.

    ``cer`` counts a line that was not found as all wrong; ``cer_found`` is over lines that both readers found.
    """

    hmean: float
    cer: float
    cer_found: float


def run() -> list[Figure]:
    """All rows."""
    mixed = [*receipts()[::10], *scenes()[:8], *photos()[::max(1, len(photos()) // 8)][:8]]
    rows = []
    with reader(ours, MODEL) as mine, reader(rapidocr) as theirs, _openvino() as other:
        times, beside = _in_turn(mixed, mine, theirs, other)
        rows.append(faster(f"onnxruntime: {len(mixed)} receipts and photographs", "images/s", len(mixed), times, 1.7))
        rows.append(faster("OpenVINO: the same", "images/s", len(mixed), beside, 3) if beside else
                    Figure("OpenVINO", "not measured: the package is not installed", "", "", "≥ 3 ×"))
        paths = [*receipts(), *scenes()]
        found = {name: [reading for start in track(range(0, len(paths), STEP), f"accuracy, {name}", transient=True)
                        for reading in process.submit(read, paths[start:start + STEP]).result()]
                 for name, process in (("onnxruntime", mine), ("RapidOCR", theirs), ("OpenVINO", other)) if process}
        rows += _accuracy(paths, found)
        rows.append(_memory(mine))
        rows += _processes(mine, mixed[::3])
    return [*rows, *_denormals()]


@contextlib.contextmanager
def _openvino() -> Iterator[ProcessPoolExecutor | None]:
    if importlib.util.find_spec("openvino") is None:
        yield None
        return
    with reader(ours, MODEL, "openvino") as process:
        yield process


def _in_turn(paths: Sequence[Path], mine: ProcessPoolExecutor, theirs: ProcessPoolExecutor,
             other: ProcessPoolExecutor | None) -> tuple[Times, Times | None]:
    """Seconds of onnxruntime and of OpenVINO, each beside RapidOCR's in the same rounds."""
    seconds: dict[ProcessPoolExecutor, list[float]] = {process: [] for process in (mine, theirs, other) if process}
    for _ in track(range(ROUNDS), "rounds", transient=True):
        for process, found in seconds.items():
            started = time.perf_counter()
            process.submit(read, paths).result()
            found.append(time.perf_counter() - started)

    def beside(process: ProcessPoolExecutor) -> Times:
        return (statistics.median(seconds[process]), statistics.median(seconds[theirs]),
                [b / a for a, b in zip(seconds[process], seconds[theirs], strict=True)])

    return beside(mine), beside(other) if other else None


def _accuracy(paths: Sequence[Path], found: dict[str, list[Reading]]) -> list[Figure]:
    truths = [truth_of(path) for path in paths]
    compared = {name: [compare(truth, reading) for truth, reading in zip(truths, readings, strict=True)]
                for name, readings in found.items()}
    peer = accuracy(compared["RapidOCR"], compared["RapidOCR"])
    rows = []
    for name in compared:
        if name == "RapidOCR":
            continue
        mine = accuracy(compared[name], compared["RapidOCR"])
        beside = accuracy(compared["RapidOCR"], compared[name])
        rows += [
            Figure(f"{name}: h-mean of {len(paths)} images", f"{mine.hmean:.4f}", f"{peer.hmean:.4f}",
                   f"{100 * (mine.hmean - peer.hmean):+.2f} points", "≥ -0.2 points", mine.hmean >= peer.hmean - POINTS),
            Figure(f"{name}: CER of the receipts, a missed line is all wrong", f"{mine.cer:.4f}", f"{peer.cer:.4f}",
                   f"{100 * (mine.cer - peer.cer):+.2f} points", "≤ +0.2 points", mine.cer <= peer.cer + POINTS),
            Figure(f"{name}: CER of lines that both found", f"{mine.cer_found:.4f}", f"{beside.cer_found:.4f}",
                   f"{100 * (mine.cer_found - beside.cer_found):+.2f} points", "≤ +0.2 points",
                   mine.cer_found <= beside.cer_found + POINTS)]
    return rows


def accuracy(mine: Sequence[Comparison], other: Sequence[Comparison]) -> Accuracy:
    """Figures of one reader; ``other`` is the one whose lines are found by both."""
    matched = sum(len(item.matches) for item in mine)
    wanted = matched + sum(len(item.missed) for item in mine)
    given = matched + sum(len(item.extra) for item in mine)
    edits = length = edits_found = length_found = 0
    for one, two in zip(mine, other, strict=True):
        both = {match.truth.region_id for match in two.matches}
        for match in one.matches:
            size = len(without_spaces(match.truth.text))
            # The labels are in capitals whatever is printed, so the edits are counted anew.
            wrong = _edits(match.truth.text, match.other.text) if size else 0
            edits, length = edits + wrong, length + size
            if match.truth.region_id in both:
                edits_found, length_found = edits_found + wrong, length_found + size
        missed = sum(len(without_spaces(region.text)) for region in one.missed)
        edits, length = edits + missed, length + missed
    return Accuracy(2 * matched / (wanted + given), edits / length, edits_found / length_found)


def _edits(one: str, other: str) -> int:
    return Levenshtein.distance(without_spaces(one.upper()), without_spaces(other.upper()))


def _memory(process: ProcessPoolExecutor) -> Figure:
    """Largest memory of a worker over a thousand images of mixed size, after each hundred."""
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        paths = list(_mixed(Path(folder)))
        for start in track(range(0, IMAGES, 100), "memory", transient=True):
            process.submit(read, [paths[index % len(paths)] for index in range(start, start + 100)]).result()
            sizes.append(process.submit(memory).result())
    growth = max(sizes) / sizes[0]
    return Figure(f"memory over {IMAGES} images of {len(paths)} sizes, MB after each hundred",
                  " ".join(f"{size:,.0f}" for size in sizes), "", f"{growth:.2f}", "≤ 1.1 × the first", growth <= 1.1)


def _mixed(folder: Path) -> Iterator[Path]:
    """Photographs in many sizes, from 200 to 1,100 pixels."""
    random = np.random.default_rng(7)
    sources = [*photos(), *scenes(), *receipts()[::4]]
    for index in range(250):
        picture = Image.open(sources[index % len(sources)]).convert("RGB")
        picture.thumbnail((int(random.integers(200, 1100)),) * 2)
        path = folder / f"{index}.jpg"
        picture.save(path, quality=90)
        yield path


def _processes(threads: ProcessPoolExecutor, paths: Sequence[Path]) -> list[Figure]:
    """What processes around one that runs the models cost or gain on a CPU: threads stay where these are not faster."""
    with reader(in_processes, MODEL, cores()) as processes:
        times = interleaved(lambda: processes.submit(read, paths).result(), lambda: threads.submit(read, paths).result(),
                            rounds=3)
        same = processes.submit(read, paths).result() == threads.submit(read, paths).result()
    name = "on the CPU: processes around one that runs the models, as on a GPU; threads, which are used"
    return [faster(name, "images/s", len(paths), times, None),
            Figure("… they read the same, polygons to the bit", "yes" if same else "no", "", "", "yes", same)]


def _denormals() -> list[Figure]:
    """What the detector costs in a thread that computes with denormals, and in one that takes them for zero."""
    open_ours(MODEL, "cpu")
    bundle = load_bundle(ROOT / "recipes" / "models" / f"{MODEL}.yaml")
    assert bundle.detector
    session = OnnxSession(MODELS / bundle.label / bundle.detector.file, "cpu", {})
    picture = pixels(receipts()[3])
    height, width = picture.shape[:2]
    size = detection.fit(height, width, detection.first_scale(height, width, bundle.detector))
    tensor = detection.prepare(detection.resize(picture, size), bundle.detector)
    with ThreadPoolExecutor(1, initializer=flush_denormals) as flushed, ThreadPoolExecutor(1) as plain:
        times = interleaved(lambda: flushed.submit(session.run, [tensor]).result(),
                            lambda: plain.submit(session.run, [tensor]).result())
        one, other = (pool.submit(session.run, [tensor]).result()[0] for pool in (flushed, plain))
    row = faster("one detection: denormals are zero; they are computed", "runs/s", 1, times, None)
    same = np.array_equal(one, other)
    return [row, Figure("… its output is the same to the bit", "yes" if same else "no", "", "", "yes", same)]
