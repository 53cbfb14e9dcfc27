"""What is too much or too little in a stranger's picture; each a setting ``SAEGIM_<NAME>``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds of ingest.

    Attributes:
        max_bytes: of the file.
        max_pixels: of the picture, by its header.
        min_side: pixels of the shorter side of a photograph.
        min_line_side: the same of a crop of one word or line.
        least_brightness: grey value of the brightest spots below which it is too dark, of 255.
        least_contrast: grey levels between the clearest spots and the mean around them, below which it is blank.
        least_sharpness: of ``stages/ingest/quality.py``, below which it is too blurred.
    """

    max_bytes: int = 50_000_000
    max_pixels: int = 100_000_000
    min_side: int = 32
    min_line_side: int = 8
    least_brightness: float = 30.0
    least_contrast: float = 6.0
    least_sharpness: float = 0.075
