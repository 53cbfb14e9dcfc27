"""Publishing images of one kilobyte with their labels: memory and time from ten thousand images to a million."""

from __future__ import annotations

import functools
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from benchmarks.labelled_images import fill, index, recipe, relabel, small_picture
from benchmarks.store import workbench
from benchmarks.watched import peak_megabytes
from workbench.bench import Workbench
from workbench.export import publish as publishing
from workbench.export.plan import next_release
from workbench.settings import Settings

SIZES = tuple(int(size) for size in os.environ.get("SAEGIM_BENCH_ROWS", "10000,100000,1000000").split(","))
REGIONS = 8
MOST_MB, MOST_GROWTH = 1500, 1.3
PHASES = {"images": "write_images", "labels": "write_label_file", "gates": "ask_gates", "diff": "diff_with_parent",
          "pages of the diff": "diff_files", "card": "card_files"}
"""Functions of publishing, by what they do."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What publishing took, in a process that did nothing else.

    Attributes:
        seconds: from planning to the manifest.
        cpu: of these, seconds of the process's own threads.
        start: MB of the process before.
        peak: MB at most (VmHWM).
        phases: seconds and the peak so far, in MB, by what was done.
        candidates: pairs that the leak report looked at.
    """

    seconds: float
    cpu: float
    start: float
    peak: float
    phases: dict[str, tuple[float, float]]
    candidates: int


def run(sizes: Sequence[int] = SIZES, most_growth: float = MOST_GROWTH) -> list[Figure]:
    """Each size is published as a dataset of its own from one ledger that grows; the largest has a second release.

    Args:
        sizes: numbers of images, the smallest first.
        most_growth: by which a row may take longer at the largest size than at the one before.
    """
    with workbench() as bench:
        ids: list[str] = []
        found: dict[int, Measured] = {}
        figures: list[Figure] = []
        for size in sizes:
            new = fill(bench, range(len(ids), size), small_picture, REGIONS)
            index(Path(str(bench.ledger.url.database)), new, size)
            ids += new
            found[size] = _alone(bench.settings, f"made-{size}")
            figures += _rows(f"{size:,} images of 1 KB with {REGIONS} regions", size, found[size])
        changed = range(0, sizes[-1], 100)
        relabel(bench, [ids[number] for number in changed], small_picture, changed, REGIONS)
        figures += _rows(f"the next release of {sizes[-1]:,}, 1 % of the labels changed", sizes[-1],
                         _alone(bench.settings, f"made-{sizes[-1]}"))
    if len(sizes) > 1:
        few, many = sizes[-2:]
        figures.append(_linear("time a row", few, many, found[few].seconds, found[many].seconds, most_growth))
        figures.append(_linear("… processor time of the publisher", few, many, found[few].cpu, found[many].cpu))
    return figures


def _rows(name: str, size: int, measured: Measured) -> list[Figure]:
    phases = ", ".join(f"{phase} {seconds:.1f} s to {peak:,.0f} MB" for phase, (seconds, peak) in measured.phases.items())
    return [
        Figure(f"{name}: peak memory", f"{measured.peak:,.0f} MB ({measured.start:,.0f} MB before it began)", "", "",
               f"≤ {MOST_MB:,} MB", measured.peak <= MOST_MB),
        Figure("… time", f"{measured.seconds:,.1f} s, {size / measured.seconds:,.0f} images/s (processor {measured.cpu:,.1f} s)"),
        Figure("… of it, and peak memory until then", f"{phases}; {measured.candidates:,} pairs for the leak report"),
    ]


def _linear(name: str, few: int, many: int, before: float, after: float, most: float | None = None) -> Figure:
    one, other = after / many * 1e3, before / few * 1e3
    return Figure(f"{name} at {many:,} against {few:,}", f"{one:.2f} ms", f"{other:.2f} ms", f"{one / other:.2f}",
                  f"≤ {most} ×" if most else "", one / other <= most if most else None)


def _alone(settings: Settings, name: str) -> Measured:
    os.sync()  # the disk still writes what was filled in
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
        return alone.submit(_publish, settings, name).result()


def _publish(settings: Settings, name: str) -> Measured:
    bench = Workbench(settings)
    start, phases, candidates = peak_megabytes(), dict[str, tuple[float, float]](), 0

    def timed(phase: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def wrapper(*args: Any) -> Any:
            nonlocal candidates
            begun = time.perf_counter()
            result = call(*args)
            phases[phase] = (time.perf_counter() - begun, peak_megabytes())
            candidates = result.candidates if phase == "gates" else candidates
            return result
        return wrapper

    begun, cpu = time.perf_counter(), time.process_time()
    release = timed("planning", next_release)(bench, recipe(name))
    for phase, function in PHASES.items():
        setattr(publishing, function, timed(phase, getattr(publishing, function)))
    manifest = publishing.publish(bench, release)
    assert manifest and sum(manifest.splits.values()) > 0.9 * int(name.rpartition("-")[2])
    return Measured(time.perf_counter() - begun, time.process_time() - cpu, start, peak_megabytes(), phases, candidates)
