"""ICDAR 2015, task 1, as the field counts it: a loop over all pairs, polygon by polygon. What our own counts are held against.

Written from the rules of the Robust Reading Competition's script; it shares no line with ``stages.evaluate.detection``.
"""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry import Polygon as Shape

from schemas.reading import Polygon, Reading
from stages.evaluate.detection import DetectionCounts


def icdar_counts(truth: Reading, other: Reading, thresholds: Sequence[float]) -> DetectionCounts:
    """Counts of one image; ``optimal`` is not counted."""
    shapes = [_shape(region.polygon) for region in truth.regions]
    others = [_shape(region.polygon) for region in other.regions]
    ignored = {i for i, region in enumerate(truth.regions) if not region.attributes.legible}
    left_out = set()
    for j, shape in enumerate(others):
        for i in ignored:
            if shape.area and shapes[i].intersection(shape).area / shape.area > 0.5:
                left_out.add(j)
                break
    ious = {(i, j): _overlap(mine, theirs) for i, mine in enumerate(shapes) for j, theirs in enumerate(others)
            if i not in ignored and j not in left_out}
    matched = tuple(_pairs(ious, threshold) for threshold in thresholds)
    return DetectionCounts(len(shapes) - len(ignored), len(others) - len(left_out), matched)


def _pairs(ious: dict[tuple[int, int], float], threshold: float) -> int:
    rows = set()
    columns = set()
    for i, j in sorted(ious):
        if i not in rows and j not in columns and ious[i, j] > threshold:
            rows.add(i)
            columns.add(j)
    return len(rows)


def _overlap(one: Shape, other: Shape) -> float:
    shared = one.intersection(other).area
    return float(shared / ((one.area + other.area - shared) or 1))


def copied_loop(truths: list[Polygon], others: list[Polygon]) -> int:
    """How many pairs there are at an overlap of .5, by the loop in the words in which PaddleOCR, DB and MMOCR have it.

    Every pair makes its shapes anew, and its intersection twice.
    """
    ious = [[_iou(one, other) for other in others] for one in truths]
    taken: set[int] = set()
    for row in ious:
        for j, overlap in enumerate(row):
            if overlap > 0.5 and j not in taken:
                taken.add(j)
                break
    return len(taken)


def _iou(one: Polygon, other: Polygon) -> float:
    union = Shape(one).area + Shape(other).area - Shape(one).intersection(Shape(other)).area
    return float(Shape(one).intersection(Shape(other)).area / union)


def _shape(polygon: Polygon) -> Shape:
    shape = Shape(polygon)
    return shape if shape.is_valid else shape.buffer(0)
