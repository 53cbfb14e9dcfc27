"""Gutters: vertical spaces on a page that may part two columns, found from where runs of words lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""[n, 4] left, top, right and bottom of upright boxes in pixels, y running down."""
Indices = NDArray[np.intp]
"""[n] places in such an array."""

INNER = 0.25
"""Part of a box's height, at its top and at its bottom, in which nothing is beside it: boxes of neighbouring lines touch."""
MARGIN = 0.25
"""Part of a usual height by which a box ends before its left and its right side where gutters are sought: it is drawn with a
margin, and one of another slant than the page's sticks out."""
GUTTER = 0.5
"""Narrowest space between two columns, in the same heights, less the margins: where boxes touch, the margins are all of it."""
STEPS = 8
"""Places in one usual height at which a gutter is looked for."""
APART = 1.5
"""Empty space all across, in usual heights of a line, that no column goes over."""


@dataclass(frozen=True, slots=True)
class Gutter:
    """A vertical space and the runs of words around it, as places: above it, on its left, on its right, and below it."""

    above: Indices
    left: Indices
    right: Indices
    below: Indices


def gutters(runs: Boxes) -> Iterator[Gutter]:
    """Vertical spaces with runs of words on both sides, those with the most beside them first."""
    usual = float(np.median(runs[:, 3] - runs[:, 1]))
    margins = MARGIN * np.minimum(usual, runs[:, 2] - runs[:, 0])
    starts = runs[:, 0] + margins
    ends = runs[:, 2] - margins
    step = max(usual / STEPS, 1e-6)
    places = np.unique(np.ceil(ends / step)) * step
    bands = _bands(runs, usual)
    # By band and place: runs that have ended at the place, and runs that have begun before a gutter from there on is wide enough.
    ended = _counted(bands.of_run, np.searchsorted(places, ends), (len(bands.far), len(places)))
    begun = _counted(bands.of_run, np.searchsorted(places, starts - GUTTER * usual, side="right"),
                     (len(bands.far), len(places) + 1))[:, :-1]
    seen = set()
    for crossed, at in _stretches(begun == ended, ended, bands.far):
        on_left = ends <= places[at]
        for first, last in _columns_of(crossed, ended[:, at] > 0, ended[:, -1] > ended[:, at], bands.touching):
            inside = (bands.of_run >= first) & (bands.of_run <= last)
            gutter = Gutter(np.flatnonzero(bands.of_run < first), np.flatnonzero(inside & on_left),
                            np.flatnonzero(inside & ~on_left), np.flatnonzero(bands.of_run > last))
            if (key := (first, last, gutter.left.tobytes())) not in seen:
                seen.add(key)
                yield gutter


def _stretches(free: NDArray[np.bool_], ended: Indices, far: NDArray[np.bool_]) -> Iterator[tuple[range, int]]:
    """Series of bands that one gutter crosses, and its place; those with the most runs on the side that has fewer first.

    Of series in one space between the same runs only the longest is given: not one that is part of another.

    Args:
        free: [bands, places] Whether a gutter at the place crosses the band.
        ended: [bands, places] How many of the band's runs are on the left of it.
        far: [bands] Whether a band lies far below the one before, where all series end.
    """
    everywhere = np.arange(free.shape[1])
    number = np.cumsum(~free | far[:, None], axis=0, dtype=np.int32)
    places = number * free.shape[1] + everywhere
    sums = [np.bincount(places.ravel(), np.where(free, counts, 0).ravel())[places]
            for counts in (1, ended, ended[:, -1:] - ended)]
    length = np.where(free, sums[0], 0)
    goes_on = np.zeros_like(free)
    goes_on[1:] = free[:-1] & ~far[1:, None]
    fewer = np.minimum(sums[1], sums[2])
    alike = ended[:, 1:] == ended[:, :-1]
    best = free & ~goes_on & (fewer > 0)
    best[:, 1:] &= ~(alike & (length[:, :-1] >= length[:, 1:]))
    best[:, :-1] &= ~(alike & (length[:, 1:] > length[:, :-1]))
    band, place = np.nonzero(best)
    given: list[tuple[range, int]] = []
    for chosen in np.lexsort((place, band, -fewer[band, place])).tolist():
        first = int(band[chosen])
        at = int(place[chosen])
        last = first + int(length[first, at]) - 1
        if not any(first in whole and last in whole and ended[first, at] == ended[first, other] for whole, other in given):
            given.append((range(first, last + 1), at))
            yield given[-1]


def _columns_of(crossed: range, left: NDArray[np.bool_], right: NDArray[np.bool_],
                touching: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First and last bands of the columns in a stretch: both sides have something.

    Below what is on the right alone, what is on the left begins other columns unless they touch: bubbles of a chat are read down
    the page, and a date at the top right comes first. Where the left column is the longer one its end belongs to it.

    Args:
        crossed: bands of the stretch, from the top.
        left: by band, whether it has something on the left of the gutter.
        right: whether on the right.
        touching: whether it touches a band above.
    """
    start = crossed[0]
    for band in crossed[1:]:
        below = right[band - 1] and not left[band - 1] and left[band] and not touching[band]
        if below and not (right[band] and left[start:band].any()):
            if left[start:band].any():
                yield start, band - 1
            start = band
    if left[start:crossed[-1] + 1].any() and right[start:crossed[-1] + 1].any():
        yield start, crossed[-1]


@dataclass(frozen=True, slots=True)
class _Bands:
    """Bands, from the top: runs that lie beside one another, directly or over others, are of one.

    Attributes:
        of_run: for each run the number of its band.
        far: for each band whether it lies far below all before.
        touching: for each band whether its top is above the bottom of one before.
    """

    of_run: Indices
    far: NDArray[np.bool_]
    touching: NDArray[np.bool_]


def _bands(runs: Boxes, usual: float) -> _Bands:
    """The bands of runs of words whose usual height is given."""
    inner = INNER * (runs[:, 3] - runs[:, 1])
    tops = runs[:, 1] + inner
    down = np.lexsort((runs[:, 0], tops))
    new = np.array([True, *(tops[down][1:] >= np.maximum.accumulate((runs[:, 3] - inner)[down])[:-1])])
    of_run = np.empty(len(runs), np.intp)
    of_run[down] = np.cumsum(new) - 1
    highest = np.minimum.reduceat(runs[down, 1], np.flatnonzero(new))
    lowest = np.maximum.accumulate(np.maximum.reduceat(runs[down, 3], np.flatnonzero(new)))
    space = np.array([0, *(highest[1:] - lowest[:-1])])
    return _Bands(of_run, space > APART * usual, space < 0)


def _counted(rows: Indices, columns: Indices, shape: tuple[int, int]) -> Indices:
    """How many of the places lie in a row of a grid up to each of its columns."""
    counts = np.zeros(shape, np.intp)
    np.add.at(counts, (rows, columns), 1)
    return np.cumsum(counts, axis=1)
