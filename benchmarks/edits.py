"""Light edits of a picture, as people make them who send it twice."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def recompressed(grey: Grey) -> Grey:
    """JPEG of quality 40."""
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_GRAYSCALE), np.uint8)


def halved(grey: Grey) -> Grey:
    """Half the size."""
    return np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def gamma(value: float) -> Callable[[Grey], Grey]:
    """Brighter below 1, darker above."""
    return lambda grey: (255 * (grey / 255.0) ** value).round().astype(np.uint8)


def noisy(grey: Grey) -> Grey:
    """Gaussian noise of 10 grey levels."""
    rng = np.random.default_rng(grey.size)
    return (grey + rng.normal(0, 10, grey.shape)).clip(0, 255).astype(np.uint8)


def cropped(grey: Grey) -> Grey:
    """3 % off each side."""
    height, width = grey.shape
    return np.ascontiguousarray(grey[int(0.03 * height):int(0.97 * height), int(0.03 * width):int(0.97 * width)])


def turned(grey: Grey) -> Grey:
    """Turned by 2 degrees, white behind."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderValue=255), np.uint8)


def tilted(grey: Grey) -> Grey:
    """A perspective that moves corners by up to 3 %."""
    height, width = grey.shape
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = np.array([[0.03 * width, 0.03 * height], [0.985 * width, 0], [width, 0.97 * height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    return np.asarray(cv2.warpPerspective(grey, matrix, (width, height), borderValue=255), np.uint8)


EDITS: dict[str, Callable[[Grey], Grey]] = {
    "recompression": recompressed, "half size": halved, "gamma 0.6": gamma(0.6), "gamma 1.6": gamma(1.6), "noise": noisy,
    "3 % crop": cropped, "2° rotation": turned, "3 % perspective": tilted,
}
