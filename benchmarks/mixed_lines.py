"""Lines of Korean with Latin letters or digits, cut from pages whose text is known, as they are and as a phone takes them.

Halves: the pages that set the figures of ``adapters/ocr/words.py`` and ``marks.py``, and the others.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from adapters.ocr.engine import Pixels
from benchmarks.figures import Figure
from benchmarks.korean import MODEL, PAGES, Box, Korean, has_latin, lines_of, score, sets_thresholds
from benchmarks.ocr_pictures import open_ours, pixels
from schemas.reading import Reading
from schemas.text import is_hangul

A_PAGE = 4
"""Lines of each page: they are alike."""
ROOM = 8
"""Pixels of the page around a line."""
AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class MixedLine:
    """A line as a picture of its own, with its text."""

    name: str
    picture: Pixels
    text: str

    @property
    def truth(self) -> list[tuple[Box, str]]:
        """As ``lines_of`` has a page's."""
        return [((0.0, 0.0, float(self.picture.shape[1]), float(self.picture.shape[0])), self.text)]


def run() -> list[Figure]:
    """Both halves, as cut out and as photographed."""
    engine = open_ours(MODEL, "cpu")
    paths = sorted((PAGES / "images").glob("*.jpg"))
    figures = []
    for kind in ("cut out", "photographed"):
        found: dict[bool, Korean] = {}
        for setting in (True, False):
            lines = [line for path in paths if sets_thresholds(path) is setting for line in lines_on(path)]
            if kind == "photographed":
                lines = [MixedLine(line.name, photographed(line.picture, line.name), line.text) for line in lines]
            readings: list[Reading] = []
            for start in range(0, len(lines), AT_ONCE):
                window = lines[start:start + AT_ONCE]
                readings += engine.read([line.picture for line in window], [line.name for line in window])
            found[setting] = score([line.truth for line in lines], readings)
        figures += rows(f"mixed lines, {kind}", found[False], found[True])
    return figures


def rows(name: str, other: Korean, setting: Korean) -> list[Figure]:
    """Rows of one set: the half that set nothing, and in brackets the half that did."""
    def both(get: str, digits: int) -> str:
        return f"{getattr(other, get):.{digits}f} ({getattr(setting, get):.{digits}f})"

    return [
        Figure(f"{name}: Hangul recall", both("recall", 4)),
        Figure(f"{name}: Hangul precision", both("precision", 4)),
        Figure(f"{name}: error of Latin and digits", both("latin", 3)),
        Figure(f"{name}: wrong Latin inside Hangul words, of 1,000 syllables", both("wrong_latin", 2)),
        Figure(f"{name}: CER, spaces ignored", both("cer_unspaced", 3)),
    ]


def lines_on(path: Path) -> list[MixedLine]:
    """Up to ``A_PAGE`` mixed lines of a page, from all over it."""
    page = pixels(path)
    mixed = [(box, text) for box, text in lines_of(path) if any(map(is_hangul, text)) and any(map(has_latin, text))]
    chosen: Sequence[tuple[Box, str]] = mixed[::max(1, len(mixed) // A_PAGE)][:A_PAGE]
    return [MixedLine(f"{path.stem}-{round(y0)}", _cut(page, (x0, y0, x1, y1)), text) for (x0, y0, x1, y1), text in chosen]


def photographed(line: Pixels, name: str) -> Pixels:
    """Taken with a phone: a little small, tilted, out of focus and dark at one end, with grain, packed. Its name decides how."""
    chance = np.random.default_rng(zlib.crc32(name.encode()))
    height, width = line.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = np.asarray(corners + chance.uniform(-0.08, 0.08, (4, 2)) * height, np.float32)
    picture = cv2.warpPerspective(line, cv2.getPerspectiveTransform(corners, moved), (width, height),
                                  borderMode=cv2.BORDER_REPLICATE)
    scale = chance.uniform(0.6, 1.0)
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.4, 0.9))
    light = np.linspace(chance.uniform(0.5, 1.0), chance.uniform(0.5, 1.0), picture.shape[1])[None, :, None]
    grain = chance.normal(0, chance.uniform(2, 8), picture.shape)
    dark = (picture * light + grain).clip(0, 255).astype(np.uint8)
    packed = cv2.imencode(".jpg", dark, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(50, 85))])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def _cut(page: Pixels, box: Box) -> Pixels:
    left, top = max(0, int(box[0]) - ROOM), max(0, int(box[1]) - ROOM)
    return np.ascontiguousarray(page[top:int(box[3]) + ROOM, left:int(box[2]) + ROOM])
