"""Pictures on which nobody can read anything: blank, too dark, too blurred. Judged on a small grey picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from schemas.submission import Reason, Rejection
from stages.ingest.limits import Limits


def judge(picture: NDArray[np.uint8], limits: Limits) -> Rejection | None:
    """Says why a picture is hopeless, or None.

    Only hopeless ones: what is refused wrongly costs people their points. Measured on the small picture, so that a
    photograph is called blurred only where letters of a twentieth of its height could not be read.

    Args:
        picture: grey, H × W, longer side ``gate.SIDE``.
        limits: the thresholds.
    """
    dark, bright = _percentiles(picture, 0.01, 0.99)
    if bright < limits.least_brightness:
        return Rejection(Reason.TOO_DARK, f"99 % of it is darker than {bright} of 255, at least {limits.least_brightness}")
    contrast = bright - dark
    if contrast < limits.least_contrast:
        return Rejection(Reason.BLANK, f"its grey values differ by {contrast} of 255, at least {limits.least_contrast}")
    sharpness = _sharpness(picture, contrast)
    if sharpness < limits.least_sharpness:
        return Rejection(Reason.TOO_BLURRED, f"sharpness {sharpness:.3f}, at least {limits.least_sharpness}")
    return None


def _sharpness(picture: NDArray[np.uint8], contrast: int) -> float:
    """How steep the steepest edges are: the 99.8th percentile of the gradient, in parts of the contrast a pixel.

    A sharp edge between the darkest and the brightest has about 0.5; a blur of standard deviation s makes it 0.4/s.
    """
    soft = cv2.GaussianBlur(picture, (3, 3), 0.8)
    across, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=1 / 8)
    steepness = cv2.convertScaleAbs(cv2.magnitude(across, down), alpha=2)  # in half grey levels, so that counting is enough
    return _percentiles(np.asarray(steepness, np.uint8), 0.998)[0] / 2 / contrast


def _percentiles(values: NDArray[np.uint8], *shares: float) -> list[int]:
    """The least values that such shares of all values do not exceed."""
    counts = cv2.calcHist([values], [0], None, [256], [0, 256]).ravel().cumsum()
    return [int(np.searchsorted(counts, share * values.size)) for share in shares]
