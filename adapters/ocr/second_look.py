"""A second look at a picture for what the first one misses: segment displays and LED signs.

A detector that was trained on print sees the dots of a sign, or the strokes of large digits that stand apart, as so many marks.
Seen smaller they run together, as they do for people who stand farther off; seen larger a small display comes to the height of
print; and with lower thresholds what is pale counts too. Which looks find what: benchmarks/displays.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from adapters.ocr.bundles import Detector
from schemas.reading import Reading, Region

SCALES = (2.0, 0.5, 0.25)
"""Of the first look."""
THRESHOLD = 0.5
"""Of the bundle's ``threshold``."""
BOX_THRESHOLD = 0.6
"""Of its ``box_threshold``."""
SAME = 0.5
"""Part of a region that lies on others, from which it is the same text."""
INSIDE = 0.7
"""Part of a region that lies on another one, from which it is a piece of it."""


def bold(detector: Detector) -> Detector:
    """A detector that takes for text what it is less sure of."""
    return detector.model_copy(update={"threshold": THRESHOLD * detector.threshold,
                                       "box_threshold": BOX_THRESHOLD * detector.box_threshold})


def with_more(before: Reading, seen: Sequence[Region]) -> Reading:
    """A reading with what a second look has found.

    What is there stays, but for pieces of what was now seen whole, with no letter less.

    Args:
        before: the reading.
        seen: regions of the second look; several may be of one text.
    """
    kept = list(before.regions)
    for region in sorted(seen, key=_worth, reverse=True):
        shape = shapely.Polygon(region.polygon)
        pieces: list[Region] = []
        covered = 0.0
        for other in kept:
            outline = shapely.Polygon(other.polygon)
            common = float(shape.intersection(outline).area)
            covered += common
            if common >= INSIDE * outline.area:
                pieces.append(other)
        if covered >= SAME * shape.area and len(pieces) < 2:
            continue
        if not pieces or (len(region.text) >= sum(len(piece.text) for piece in pieces)
                          and _score(region) >= min(map(_score, pieces))):
            kept = [other for other in kept if other not in pieces] + [region]
    return replace(before, regions=tuple(kept))


def _score(region: Region) -> float:
    return region.score or 0.0


def _worth(region: Region) -> float:
    """The whole before its pieces, the surer reading of the same before the other."""
    return len(region.text) * _score(region)
