"""Lines as they stand on real receipts and Korean pages: where, and what is written."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from schemas.reading import Language
from tests.places import REAL_DATA

SHARED = REAL_DATA
HANGUL, LATIN = "가나다라마바사아자차카타파하", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Line = tuple[NDArray[np.float64], str]
"""Four corners in parts of the page, and what is written there."""


def are_real() -> bool:
    """Whether the lines are those of real receipts and pages."""
    return (SHARED / "receipts" / "box").is_dir()


@functools.cache
def all_lines() -> list[Line]:
    """Lines of the receipts and the Korean pages in turn; made ones where these are not to be had."""
    if not are_real():
        return _made_lines()
    sources: list[Iterator[list[Line]]] = [_receipts(), _pages()]
    found: list[Line] = []
    while sources:
        for source in list(sources):
            page = next(source, None)
            if page is None:
                sources.remove(source)
            found += page or []
    return found


def edited(text: str, chance: random.Random) -> str:
    """The line as another receipt has it: other digits, and one other letter."""
    letters = [str(chance.randrange(10)) if char.isdigit() else char for char in text]
    place = chance.randrange(len(letters))
    if letters[place].isalpha():
        letters[place] = chance.choice(HANGUL if "가" <= letters[place] <= "힣" else LATIN)
    return "".join(letters)


def language(text: str) -> Language:
    """Of a line."""
    korean, latin = any("가" <= char <= "힣" for char in text), any(char.isascii() and char.isalpha() for char in text)
    if korean:
        return Language.MIXED if latin else Language.KO
    return Language.EN if latin else Language.DIGITS if any(map(str.isdigit, text)) else Language.OTHER


def _receipts() -> Iterator[list[Line]]:
    for path in sorted((SHARED / "receipts" / "box").glob("*.csv")):
        with Image.open(SHARED / "receipts" / "img" / f"{path.stem}.jpg") as image:
            size = image.size
        parts = (line.split(",", 8) for line in path.read_text("utf-8", errors="replace").splitlines())
        boxes = [(np.array(part[:8], np.float64).reshape(4, 2) / size, part[8]) for part in parts if len(part) == 9]
        yield [line for line in boxes if _stands(line)]


def _pages() -> Iterator[list[Line]]:
    for path in sorted((SHARED / "korean_pages" / "gt").glob("*.json")):
        page = json.loads(path.read_text("utf-8"))
        with Image.open(SHARED / "korean_pages" / "images" / Path(page["image"]).name) as image:
            size = image.size
        boxes = (line["box"] for line in page["lines"])
        corners = (np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64) / size for x0, y0, x1, y1 in boxes)
        yield [line for line in zip(corners, (line["text"] for line in page["lines"]), strict=True) if _stands(line)]


def _stands(line: Line) -> bool:
    """Upright, with an area and a text."""
    corners, text = line
    return bool(text.strip()) and bool((corners[2] - corners[0] > 0.003).all())


def _made_lines() -> list[Line]:
    chance = random.Random(0)
    syllables = [chr(code) for code in range(0xAC00, 0xD7A4)]
    found = []
    for number in range(5000):
        left, top = chance.uniform(0.05, 0.3), 0.03 + number % 45 * 0.021
        right, bottom = left + chance.uniform(0.05, 0.6), top + 0.016
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        found.append((corners, " ".join("".join(chance.choices(syllables, k=chance.randint(1, 5))) for _ in range(4))))
    return found
