"""A second look at a picture for what the first one misses: segment displays and LED signs.

A detector that was trained on print sees the dots of a sign, or the strokes of large digits that stand apart, as so many marks.
Seen smaller they run together, as they do for people who stand farther off. Of 30 made displays (benchmarks/displays.py, seeds
that are for tuning; IoU ≥ .5) the first look finds 21, with one of half its size 25, with one of a quarter too 27. One twice as
large finds 7 by itself and none that these do not; with half the thresholds each finds fewer, for boxes grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from schemas.reading import Reading, Region
from schemas.text import without_spaces

SCALES = (0.5, 0.25)
"""Of the first look."""
SAME = 0.5
"""Part of a region that lies on others, from which it is the same text."""
INSIDE = 0.7
"""Part of a region that lies on another one, from which it is a piece of it."""


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
        if _is_more(region, pieces) if pieces else covered < SAME * shape.area:
            kept = [*(other for other in kept if other not in pieces), region]
    return replace(before, regions=tuple(kept))


def _is_more(whole: Region, pieces: Sequence[Region]) -> bool:
    """Whether a region says more than its pieces do: than a single one only with all that this one says."""
    text, *said = (without_spaces(item.text) for item in (whole, *pieces))
    if len(said) == 1:
        return said[0] in text and len(said[0]) < len(text)
    return len(text) >= sum(map(len, said)) and _score(whole) >= min(map(_score, pieces))


def _score(region: Region) -> float:
    return region.score or 0.0


def _worth(region: Region) -> float:
    """The whole before its pieces, the surer reading of the same before the other."""
    return len(region.text) * _score(region)
