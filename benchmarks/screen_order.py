"""Whether the order of a reading runs upwards in a column: counted on real pages, without the product's own idea of columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from adapters.ocr.engine import as_kept
from benchmarks.figures import Figure
from benchmarks.ocr_pictures import SHARED, ours, photos, rapidocr, read, reader, receipts
from schemas.reading import Polygon, Reading

MODEL = "ppocr-v6-small"
"""Its detector is that of the Korean model too; order does not depend on who reads the texts."""
EACH = 6
"""Pages of Korean documents, receipts, and photographs."""

BESIDE = 0.3
"""Share of the narrower box's width that two boxes must have in common to be of one column."""
UP = 0.5
"""Heights of the lower box by which the middle of the next one must lie higher, to be a step upwards."""


def order_figures() -> list[Figure]:
    """Upward steps in the readings of our engine, as prelabel keeps them, and of RapidOCR, over the same pictures."""
    pages = sorted((SHARED / "korean_pages" / "images").glob("*"))
    if not pages:
        return [Figure("steps of the list upwards in a column", f"not measured: no pictures in {SHARED.name}/", "", "", "0")]
    paths = [path for found in (pages, receipts(), photos()) for path in found[::max(1, len(found) // EACH)][:EACH]]
    with reader(ours, MODEL) as mine, reader(rapidocr) as theirs:
        upwards, steps = _counted([as_kept(reading) for reading in mine.submit(read, paths).result()])
        peer, peer_steps = _counted(theirs.submit(read, paths).result())
    return [Figure("steps of the list upwards in a column, over documents, receipts and photographs", f"{upwards} of {steps}",
                   f"{peer} of {peer_steps} (RapidOCR)", "", "0", upwards == 0)]


def _counted(readings: Sequence[Reading]) -> tuple[int, int]:
    """Upward steps, and all steps."""
    orders = [[region.polygon for region in reading.regions] for reading in readings]
    return sum(map(upward_steps, orders)), sum(max(0, len(order) - 1) for order in orders)


def upward_steps(polygons: Sequence[Polygon]) -> int:
    """Steps from a region to the next one that lead upwards within a column."""
    return sum(_is_upward(one, other) for one, other in pairwise(polygons))


def _is_upward(one: Polygon, other: Polygon) -> bool:
    left, top, right, bottom = _box(one)
    left2, top2, right2, bottom2 = _box(other)
    common = min(right, right2) - max(left, left2)
    if common < BESIDE * min(right - left, right2 - left2):
        return False
    return (top + bottom) / 2 - (top2 + bottom2) / 2 > UP * min(bottom - top, bottom2 - top2)


def _box(polygon: Polygon) -> tuple[float, float, float, float]:
    across, down = zip(*polygon, strict=True)
    return min(across), min(down), max(across), max(down)
