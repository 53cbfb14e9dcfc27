"""Signs whose letters stand apart, made: 두 루 치 기, and the line that people read there; and tables, which are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from apps.demo.contact_sheet import hangul_font

Pixels = NDArray[np.uint8]
WIDTH = 1280
"""Of a picture, in pixels."""
HEIGHT = 960
"""Of the same."""
WORDS = ("두루치기", "김치찌개", "삼겹살", "해물탕", "미용실", "부동산", "세탁소", "약국", "주차금지", "출입문", "영업중",
         "칼국수", "OPEN", "CAFE", "문구사", "열쇠", "철물점", "순대국", "제일교회", "태권도")


@dataclass(frozen=True, slots=True)
class SpacedSign:
    """A picture of one line.

    Attributes:
        pixels: RGB.
        box: left, top, right and bottom of the line in pixels.
        text: of the line, without spaces.
        space: between its letters, in their height.
    """

    pixels: Pixels
    box: tuple[float, float, float, float]
    text: str
    space: float


def spaced_sign(seed: int) -> SpacedSign:
    """One picture: a word of letters .3 to 1.6 of their height apart, with a small line of print below."""
    chance = np.random.default_rng(seed)
    text = str(chance.choice(WORDS))
    space = float(chance.uniform(0.3, 1.6))
    size = min(int(chance.integers(48, 180)), int((WIDTH - 200) / (len(text) * (1 + space))))
    step = size * (1 + space)
    dark, light = chance.integers(0, 90, 3), chance.integers(170, 255, 3)
    ground, ink = (light, dark) if chance.random() < 0.5 else (dark, light)
    picture = Image.new("RGB", (WIDTH, HEIGHT), tuple(map(int, chance.integers(60, 200, 3))))
    draw: Any = ImageDraw.Draw(picture)
    left, top = int(chance.integers(60, max(61, WIDTH - 100 - int(step * len(text))))), int(chance.integers(120, 600))
    draw.rectangle((left - 50, top - 40, left + step * len(text), top + size * 1.8 + 40), tuple(map(int, ground)))
    font: Any = hangul_font(size)
    boxes = []
    for number, letter in enumerate(text):
        place = (left + number * step, top)
        draw.text(place, letter, tuple(map(int, ink)), font)
        boxes.append(draw.textbbox(place, letter, font))
    draw.text((left, top + size * 1.45), "TEL 02-123-4567", tuple(map(int, ink)), hangul_font(max(18, size // 4)))
    grain = chance.normal(0, 4, (HEIGHT, WIDTH, 3)) + np.asarray(picture)
    blurred: Any = cv2.GaussianBlur(grain.clip(0, 255).astype(np.uint8), (0, 0), float(chance.uniform(0.4, 1.4)))
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return SpacedSign(np.asarray(blurred, np.uint8), (min(lefts), min(tops), max(rights), max(bottoms)), text, space)


@dataclass(frozen=True, slots=True)
class Form:
    """A picture of a table.

    Attributes:
        pixels: RGB.
        cells: left, top, right and bottom of each check box and digit, in pixels.
    """

    pixels: Pixels
    cells: tuple[tuple[float, float, float, float], ...]


def form(seed: int) -> Form:
    """One picture: rows of check boxes or of single digits 1 to 1.8 of their height apart; closer ones are a number."""
    chance = np.random.default_rng(seed)
    picture = Image.new("RGB", (WIDTH, HEIGHT), tuple(map(int, chance.integers(215, 256, 3))))
    draw: Any = ImageDraw.Draw(picture)
    size, space = int(chance.integers(24, 80)), float(chance.uniform(1, 1.8))
    step, top = size * (1 + space), 60.0
    cells: list[tuple[float, float, float, float]] = []
    while top < HEIGHT - 2 * size:
        boxes, left = chance.random() < 0.5, int(chance.integers(40, 200))
        for number in range(int(chance.integers(3, max(4, min(9, int((WIDTH - 300) / step)))))):
            place = (left + number * step, top)
            if boxes:
                square = (*place, place[0] + size * 0.8, place[1] + size * 0.8)
                draw.rectangle(square, outline=(20, 20, 20), width=max(2, size // 16))
                if chance.random() < 0.3:
                    draw.line((square[0], square[1], square[2], square[3]), (20, 20, 20), max(2, size // 16))
                    draw.line((square[0], square[3], square[2], square[1]), (20, 20, 20), max(2, size // 16))
                cells.append(square)
            else:
                digit, font = str(chance.integers(0, 10)), hangul_font(size)
                draw.text(place, digit, (20, 20, 20), font)
                cells.append(draw.textbbox(place, digit, font))
        top += size * float(chance.uniform(1.3, 4))
    return Form(np.asarray(picture, np.uint8), tuple(cells))
