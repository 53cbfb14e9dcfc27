"""Rows of ``evaluate`` about detection: figures that others published, a second implementation, and how fast it goes."""

from __future__ import annotations

import importlib.util
import json
import random
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from rich.progress import track

from benchmarks.figures import Figure, faster, interleaved
from schemas.outcomes import IOUS
from schemas.reading import Attributes, Reading, Region, Unit
from stages.compare import measure_all
from stages.evaluate.cleval import ClevalCounts, LetterCounts, count_cleval
from stages.evaluate.detection import DetectionCounts, count_detection
from stages.evaluate.deteval import DetEvalCounts, count_deteval
from tests.icdar_loop import copied_loop, icdar_counts
from tests.places import REAL_DATA
from tests.rates import rates_of
from tests.receipt_predictions import (
    DETECTION,
    DETECTION_RATES,
    END_TO_END,
    END_TO_END_RATES,
    expected_deteval,
    receipts,
)
from tests.scattered_words import scattered

IMAGES = 1000
WORDS = 30
AT_ONCE = 200
"""Images whose overlaps are measured in one go."""
FEW = 20
"""Images on which the copied loop runs: it takes a tenth of a second for each."""
TOLERANCE = 1e-9
TOY = REAL_DATA / "icdar_toy" / "tests" / "data" / "det_toy_dataset" / "textdet_test.json"

Pair = tuple[Reading, Reading]


def figures() -> list[Figure]:
    """Equality first, then speed."""
    pairs = [scattered(number, WORDS) for number in range(IMAGES)]
    return [*_cleval(), *_deteval(), _icdar("icdar_toy/", list(_toy())), _icdar(f"{IMAGES:,} generated images", pairs),
            *_speed(pairs)]


def _cleval() -> Iterator[Figure]:
    """Counts and figures on the Korean receipts."""
    total = sum((count_cleval(receipt.truth, receipt.found) for receipt in receipts()), ClevalCounts())
    yield _letters("CLEval, detection", total.detection, DETECTION, DETECTION_RATES)
    yield _letters("CLEval, end to end", total.end_to_end, END_TO_END, END_TO_END_RATES)


def _letters(name: str, found: LetterCounts, counts: tuple[int, ...], rates: tuple[float, ...]) -> Figure:
    mine: tuple[float, ...] = astuple(rates_of(found))
    apart = max(abs(one - other) for one, other in zip(mine, rates, strict=True))
    return Figure(f"{name}: recall, precision, h-mean, and six counts", _three(mine), _three(rates),
                  f"apart by {apart:.0e}; counts {'equal' if astuple(found) == counts else 'NOT equal'}",
                  "counts equal, figures to 1e-9", astuple(found) == counts and apart <= TOLERANCE)


def _deteval() -> Iterator[Figure]:
    """In total, and the image that is furthest from what is listed."""
    expected = expected_deteval()
    total = DetEvalCounts()
    apart = []
    for receipt in receipts():
        found = count_deteval(receipt.truth, receipt.found)
        apart += [abs(getattr(rates_of(found), name) - value) for name, value in expected["per_image"][receipt.name].items()]
        total += found
    listed = tuple(expected["total"][name] for name in ("recall", "precision", "hmean"))
    apart += [abs(one - other) for one, other in zip(astuple(rates_of(total)), listed, strict=True)]
    yield Figure("DetEval: recall, precision, h-mean, total and each image", _three(astuple(rates_of(total))), _three(listed),
                 f"apart by {max(apart):.0e} at most", "to 1e-9", max(apart) <= TOLERANCE)


def _three(rates: tuple[Any, ...]) -> str:
    return ", ".join(f"{rate:.6f}" for rate in rates)


def _toy() -> Iterator[Pair]:
    """Photographs of ICDAR 2015, and what a detector may have found there: each word twice, moved by some pixels."""
    chance = random.Random(1)
    for picture in json.loads(TOY.read_text(encoding="utf-8"))["data_list"]:
        regions = tuple(Region(str(number), tuple(zip(item["polygon"][::2], item["polygon"][1::2], strict=True)), "",
                               Attributes(legible=not item["ignore"])) for number, item in enumerate(picture["instances"]))
        moved = tuple(replace(region, polygon=tuple((x + chance.gauss(0, 2), y + chance.gauss(0, 1)) for x, y in region.polygon))
                      for region in regions for _ in range(2))
        truth = Reading("a" * 64, "person:1", "r", 0, Unit.WORD, 1280, 720, regions)
        yield truth, replace(truth, reader="model:m@1", regions=moved)


def _icdar(name: str, pairs: list[Pair]) -> Figure:
    """How many pictures both implementations count alike, at all thresholds."""
    same = 0
    optimal = DetectionCounts()
    for truth, other in track(pairs, name, transient=True):
        ours = count_detection(truth, other)
        same += replace(ours, optimal=0) == icdar_counts(truth, other, IOUS)
        optimal += ours
    more = optimal.optimal - optimal.matched[0]
    return Figure(f"ICDAR 2015 counts at {len(IOUS)} overlaps, {name}", f"{same:,} images equal", f"{len(pairs):,}",
                  f"{optimal.matched[0]:,} pairs at .5; optimal assignment has {more} more", "equal", same == len(pairs))


def _speed(pairs: list[Pair]) -> Iterator[Figure]:
    """Images a CPU second, for all run on one core. Peers get what they want made ready; ours begins with readings."""
    per = len(pairs)
    polygons = [([region.polygon for region in truth.regions], [region.polygon for region in other.regions])
                for truth, other in pairs]
    copied = interleaved(lambda: _count(pairs), lambda: [copied_loop(*both) for both in polygons[:FEW]], cpu=True)
    yield faster(f"detection figures, {WORDS} regions: the loop that the field copies around", "images a CPU second", per,
                 _scaled(copied, per / FEW), 10)
    plain = interleaved(lambda: _count(pairs), lambda: [icdar_counts(*pair, IOUS[:1]) for pair in pairs[:5 * FEW]], cpu=True)
    yield faster("… a loop that makes each shape and each overlap once", "images a CPU second", per,
                 _scaled(plain, per / (5 * FEW)), None)
    arrays = [(np.array(one), np.array(other)) for one, other in polygons]
    metrics = _doctr_metrics()
    theirs = interleaved(lambda: _count(pairs), lambda: _doctr(metrics, arrays), cpu=True)
    yield faster("… docTR 1.1 LocalizationConfusion, polygons, one overlap", "images a CPU second", per, theirs, 1)
    whole = interleaved(lambda: _count_all(pairs), lambda: _count(pairs), cpu=True, rounds=3)
    yield Figure("ICDAR 2015, DetEval and CLEval together", f"{per / whole[0]:,.1f} images a CPU second", "",
                 f"{1000 * whole[0] / per:.2f} ms each")


def _scaled(times: tuple[float, float, list[float]], factor: float) -> tuple[float, float, list[float]]:
    """What the peer would have taken for all images, by what it took for some."""
    return times[0], times[1] * factor, [ratio * factor for ratio in times[2]]


def _count(pairs: list[Pair]) -> DetectionCounts:
    """ICDAR 2015 at ten overlaps and optimal assignment."""
    total = DetectionCounts()
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start:start + AT_ONCE]
        for (truth, other), overlaps in zip(some, measure_all(some), strict=True):
            total += count_detection(truth, other, overlaps)
    return total


def _count_all(pairs: list[Pair]) -> None:
    for start in range(0, len(pairs), AT_ONCE):
        some = pairs[start:start + AT_ONCE]
        for (truth, other), overlaps in zip(some, measure_all(some), strict=True):
            count_detection(truth, other, overlaps)
            count_deteval(truth, other)
            count_cleval(truth, other, overlaps)


def _doctr(metrics: ModuleType, arrays: list[tuple[Any, Any]]) -> tuple[float, float, float]:
    confusion = metrics.LocalizationConfusion(iou_thresh=0.5, use_polygons=True)
    for truth, other in arrays:
        confusion.update(truth, other)
    found: tuple[float, float, float] = confusion.summary()
    return found


def _doctr_metrics() -> ModuleType:
    """The metrics of docTR alone, unchanged: the package itself imports torch, torchvision and opencv, which they do not use."""
    package = importlib.util.find_spec("doctr")
    assert package is not None and package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / "utils" / "metrics.py"
    spec = importlib.util.spec_from_file_location("doctr_metrics", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
