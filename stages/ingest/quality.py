"""Pictures on which nobody can read anything: blank, too dark, too blurred. Judged on a small grey picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.submission import Reason, Rejection
from stages.ingest.limits import Limits

FEW = 12
"""Pixels of the small picture that are enough to hold a word: four letters of 8 points on a page of A4 cover about 60 there."""
AROUND = 21
"""Side of a pixel's surroundings, in pixels: longer than the letters that the small picture shows, shorter than shadows."""
STEPS = 250
"""Steps in which steepness is counted."""


def judge(picture: NDArray[np.uint8], limits: Limits) -> Rejection | None:
    """Says why a picture is hopeless, or None.

    Only hopeless ones: what is refused wrongly costs people their points, and what passes wrongly one call of the OCR, which
    refuses it for having no text. So each figure is that of the ``FEW`` best pixels, not of a share of the picture: one word
    on a page, one lit sign in a night, one sharp line in a blurred photograph are enough. The thresholds were set on made
    pictures (``tests/made_pictures.py`` says which) and measured on others (docs/ingest.md).

    Contrast is how far a pixel stands out from the mean of its surroundings. Sharpness is how steep the steepest edges are, in
    parts of the range of grey values around them, a pixel. An edge between two surfaces has 0.4 where it is sharp. A blur of
    standard deviation s makes it 0.4/s, but no less than 1/``AROUND``, because of a wide edge the surroundings hold a part.

    Args:
        picture: grey, H × W, longer side ``gate.SIDE``.
        limits: the thresholds.
    """
    soft = np.asarray(cv2.GaussianBlur(picture, (3, 3), 0.8), np.uint8)
    bright = _best(soft)
    if bright < limits.least_brightness:
        return Rejection(Reason.TOO_DARK, f"its brightest spots have {bright} of 255, at least {limits.least_brightness}")
    steepness = _steepness(soft)
    if _best(cv2.convertScaleAbs(steepness)) > 255 * limits.least_sharpness:
        return None  # sharp even if black and white were around: most photographs end here
    contrast = cv2.absdiff(soft, cv2.blur(soft, (AROUND, AROUND)))
    if (most := _best(contrast)) < limits.least_contrast:
        return Rejection(Reason.BLANK, f"nothing stands out by more than {most} of 255, at least {limits.least_contrast}")
    around = np.ones((AROUND, AROUND), np.uint8)
    spread = cv2.subtract(cv2.dilate(soft, around), cv2.erode(soft, around)).astype(np.float32)
    shares = cv2.divide(steepness, spread, scale=STEPS) * (contrast >= limits.least_contrast)  # what does not stand out is noise
    sharpness = _best(cv2.convertScaleAbs(shares)) / STEPS
    if sharpness < limits.least_sharpness:
        return Rejection(Reason.TOO_BLURRED, f"sharpness {sharpness:.3f}, at least {limits.least_sharpness}")
    return None


def _steepness(soft: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Grey levels a pixel at each pixel."""
    across, down = (gradient.astype(np.float32) / 8 for gradient in cv2.spatialGradient(soft))  # Sobel's sum of eight
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _best(values: cv2.typing.MatLike) -> int:
    """The greatest value, of 0 to 255, that ``FEW`` pixels reach."""
    counts = cv2.calcHist([values], [0], None, [256], [0, 256]).ravel()[::-1].cumsum()
    return 255 - int(np.searchsorted(counts, min(FEW, values.size)))
