"""How fast a model reads pictures on this machine."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from more_itertools import chunked
from PIL import Image, ImageOps

from adapters.ocr.engine import OcrEngine, as_kept
from schemas.errors import SettingError
from schemas.reading import Reading

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
"""Endings of the files that are read."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Readings of pictures as prelabel keeps them, and the seconds that the engine took, decoding left out."""

    readings: tuple[Reading, ...]
    seconds: float


def pictures_in(folder: Path, tell: Callable[[str], None]) -> list[Path]:
    """Pictures of a folder and of those in it, in order of their names; those that do not open are named.

    Raises:
        SettingError: there is none.
    """
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in PICTURES and _opens(path, tell)]
    if not paths:
        raise SettingError(f"--images {folder} holds no pictures that open ({', '.join(sorted(PICTURES))})")
    return paths


def measure(engine: OcrEngine, paths: Sequence[Path]) -> Measured:
    """Reads pictures as prelabel does, as many at once as the engine likes."""
    seconds = 0.0
    readings: list[Reading] = []
    for window in chunked(paths, engine.images_a_read):
        pictures = [np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB")) for path in window]
        started = time.perf_counter()
        found = engine.read(pictures, [path.name for path in window])
        seconds += time.perf_counter() - started
        readings += map(as_kept, found)
    return Measured(tuple(readings), seconds)


def _opens(path: Path, tell: Callable[[str], None]) -> bool:
    """Whether a file is a picture; one that is none is named."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Image.open(path).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        tell(f"{path} is left out: {error}")
        return False
    return True
