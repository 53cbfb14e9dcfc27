"""CLEval: letters found, with penalties for splits and merges (Y. Baek and others, CVPR Workshops 2020, arXiv 2006.06244).

Counted as the package ``cleval`` 0.1.1 does, with its own settings. A letter of the truth is where its share of the outline has
its middle, and it is found where a region that is matched to its word has that point. End to end, letters also have to be read:
those of a longest common subsequence count. Counts add up over images, and figures are made of the sums.

Left out is the package's score of orientations: it divides by the number of parts where there are none, and is 0 for all others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from schemas.geometry import shapes_of
from schemas.outlines import Floats, Indexes, bounds_of, touching
from schemas.reading import Reading
from stages.compare import Overlaps, measure_overlaps
from stages.evaluate.letters import Hits, contain, place_letters, width_to_height
from stages.evaluate.read_letters import count_read

PRECISION = 0.3
"""Share of a region found that has to lie on the truth."""
MOST = 10
"""So many letters a region is taken for at most where nobody says how many it has."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Letters of one image or of many.

    Attributes:
        truth: that are to be found.
        found: that were; one that two regions have counts twice.
        right: of the truth's, those that were found.
        wrong: of those found, that are not in the truth.
        splits: granularity penalty of recall: for each word, the number of its parts less one.
        merges: granularity penalty of precision: for each region found, the number of its words less one.
    """

    truth: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    splits: int = 0
    merges: int = 0

    def __add__(self, other: LetterCounts) -> LetterCounts:
        """Counts of both."""
        return LetterCounts(self.truth + other.truth, self.found + other.found, self.right + other.right,
                            self.wrong + other.wrong, self.splits + other.splits, self.merges + other.merges)


@dataclass(frozen=True, slots=True)
class ClevalCounts:
    """Letters by where they are (``detection``), and by where they are and what was read (``end_to_end``)."""

    detection: LetterCounts = LetterCounts()
    end_to_end: LetterCounts = LetterCounts()

    def __add__(self, other: ClevalCounts) -> ClevalCounts:
        """Counts of both."""
        return ClevalCounts(self.detection + other.detection, self.end_to_end + other.end_to_end)


def count_cleval(truth: Reading, other: Reading, overlaps: Overlaps | None = None) -> ClevalCounts:
    """Counts the letters of one image.

    Args:
        truth: the reading taken for true.
        other: the reading that is judged.
        overlaps: of these two, where the caller has measured them; else they are measured.
    """
    overlaps = overlaps or measure_overlaps(truth, other)
    wanted = np.array([region.attributes.legible for region in truth.regions], dtype=bool)
    hits = _hits(truth, other, overlaps)
    shares = _shares(truth, other, overlaps)
    counted = ~_on_dont_care(shares[~wanted], hits.counts[~wanted])
    matched = _matched(shares, hits.counts, wanted, counted)
    parts = matched.sum(axis=1)
    words = matched.sum(axis=0)
    splits = int(np.maximum(parts - 1, 0).sum())
    merges = int(np.maximum(words - 1, 0).sum())
    in_pair = matched[hits.region, hits.other]
    wrong = _made_up(other, counted & (words == 0))
    letters = sum(len(region.text) for region in truth.regions if region.attributes.legible)
    found = int(in_pair.sum()) + wrong
    detection = LetterCounts(letters, found, len(np.unique(hits.letter[in_pair])), wrong, splits, merges)
    read = sum(len(region.text) for region, counts in zip(other.regions, counted, strict=True) if counts)
    right = count_read(truth, other, matched, hits)
    return ClevalCounts(detection, LetterCounts(letters, read, right, read - right, splits, merges))


def _hits(truth: Reading, other: Reading, overlaps: Overlaps) -> Hits:
    polygons = [region.polygon for region in truth.regions]
    ratios = width_to_height(polygons)
    unknown = np.minimum(np.round(0.5 + np.maximum(ratios, 1 / ratios)), MOST)
    lengths = np.array([len(region.text) if region.attributes.legible else -1 for region in truth.regions], dtype=np.intp)
    lengths = np.where(lengths < 0, unknown, lengths).astype(np.intp)
    letters = place_letters(polygons, ratios, lengths)
    many = lengths[overlaps.one]
    pairs = np.repeat(np.arange(len(many)), many)
    number = np.arange(len(pairs)) - (np.cumsum(many) - many)[pairs]
    letter = (np.cumsum(lengths) - lengths)[overlaps.one[pairs]] + number
    inside = contain([region.polygon for region in other.regions], overlaps.other[pairs], letters.middle[letter])
    pairs = pairs[inside]
    region = overlaps.one[pairs]
    second = overlaps.other[pairs]
    shape = (len(truth.regions), len(other.regions))
    counts = np.bincount(region * shape[1] + second, minlength=shape[0] * shape[1]).reshape(shape)
    return Hits(letter[inside], region, second, counts)


def _shares(truth: Reading, other: Reading, overlaps: Overlaps) -> Floats:
    """Of each region found, the share that lies on each region of the truth, [truth × other].

    Where a don't-care region lies on others, only the rest of it is meant. The package keeps these numbers in 32 bits.
    """
    shared = np.zeros((len(truth.regions), len(other.regions)))
    shared[overlaps.one, overlaps.other] = overlaps.shared
    illegible = [index for index, region in enumerate(truth.regions) if not region.attributes.legible]
    if illegible and len(illegible) < len(truth.regions):
        _uncover(shared, truth, other, illegible)
    areas = np.broadcast_to(overlaps.areas, shared.shape)
    return np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0).astype(np.float32).astype(np.float64)


def _uncover(shared: Floats, truth: Reading, other: Reading, illegible: list[int]) -> None:
    """Takes from what don't-care regions share what other regions of the truth lie on."""
    bounds = bounds_of([region.polygon for region in truth.regions])
    legible = [index for index in range(len(truth.regions)) if index not in set(illegible)]
    rows, columns = touching(bounds[illegible], bounds[legible])
    for row in np.unique(rows):
        upper = shapely.union_all(shapes_of([truth.regions[legible[column]].polygon for column in columns[rows == row]]))
        rest = shapely.difference(shapes_of([truth.regions[illegible[row]].polygon])[0], upper)
        touched = np.flatnonzero(shared[illegible[row]])
        shapes = shapes_of([other.regions[index].polygon for index in touched])
        shared[illegible[row], touched] = shapely.area(shapely.intersection(rest, shapes))


def _on_dont_care(shares: Floats, counts: Indexes) -> Bools:
    """Which regions found are taken out: by their share on one don't-care region, or on all whose letters they have."""
    together = np.where(counts > 0, shares, 0.0).sum(axis=0)
    found: Bools = (shares >= np.float32(PRECISION)).any(axis=0) | (together >= PRECISION)
    return found


def _matched(shares: Floats, counts: Indexes, wanted: Bools, counted: Bools) -> Bools:
    """Which regions belong together, [truth × other]: one to one, a word in parts, words in one."""
    among = wanted[:, None] & counted
    near = (shares >= np.float32(PRECISION)) & (counts > 0)
    alone = near & (near.sum(axis=1) == 1)[:, None] & (near.sum(axis=0) == 1)
    parts = near & among
    words = (counts > 0) & among
    enough = np.where(words, shares, 0.0).sum(axis=0) >= PRECISION
    found: Bools = (alone & among) | (parts & (parts.sum(axis=1) > 1)[:, None]) | (words & (words.sum(axis=0) > 1) & enough)
    return found


def _made_up(other: Reading, which: Bools) -> int:
    """How many letters regions have that lie on nothing, by their outlines: the package takes height over width."""
    polygons = [region.polygon for region, chosen in zip(other.regions, which, strict=True) if chosen]
    letters = np.round(0.5 + 1 / (1e-5 + width_to_height(polygons)))
    return int(np.minimum(letters, MOST).sum())
