"""Align and compare: whether two pictures are the same photograph, the same thing, or only look alike (design D14)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from schemas.submission import Verdict
from stages.ingest.features import Features, Grey
from stages.ingest.light import in_light_of
from stages.ingest.tones import tones

TILE = 32
"""Side of a tile, in pixels of the pictures that are compared."""
SHIFT = 3
"""A tile may lie so many pixels off: paper bends, lenses distort."""
TEXTURE = 16.0
"""Standard deviation in grey levels from which a tile says something."""
CELL = 16
"""Side of the places, in pixels, by which it is told how much of a picture the earlier one shows."""
CONTENT = 3.0
"""Standard deviation in grey levels from which there is something at a place: a pale pencil too, but no rim of an app."""
TONED_MEDIAN = 0.85
"""Median of the tiles' correlations from which two pictures are compared again with their light and brightness brought into line:
what lies half in a shadow, or was made brighter until parts of it are white, agrees at most places."""
LEAST_INLIERS = 12
"""Keypoints that have to fit before two pictures are compared tile by tile."""
LEAST_TILES = 8
"""Textured tiles that have to be shown by both; less says nothing."""
LEAST_OVERLAP = 0.3
"""Share of the picture that the earlier one has to show too; less says nothing."""
DOUBTFUL_LOW = 0.85
"""Nearly everything agrees: the same photograph, or a template with other figures in it."""
SAME_WEAKEST = 0.9
"""A duplicate: every tile but one correlates so well. Measured with overlapping tiles on 80 receipts and 48 pages
(``benchmarks/duplicates.py``): edited copies have .96 or more; receipts of one shop that differ in a line have .77 at most."""
SAME_OVERLAP = 0.75
"""A picture that shows much more than the earlier one may hold text that the earlier one has not."""
PART_OVERLAP = 0.55
"""A picture that shows all of the earlier one and not twice as much is grouped with it; a letterhead alone says little."""
CLUSTER_INLIERS = 80
"""Another photograph of the same thing is aligned by so many points."""
CLUSTER_MEDIAN_FROM = 0.5
"""It is similar at most places: the median of its tiles' correlations is this or more."""
CLUSTER_MEDIAN_TO = 0.9
"""It is nowhere quite the same: the median is below this. Documents of one template are quite the same at most places and
different at some: they are no cluster. Edited copies beside other receipts of their shop have .912 to .956."""
CLUSTER_LOW = 0.5
"""It is similar all over: the 5th percentile is this or more."""
CLUSTER_WEAKEST = 0.3
"""Also at the worst tile but one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a picture, as shares of its width and height from its top left, and how well an earlier picture agrees there.

    ``agreement`` is a normalised cross-correlation: 1 is equal, 0 unrelated.
    """

    left: float
    top: float
    width: float
    height: float
    agreement: float


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two pictures in the same pixels (H × W, grey), and where both show something (255, else 0)."""

    first: NDArray[np.generic]
    second: NDArray[np.generic]
    shown: Grey


@dataclass(frozen=True, slots=True)
class _Agreement:
    """Of the tiles' correlations: see ``Alignment``."""

    median: float
    low: float
    weakest: float


@dataclass(frozen=True, slots=True)
class _Tiles:
    """Tiles that are compared, N each: where their windows begin (pixels), and their best normalised cross-correlations."""

    y: NDArray[np.intp]
    x: NDArray[np.intp]
    correlation: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Alignment:
    """A verdict with its evidence.

    Attributes:
        verdict: how the two are related.
        inliers: keypoints that one homography explains.
        overlap: share of the picture that the earlier one shows too, or of what is not blank of it where that is more.
        median: of the tiles' normalised cross-correlations, -1 to 1.
        low: their 5th percentile.
        weakest: second least of them.
        onto: 3 × 3, maps the earlier picture onto this one, both with sides of length 1; None where they are not aligned.
    """

    verdict: Verdict
    inliers: int
    overlap: float = 0.0
    median: float = 0.0
    low: float = 0.0
    weakest: float = 0.0
    onto: NDArray[np.float64] | None = None

    @property
    def figures(self) -> dict[str, float]:
        """The evidence by name, rounded."""
        return {"inliers": self.inliers, "overlap": round(self.overlap, 3), "median": round(self.median, 3),
                "low": round(self.low, 3), "weakest": round(self.weakest, 3)}


def compare(one: Features, other: Features) -> Alignment:
    """Aligns a picture with an earlier one and compares them tile by tile.

    Without the texts, two documents of one template that differ in a few characters look much like two photographs of one
    document: what lies between a duplicate and a clear difference is for a manager (``REVIEW``).
    """
    matrix, inliers = _homography(one, other)
    if matrix is None or inliers < LEAST_INLIERS:
        return Alignment(Verdict.DISTINCT, inliers)
    warped, shown = _laid_over(one.grey, other.grey, matrix)
    first, second = _soft(one.grey), _soft(warped)
    overlap = _overlap(first, shown)
    found = _agreement(_Pair(first, second, shown))
    if found is None or overlap < LEAST_OVERLAP:
        return Alignment(Verdict.DISTINCT, inliers, overlap)
    verdict = _verdict(inliers, overlap, found)
    if verdict is not Verdict.DUPLICATE and found.median >= TONED_MEDIAN:
        toned = _agreement(_toned(first, second, shown))
        better = toned and toned.low >= max(found.low, DOUBTFUL_LOW) and toned.weakest >= found.weakest
        alike = verdict is Verdict.CLUSTER and found.low < DOUBTFUL_LOW  # or documents of one template, one in a shadow?
        if toned and (better or alike):
            found = toned
            verdict = _verdict(inliers, overlap, found)
    onto = np.linalg.inv(_from_unit(one.grey)) @ matrix @ _from_unit(other.grey)
    return Alignment(verdict, inliers, overlap, found.median, found.low, found.weakest, onto)


def differing_places(one: Features, other: Features, onto: NDArray[np.float64]) -> list[Place]:
    """Where a picture does not agree with an earlier one as a duplicate would (``SAME_WEAKEST``), the worst place first.

    Args:
        one: the picture.
        other: the earlier one.
        onto: of their comparison.
    """
    height, width = one.grey.shape
    matrix = _from_unit(one.grey) @ onto @ np.linalg.inv(_from_unit(other.grey))
    warped, shown = _laid_over(one.grey, other.grey, matrix)
    tiles = _tiles(_Pair(_soft(one.grey), _soft(warped), shown), TILE // 2)
    agreement = np.ones((height, width), np.float32)
    for y, x, correlation in zip(tiles.y, tiles.x, tiles.correlation, strict=True):
        tile = agreement[y + SHIFT:y + SHIFT + TILE, x + SHIFT:x + SHIFT + TILE]
        np.minimum(tile, correlation, out=tile)
    count, _, boxes, _ = cv2.connectedComponentsWithStats((agreement < SAME_WEAKEST).astype(np.uint8))
    places = []
    for left, top, wide, high, _ in boxes[1:count]:
        worst = float(agreement[top:top + high, left:left + wide].min())
        places.append(Place(left / width, top / height, wide / width, high / height, round(worst, 3)))
    return sorted(places, key=lambda place: place.agreement)


def _laid_over(one: Grey, other: Grey, matrix: NDArray[np.float64]) -> tuple[Grey, Grey]:
    """The other picture in the pixels of the first, and where it shows something (255, else 0)."""
    height, width = one.shape
    warped = cv2.warpPerspective(other, matrix, (width, height))
    shown = cv2.warpPerspective(np.full_like(other, 255), matrix, (width, height), flags=cv2.INTER_NEAREST)
    return np.asarray(warped, np.uint8), np.asarray(shown, np.uint8)


def _from_unit(grey: Grey) -> NDArray[np.float64]:
    """Maps a picture with sides of length 1 to its pixels."""
    return np.diag([grey.shape[1], grey.shape[0], 1.0])


def _soft(grey: Grey) -> Grey:
    """A picture in which noise, and half a pixel between two, count for less."""
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.uint8)


def _toned(one: Grey, other: Grey, shown: Grey) -> _Pair:
    """Two pictures with the light and the brightness of the earlier one brought into line: white where the other is burnt out.

    Not the other way round: what was written on a form since would be brought into line with its paper.
    """
    lit = in_light_of(one, other)
    both = shown[::2, ::2] > 0
    return _Pair(one, tones(lit[::2, ::2][both], one[::2, ::2][both])[lit], shown)


def _overlap(picture: Grey, shown: Grey) -> float:
    """Share of the picture that the other one shows too, or of its places with something on them where that is more."""
    size = max(1, picture.shape[1] // CELL), max(1, picture.shape[0] // CELL)
    values = picture.astype(np.float32)
    mean, square, seen = (cv2.resize(part, size, interpolation=cv2.INTER_AREA)
                          for part in (values, values * values, shown.astype(np.float32) / 255))
    content = square - mean * mean >= CONTENT ** 2
    return max(float(seen.mean()), float(seen[content].mean()) if content.any() else 0.0)


def _agreement(pair: _Pair) -> _Agreement | None:
    """How well two pictures agree where both show something; None where too little says anything."""
    correlation = _tiles(pair, TILE).correlation
    if len(correlation) < LEAST_TILES:
        return None
    median = float(np.median(correlation))
    low = float(np.percentile(correlation, 5))
    if low >= DOUBTFUL_LOW:  # a changed figure may lie between two tiles: once more, with tiles that overlap
        correlation = _tiles(pair, TILE // 2).correlation
    return _Agreement(median, low, float(np.sort(correlation)[1]))


def _verdict(inliers: int, overlap: float, found: _Agreement) -> Verdict:
    if found.low >= DOUBTFUL_LOW:
        if found.weakest < SAME_WEAKEST:
            return Verdict.REVIEW
        if overlap >= SAME_OVERLAP:
            return Verdict.DUPLICATE
        return Verdict.CLUSTER if overlap >= PART_OVERLAP else Verdict.REVIEW
    alike = (CLUSTER_MEDIAN_FROM <= found.median < CLUSTER_MEDIAN_TO and found.low >= CLUSTER_LOW
             and found.weakest >= CLUSTER_WEAKEST)
    return Verdict.CLUSTER if inliers >= CLUSTER_INLIERS and alike else Verdict.DISTINCT


def _homography(one: Features, other: Features) -> tuple[NDArray[np.float64] | None, int]:
    """Maps the other picture onto the first. None where no plausible one is found."""
    if min(len(one.points), len(other.points)) < LEAST_INLIERS:
        return None, 0
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(other.descriptors, one.descriptors)
    pairs = [pair for pair in pairs if pair.distance < 64]
    if len(pairs) < LEAST_INLIERS:
        return None, 0
    source = other.points[[pair.queryIdx for pair in pairs]]
    target = one.points[[pair.trainIdx for pair in pairs]]
    matrix, mask = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 3.0, maxIters=1000, confidence=0.999)
    if matrix is None:
        return None, 0
    area = abs(float(np.linalg.det(matrix[:2, :2])))  # how much a small square grows
    plausible = np.linalg.det(matrix) > 0 and 0.1 < area < 10 and np.abs(matrix[2, :2]).max() < 1e-2
    return (np.asarray(matrix, np.float64), int(mask.sum())) if plausible else (None, 0)


def _tiles(pair: _Pair, stride: int) -> _Tiles:
    """The textured tiles that both pictures show; a tile's corner is ``SHIFT`` pixels right of and below ``x`` and ``y``."""
    height, width = pair.shown.shape
    window = TILE + 2 * SHIFT
    if min(height, width) < window:
        return _Tiles(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.float32))
    first, second = pair.first.astype(np.float32), pair.second.astype(np.float32)
    rows, columns = np.mgrid[0:height - window + 1:stride, 0:width - window + 1:stride]
    first_deviation = _deviation(first)
    second_deviation = _deviation(second)
    whole = cv2.erode(pair.shown, np.ones((window, window), np.uint8), anchor=(0, 0))[rows, columns] > 0
    texture = np.maximum(first_deviation[rows + SHIFT, columns + SHIFT], second_deviation[rows + SHIFT, columns + SHIFT])
    chosen = (texture >= TEXTURE) & whole
    y = rows[chosen]
    x = columns[chosen]
    mine = sliding_window_view(first, (TILE, TILE))[y + SHIFT, x + SHIFT]
    mine = mine - mine.mean(axis=(1, 2), keepdims=True)
    theirs = sliding_window_view(second, (window, window))[y, x]
    best = np.full(len(y), -1, np.float32)
    for down, across in itertools.product(range(2 * SHIFT + 1), repeat=2):  # matchTemplate takes ten times as long on small tiles
        product = np.einsum("nij,nij->n", mine, theirs[:, down:down + TILE, across:across + TILE])
        scale = first_deviation[y + SHIFT, x + SHIFT] * second_deviation[y + down, x + across] * TILE * TILE
        best = np.maximum(best, product / np.maximum(scale, 1e-3))
    return _Tiles(y, x, best)


def _deviation(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Standard deviation of the tile that begins at each pixel."""
    mean = cv2.boxFilter(picture, -1, (TILE, TILE), anchor=(0, 0))
    square = cv2.sqrBoxFilter(picture, -1, (TILE, TILE), anchor=(0, 0))
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, 0)), np.float32)
