"""Where a strip has ink: what is between letters, and what stands alone."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from adapters.ocr.recognition import Strip


def ink_of(picture: Strip) -> NDArray[np.bool_] | None:
    """Where the letters are, [H, W]: the rarer side of Otsu's threshold; None for one even colour."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if int(np.ptp(grey)) < 16:
        return None
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    ink = grey <= threshold
    return np.asarray(~ink if ink.mean() > 0.5 else ink, bool)


def empty_runs(strip: Strip) -> tuple[list[tuple[float, int]], int]:
    """Middle and width of each run of columns without ink between letters, and the letters' height, in pixels."""
    ink = ink_of(strip)
    if ink is None:
        return [], strip.shape[0]
    rows = np.flatnonzero(ink.sum(axis=1) > 0.02 * ink.shape[1])
    height = max(8, int(rows[-1] - rows[0]) + 1) if len(rows) else strip.shape[0]
    columns = np.flatnonzero(ink.any(axis=0))
    before = np.flatnonzero(np.diff(columns) > 1)
    return [((left + right) / 2, right - left - 1)
            for left, right in zip(columns[before].tolist(), columns[before + 1].tolist(), strict=True)], height
