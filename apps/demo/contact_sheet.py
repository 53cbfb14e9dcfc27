"""A picture of a release: its images with polygons and texts drawn."""

from __future__ import annotations

from pathlib import Path

import saegim
from pages.card_strip import Drawable, hangul_font, sheet
from saegim.settings import home
from schemas.arrow import reading_of

__all__ = ["hangul_font", "release_sheet"]

WIDTH = 1840
"""Pixels of the sheet."""
ROW = 420
"""Pixels of a row of pictures, high."""


def release_sheet(name: str, path: Path) -> Path:
    """Draws every image of a release into one PNG; returns its path."""
    release = saegim.load(name, folder=home() / "demo" / "release")
    samples = [Drawable(image, reading_of(row), row["split"]) for image, row in release.images()]
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet(samples, WIDTH, ROW).save(path)
    return path
