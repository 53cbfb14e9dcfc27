"""Mistakes planted into labels of real pictures, and how many of them come first in the list of suspected labels.

The constants of ``stages.evaluate`` were chosen on the other half of these pictures, with other seeds.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from benchmarks.figures import Figure
from benchmarks.korean import PAGES, lines_of
from benchmarks.ocr_pictures import Reader, ours, receipts, truth_of
from benchmarks.planted_labels import Planted, plant
from schemas.geometry import tidy
from schemas.outcomes import EvaluatedImage, Fate
from schemas.reading import Attributes, Reading, Region, Unit, regions_from_json
from schemas.text import language_of, normalise
from stages.evaluate.outcomes import outcomes_of
from stages.evaluate.suspects import suspects

ENGLISH = "ppocr-v6-small"
"""Reads the receipts; the second opinion on the pages, of which it reads the Latin letters alone."""
KOREAN = "ppocr-korean-v3"
"""Reads the pages; the second opinion on the receipts, where both have the same recogniser of Latin letters."""
REGIONS = 2_000
PLANTED = 200
LOOKED_AT = 300
TARGET = 0.8
SEEDS = range(101, 111)
KEPT = Path(tempfile.gettempdir()) / "saegim-benchmark-readings"
"""What was read is kept here: reading takes minutes, ranking a second."""


def figures() -> list[Figure]:
    """Share of planted mistakes among the first 300: by one model, with a second one, and in random order."""
    images = half()
    own = _table(images, (ENGLISH, KOREAN))
    second = _table(images, (KOREAN, ENGLISH))
    alone, both, peer = [], [], []
    for seed in SEEDS:
        planted = plant(own, PLANTED, seed)
        alone.append(_found(planted, [(item.image_id, item.region_id) for item in suspects(planted.outcomes)]))
        both.append(_found(planted, [(item.image_id, item.region_id) for item in suspects(planted.outcomes, second)]))
        labels = own.filter(pc.not_equal(own["outcome"], str(Fate.EXTRA)))
        names = list(zip(labels["image_id"].to_pylist(), labels["region_id"].to_pylist(), strict=True))
        peer.append(_found(planted, random.Random(f"order {seed}").sample(names, len(names))))
    missed = sum(kind == Fate.MISSED for kind in own["outcome"].to_pylist())
    what = f"planted label errors in the first {LOOKED_AT}, {PLANTED} in {_labels(own):,} regions, {len(SEEDS)} draws"
    return [
        Figure(f"{what}, one model", _said(alone), _said(peer), "", f"≥ {TARGET:.0%}", statistics.mean(alone) >= TARGET),
        Figure(f"{what}, two models", _said(both), _said(peer), "", f"≥ {TARGET:.0%}", statistics.mean(both) >= TARGET),
        Figure("… of these regions the model does not find at all", f"{missed / _labels(own):.1%}", ""),
    ]


def half(which: int = 1) -> list[tuple[Path, Reading]]:
    """Every other receipt and page with its truth, in turn, until there are ``REGIONS`` labels."""
    pages = [(path, _page(path)) for path in sorted((PAGES / "images").glob("*.jpg"))[which::2]]
    slips = [(path, _receipt(path)) for path in receipts()[which::2]]
    chosen: list[tuple[Path, Reading]] = []
    for place in range(max(len(pages), len(slips))):
        for item in (*slips[place:place + 1], *pages[place:place + 1]):
            if sum(len(truth.regions) for _, truth in chosen) < REGIONS:
                chosen.append(item)
    return chosen


def _receipt(path: Path) -> Reading:
    return _with_languages(truth_of(path))


def _page(path: Path) -> Reading:
    with Image.open(path) as picture:
        width, height = picture.size
    regions = [Region(str(number), polygon, normalise(text)) for number, ((x0, y0, x1, y1), text) in enumerate(lines_of(path))
               if (polygon := tidy([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], width, height)) and normalise(text)]
    return _with_languages(Reading(path.name, "truth", "", 0, Unit.LINE, width, height, tuple(regions)))


def _with_languages(reading: Reading) -> Reading:
    regions = tuple(Region(item.region_id, item.polygon, item.text, Attributes(language=language_of(item.text)))
                    for item in reading.regions if item.text)
    return Reading(reading.image_id, "truth", "", 0, Unit.LINE, reading.width, reading.height, regions)


def _table(images: Sequence[tuple[Path, Reading]], models: tuple[str, str]) -> pa.Table:
    """Outcomes of the first model on the receipts and of the second one on the pages, in order of image."""
    found: dict[str, EvaluatedImage] = {}
    for model, of_pages in zip(models, (False, True), strict=True):
        some = [item for item in images if item[0].is_relative_to(PAGES) is of_pages]
        for (path, truth), reading in zip(some, _read(model, [path for path, _ in some]), strict=True):
            found[path.name] = EvaluatedImage(truth, reading, path.name, "", "", "image/jpeg")
    return outcomes_of(found[name] for name in sorted(found)).regions


def _read(model: str, paths: Sequence[Path]) -> Iterator[Reading]:
    """What a model reads, from what was kept where it is there."""
    reader: Reader | None = None
    for path in paths:
        kept = KEPT / model / f"{path.stem}.json"
        if not kept.is_file():
            reader = reader or ours(model)
            [reading] = reader([path])
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps({"width": reading.width, "height": reading.height, "regions": reading.regions_json()}),
                            encoding="utf-8")
        known = json.loads(kept.read_text(encoding="utf-8"))
        yield Reading(path.name, f"model:{model}", "", 0, Unit.LINE, known["width"], known["height"],
                      regions_from_json(known["regions"]))


def _labels(table: pa.Table) -> int:
    return sum(kind != Fate.EXTRA for kind in table["outcome"].to_pylist())


def _found(planted: Planted, ranked: Sequence[tuple[str, str]]) -> float:
    return sum(name in planted.kinds for name in ranked[:LOOKED_AT]) / len(planted.kinds)


def _said(shares: Sequence[float]) -> str:
    return f"{statistics.mean(shares):.1%} ({min(shares):.1%} to {max(shares):.1%})"
