"""Two pictures for a person who decides by looking: each one large, one laid over the other, and the places that differ."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from schemas.submission import Verdict
from stages.ingest.align import DOUBTFUL_LOW, Alignment, Place, compare, differing_places
from stages.ingest.features import Features, features_of
from stages.pictures import as_jpeg, opened

LONGER_SIDE = 1600
"""Pixels of a picture that is enlarged: lines of a receipt of 60 lines are 20 pixels high."""
QUALITY = 85
"""Of the JPEG files."""
MOST_PLACES = 3
"""Differing places that are cut out, the worst ones."""
BESIDE = 0.15
"""What is shown left and right of a differing place, as a share of the picture's longer side: some words of a line."""
ABOVE = 0.03
"""What is shown above and below it, likewise."""

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as a JPEG file, with its size in pixels."""

    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class DifferingPlace:
    """A place where two pictures differ.

    Attributes:
        on_later: where it is on the later picture.
        on_earlier: where it is on the earlier one.
        later: that place, cut out of the later picture.
        earlier: the same place of the earlier one, laid over the later one.
    """

    on_later: Place
    on_earlier: Place
    later: Shown
    earlier: Shown


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What two pictures show beside each other (each as ``enlarged`` makes it).

    Attributes:
        laid: the earlier one, laid over the later one and as large; None where they cannot be aligned.
        differences: the worst places, where nearly everything else agrees.
    """

    laid: Shown | None = None
    differences: tuple[DifferingPlace, ...] = ()


def side_by_side(earlier: bytes, later: bytes) -> SideBySide:
    """Lays an earlier canonical picture (JPEG or PNG) over a later one, and finds where they differ."""
    theirs = _opened(earlier)
    ours = _opened(later)
    one = features_of(_grey(ours))
    other = features_of(_grey(theirs))
    found = _compared(one, other)
    if found.onto is None:
        return SideBySide()
    onto = _pixels(ours) @ found.onto @ np.linalg.inv(_pixels(theirs))
    laid = np.asarray(cv2.warpPerspective(theirs, onto, (ours.shape[1], ours.shape[0]), flags=cv2.INTER_AREA,
                                          borderValue=(128, 128, 128)), np.uint8)
    places = differing_places(one, other, found.onto)[:MOST_PLACES] if found.low >= DOUBTFUL_LOW else []
    back = np.asarray(np.linalg.inv(found.onto), np.float64)
    return SideBySide(_shown(laid), tuple(
        DifferingPlace(place, _moved(place, back), _shown(_cut(ours, place)), _shown(_cut(laid, place))) for place in places))


def enlarged(data: bytes) -> Shown:
    """One canonical picture, at most ``LONGER_SIDE``."""
    return _shown(_opened(data))


def _compared(one: Features, other: Features) -> Alignment:
    """Of a picture that shows all of the earlier one and more, only the other way round can be aligned sometimes."""
    found = compare(one, other)
    if found.onto is None and (back := compare(other, one)).onto is not None:
        return Alignment(Verdict.DISTINCT, back.inliers, onto=np.asarray(np.linalg.inv(back.onto), np.float64))
    return found


def _opened(data: bytes) -> Rgb:
    picture = opened(data, LONGER_SIDE)
    picture.thumbnail((LONGER_SIDE, LONGER_SIDE))
    return np.asarray(picture)


def _grey(picture: Rgb) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _shown(picture: Rgb) -> Shown:
    return Shown(as_jpeg(Image.fromarray(picture), QUALITY), picture.shape[1], picture.shape[0])


def _pixels(picture: Rgb) -> NDArray[np.float64]:
    return np.diag([picture.shape[1], picture.shape[0], 1.0])


def _moved(place: Place, matrix: NDArray[np.float64]) -> Place:
    """Where a place lies on another picture: the upright box around it."""
    right = place.left + place.width
    bottom = place.top + place.height
    corners = np.array([[(place.left, place.top), (right, place.top), (right, bottom), (place.left, bottom)]], np.float64)
    moved = np.clip(cv2.perspectiveTransform(corners, matrix)[0], 0, 1)
    (left, top) = moved.min(axis=0)
    (right, bottom) = moved.max(axis=0)
    return Place(float(left), float(top), float(right - left), float(bottom - top), place.agreement)


def _cut(picture: Rgb, place: Place) -> Rgb:
    height, width = picture.shape[:2]
    beside = BESIDE * max(height, width)
    above = ABOVE * max(height, width)
    left = max(0, int(place.left * width - beside))
    top = max(0, int(place.top * height - above))
    right = (place.left + place.width) * width + beside
    bottom = (place.top + place.height) * height + above
    return picture[top:max(int(bottom), top + 1), left:max(int(right), left + 1)]
