"""What a second look finds: made segment displays and LED signs, and spaced signs, on seeds for tuning and on others.

The figures of the tuning seeds stand beside the others.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from adapters.ocr.onnx_engine import OnnxEngine
from benchmarks.figures import Figure
from benchmarks.made_displays import Display, display
from benchmarks.ocr_pictures import open_ours, photos, pixels
from benchmarks.spaced_signs import form, spaced_sign
from schemas.reading import Region
from schemas.text import without_spaces

MODEL = "ppocr-korean-v3"
TUNING = 0
"""First seed of those that set what the rules are."""
HELD_OUT = 2000
"""… of those that measure. Those from 1000 to 1029 were looked at while the rules were made: they are neither."""
COUNT = 40
"""Pictures of each kind and half."""
COVERED = 0.8
"""Part of what is lit that a region has to cover …"""
TIGHT = 0.3
"""… and the part of the region that this has to be: DBNet's regions of small print reach out by half its height."""
FORMS = 12
"""Tables that show whether their cells stay apart."""
LINE = 3
"""Cells from which a region is a line of them."""
PHOTOS = 12
"""Photographs that show how much a second look adds where there is no display."""


@dataclass(slots=True)
class Seen:
    """Pictures of one half.

    Attributes:
        first: displays that the first look finds.
        again: … with a second look.
        read: displays whose text is right after it.
        seconds: of the first looks.
        more_seconds: of the second ones.
    """

    first: int = 0
    again: int = 0
    read: int = 0
    seconds: float = 0.0
    more_seconds: float = 0.0


def run() -> list[Figure]:
    """Both halves."""
    engine = open_ours(MODEL, "cpu")
    if not isinstance(engine, OnnxEngine):
        raise TypeError("an engine that does not look again")
    held, tuning = (_seen(engine, range(start, start + COUNT)) for start in (HELD_OUT, TUNING))
    signs, tuning_signs = (_signs(engine, range(start, start + COUNT)) for start in (HELD_OUT, TUNING))
    added, pictures = _added(engine)
    joined = [_cells_in_one(engine, range(start, start + FORMS)) for start in (HELD_OUT, TUNING)]
    return [
        Figure(f"made displays found by two looks, {COUNT} held out", f"{held.again / COUNT:.3f}",
               f"one look {held.first / COUNT:.3f}; tuning {tuning.again / COUNT:.3f}, one look {tuning.first / COUNT:.3f}", "",
               "≥ .8", held.again >= 0.8 * COUNT),
        Figure("… and read right", f"{held.read / COUNT:.3f}", f"tuning {tuning.read / COUNT:.3f}"),
        Figure("time of the second look, of the first one's", f"{held.more_seconds / held.seconds:.2f}", ""),
        Figure(f"regions that it adds to a photograph without a display, {pictures}", f"{added:.2f}", ""),
        Figure(f"spaced signs that are one line, {COUNT} held out", f"{signs[0] / COUNT:.3f}",
               f"tuning {tuning_signs[0] / COUNT:.3f}"),
        Figure("… and read right, spaces ignored", f"{signs[1] / COUNT:.3f}", f"tuning {tuning_signs[1] / COUNT:.3f}"),
        Figure(f"lines of check boxes or single digits in {FORMS} made tables", str(joined[0]), f"tuning {joined[1]}", "", "0",
               joined[0] == 0),
    ]


def _seen(engine: OnnxEngine, seeds: range) -> Seen:
    seen = Seen()
    for seed in seeds:
        made = display(seed)
        start = time.perf_counter()
        [before] = engine.read([made.pixels], [str(seed)])
        between = time.perf_counter()
        [after] = engine.look_again([made.pixels], [str(seed)], [before])
        seen.seconds += between - start
        seen.more_seconds += time.perf_counter() - between
        seen.first += bool(_on(made, before.regions))
        found = _on(made, after.regions)
        seen.again += bool(found)
        seen.read += any(without_spaces(region.text) == made.text for region in found)
        print(made.kind, made.text, [region.text for region in found], file=sys.stderr, flush=True)
    return seen


def _on(made: Display, regions: Sequence[Region]) -> list[Region]:
    """Regions that are a display's."""
    lit = shapely.Polygon(made.corners)
    found = []
    for region in regions:
        shape = shapely.Polygon(region.polygon)
        common = shape.intersection(lit).area
        if common >= COVERED * lit.area and common >= TIGHT * shape.area:
            found.append(region)
    return found


def _signs(engine: OnnxEngine, seeds: range) -> tuple[int, int]:
    """Signs of which one region has the line, and those that are read right."""
    one = right = 0
    for seed in seeds:
        made = spaced_sign(seed)
        [reading] = engine.read([made.pixels], [str(seed)])
        line = shapely.box(*made.box)
        on = [region for region in reading.regions if (shape := shapely.Polygon(region.polygon)).intersection(line).area
              >= 0.3 * shape.area]
        one += len(on) == 1
        right += len(on) == 1 and without_spaces(on[0].text) == made.text
        print(f"{made.text} {made.space:.2f}", [region.text for region in on], file=sys.stderr, flush=True)
    return one, right


def _cells_in_one(engine: OnnxEngine, seeds: range) -> int:
    """Regions that have three cells of a table or more."""
    found = 0
    for seed in seeds:
        made = form(seed)
        [reading] = engine.read([made.pixels], [str(seed)])
        for region in reading.regions:
            shape = shapely.Polygon(region.polygon)
            cells = sum(shape.contains(shapely.box(*cell).centroid) for cell in made.cells)
            found += cells >= LINE
            if cells >= LINE:
                print("a line of a table:", region.text, file=sys.stderr, flush=True)
    return found


def _added(engine: OnnxEngine) -> tuple[float, int]:
    """Regions a photograph that a second look adds, and of how many."""
    pictures = [pixels(path) for path in photos()[::3][:PHOTOS]]
    more = 0
    for picture in pictures:
        [before] = engine.read([picture], ["photo"])
        [after] = engine.look_again([picture], ["photo"], [before])
        names = {region.region_id for region in before.regions}
        new = [region.text for region in after.regions if region.region_id not in names]
        print("photo", len(before.regions), new, file=sys.stderr, flush=True)
        more += len(new)
    return more / len(pictures), len(pictures)
