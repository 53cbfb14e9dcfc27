"""Finding text with DBNet: an image to its input, the probability map to boxes. The geometry is OpenCV's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from adapters.ocr.bundles import Detector
from adapters.ocr.engine import Pixels
from adapters.ocr.sessions import Tensor

Corners = NDArray[np.float32]
"""[4, 2] x and y in pixels: top left, top right, bottom right, bottom left."""

STEP = 32
"""DBNet's input sides are multiples of it."""
MOST_BOXES = 1000
"""In as many pixels as the longest side squared."""
LONG = 2.5
"""Ratio of the sides from which an image is long; photographs and phones' screens (9:22) are not. A page of ten-point print keeps
.993 of its lines at the scale of an image so long, .94 at that of one of 3.5 (adapters/ocr/tiles.py)."""
LEAST_SIDE = 3
"""Thinnest box of shrunken text that is looked at, in pixels of the probability map."""
LEAST_GROWN = 5


@dataclass(frozen=True, slots=True)
class Box:
    """Where text was found: ``polygon`` is tight around the letters, ``crop`` has the margin that a recogniser wants."""

    polygon: Corners
    crop: Corners


def whole_box(image: Pixels) -> Box:
    """A whole image as one box."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return Box(corners, corners)


def first_scale(height: int, width: int, detector: Detector) -> float:
    """Pixels of the detector's input for one of an image when it is looked at first.

    The longer side of a long image may be longer than ``longest_side``: its shorter side is seen as that of an image ``LONG``
    times as long as it is wide.
    """
    shortest, longest = sorted((height, width))
    usual = min(max(longest, detector.least_side), detector.longest_side) / longest
    return max(usual, min(1.0, detector.longest_side / (LONG * shortest)))


def fit(height: int, width: int, scale: float) -> tuple[int, int]:
    """Height and width of the detector's input for an image, multiples of 32."""
    return max(STEP, round(height * scale / STEP) * STEP), max(STEP, round(width * scale / STEP) * STEP)


def to_tensor(image: Pixels, mean: tuple[float, ...], std: tuple[float, ...]) -> Tensor:
    """Pixels [H, W, 3] to [3, H, W], normalised channel by channel; in OpenCV, which needs no copies for equal std."""
    if len(set(std)) == 1:
        tensor: Any = cv2.dnn.blobFromImage(image, 1 / (255 * std[0]), mean=tuple(255 * value for value in mean))[0]
    else:
        tensor = ((image / 255 - np.array(mean)) / np.array(std)).transpose(2, 0, 1)
    return np.ascontiguousarray(tensor, np.float32)


def resize(image: Pixels, size: tuple[int, int]) -> Pixels:
    """An image as high and wide as the detector's input."""
    resized: Any = cv2.resize(image, size[::-1])
    return np.asarray(resized, np.uint8)


def prepare(image: Pixels, detector: Detector) -> Tensor:
    """The detector's input [3, H, W] for an RGB image of its size."""
    return to_tensor(image if detector.channels == "rgb" else image[:, :, ::-1], detector.mean, detector.std)


def find_boxes(probability: Tensor, height: int, width: int, detector: Detector) -> list[Box]:
    """Boxes of text in no order, in pixels of the image.

    A pixel of the map is an area, not a point: corners are shifted by half of one. Without that, and with DBNet's usual
    dilation, boxes at half the size are too high by two fifths (h-mean on receipts .85 instead of .92, benchmarks/ocr.py).

    Args:
        probability: [H, W] in [0, 1].
        height: of the image, in pixels.
        width: of the image, in pixels.
        detector: thresholds and growth.
    """
    scale = np.array([width / probability.shape[1], height / probability.shape[0]], np.float32)
    contours, _ = cv2.findContours((probability > detector.threshold).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    boxes = []
    for contour in contours[:MOST_BOXES * max(1, probability.size // detector.longest_side ** 2)]:
        (x, y), (w, h), angle = cv2.minAreaRect(contour)
        if min(w, h) < LEAST_SIDE or _mean(probability, cv2.boxPoints(((x, y), (w, h), angle))) < detector.box_threshold:
            continue
        grown = []
        for growth in (detector.polygon_growth, detector.crop_growth):
            # Unclipping (DBNet, eq. 10) of a rectangle grows each of its sides by area / perimeter × growth.
            distance = growth * w * h / (2 * (w + h))
            grown.append(ordered(cv2.boxPoints(((x + .5, y + .5), (w + 2 * distance, h + 2 * distance), angle)) * scale))
        if min(w, h) + 2 * distance < LEAST_GROWN:
            continue
        polygon, crop = (np.clip(corners, 0, np.array([width, height], np.float32)) for corners in grown)
        if min(np.ptp(crop[:, 0]), np.ptp(crop[:, 1])) >= LEAST_SIDE:
            boxes.append(Box(polygon, crop))
    return boxes


def _mean(probability: Tensor, corners: Any) -> float:
    """Mean probability inside a box."""
    height, width = probability.shape
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)).astype(int), [width - 1, height - 1])
    inside = np.zeros((bottom - top + 1, right - left + 1), np.uint8)
    cv2.fillPoly(inside, [(corners - [left, top]).astype(np.int32)], 1)
    return float(cv2.mean(probability[top:bottom + 1, left:right + 1], inside)[0])


def ordered(corners: Any) -> Corners:
    """Corners of a rectangle (4 × 2), top left first, clockwise."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (side[np.argsort(side[:, 1], kind="stable")] for side in (by_x[:2], by_x[2:]))
    return np.array([left[0], right[0], right[1], left[1]], np.float32)
