"""Pictures in which duplicates are looked for: documents that are edited, and others that only stand beside them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from benchmarks.edits import Grey
from schemas.ids import sha256
from tests.places import REAL_DATA

Pair = tuple[str, str]
"""Names of two pictures, in their order."""
KINDS = {"receipt": "receipts/img", "page": "korean_pages/images", "form": "forms", "photograph": "photos", "scene": "icdar_toy",
         "other": "near_duplicates", "odd file": "bad_images"}
"""Folders of the test pictures, by what is in them."""
EDITED = ("receipt", "page")
"""Documents of which edited copies are made."""
JUDGED = (*EDITED, "form", "photograph", "scene")
"""Of these every two are different things, unless they have the same pixels; the rest has copies of itself."""
LEAST, MOST = 64, 20_000_000
"""Pixels of a shorter side at least; pixels in all at most."""
SIDE = 1600
"""Pictures that only stand beside the others are brought to this longer side at most: the comparison looks at half of it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its name: of what kind it is, and its grey values."""

    name: str
    kind: str
    grey: Grey


def pictures() -> dict[str, Picture]:
    """All of them by name, without a second one of the same pixels, the edited ones first and whole."""
    found: dict[str, Picture] = {}
    pixels: set[str] = set()
    for picture in _read():
        digest = sha256(picture.grey.tobytes())
        if picture.kind in EDITED or digest not in pixels:
            found[picture.name] = picture
        pixels.add(digest)
    if not {picture.kind for picture in found.values()} >= {*EDITED}:
        raise SystemExit("The test pictures receipts/ and korean_pages/ are not here.")
    return found


def receipt_pairs(name: str) -> set[Pair]:
    """Pairs of receipts: ``duplicate_pairs`` or ``same_template_pairs``."""
    rows = json.loads((REAL_DATA / "receipts" / f"{name}.json").read_text(encoding="utf-8"))
    return {(min(row["a"], row["b"]), max(row["a"], row["b"])) for row in rows}


def _read() -> Iterator[Picture]:
    for kind, folder in KINDS.items():
        for path in sorted((REAL_DATA / folder).rglob("*")):
            if (grey := _grey(path)) is None:
                continue
            if kind in EDITED:
                yield Picture(path.stem, kind, grey)
            elif min(grey.shape) >= LEAST:
                scale = min(1.0, SIDE / max(grey.shape))
                smaller = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
                yield Picture(str(path.relative_to(REAL_DATA)), kind, np.asarray(smaller, np.uint8))


def _grey(path: Path) -> Grey | None:
    """Grey values (H × W); None where the file is no picture, is broken or too large."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            if image.width * image.height > MOST:
                return None
            image.draft("L", image.size)
            return np.asarray(image.convert("L"), np.uint8)
    except Exception:  # test files of decoders: every kind of error
        return None
