"""Photographs of meters and LED signs, made: seven segments or dots, and where each display is and what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
Corners = NDArray[np.float32]
WIDTH = 1600
"""Of a picture, in pixels."""
HEIGHT = 1200
"""Of the same. A display is 16 to 420 of them high."""
SEGMENTS = {"0": "abcdef", "1": "bc", "2": "abdeg", "3": "abcdg", "4": "bcfg", "5": "acdfg", "6": "acdefg", "7": "abc",
            "8": "abcdefg", "9": "abcdfg", "-": "g"}
"""Which of the seven segments a character lights: a on top, then clockwise, g in the middle."""
DOTS = {
    "0": "0e11191511130e", "1": "040c040404040e", "2": "0e11010204081f", "3": "1f02040201110e", "4": "02060a121f0202",
    "5": "1f101e0101110e", "6": "0608101e11110e", "7": "1f010204080808", "8": "0e11110e11110e", "9": "0e11110f01020c",
    "A": "0e11111f111111", "B": "1e11111e11111e", "C": "0e11101010110e", "E": "1f10101e10101f", "H": "1111111f111111",
    "I": "0e04040404040e", "L": "1010101010101f", "N": "11191513111111", "O": "0e11111111110e", "P": "1e11111e101010",
    "S": "0f10100e01011e",
    "T": "1f040404040404", "U": "1111111111110e", "X": "11110a040a1111", ":": "00040400040400",
    " ": "00000000000000",
}
"""Rows of 5 dots from top to bottom, two hexadecimal digits each."""
LIT = ((255, 40, 30), (60, 255, 90), (90, 170, 255), (255, 170, 40), (240, 245, 255))
"""Colours of LEDs."""
WORDS = ("OPEN", "BUS 12", "EXIT", "STOP", "NO 305", "12:45", "HELLO", "SALE 50", "TEL 119", "PLACE 8")


@dataclass(frozen=True, slots=True)
class Display:
    """A picture of one display.

    Attributes:
        pixels: RGB.
        corners: of what is lit, tight, in pixels.
        text: that it shows.
        kind: ``LED``, ``LCD`` or ``dots``.
    """

    pixels: Pixels
    corners: Corners
    text: str
    kind: str


def display(seed: int) -> Display:
    """One picture: every third has dots, every third a liquid crystal."""
    chance = np.random.default_rng(seed)
    kind = ("LED", "LCD", "dots")[seed % 3]
    text = str(chance.choice(WORDS)) if kind == "dots" else _number(chance)
    size = min(int(np.exp(chance.uniform(np.log(16), np.log(420)))), 1150 // len(text))
    dark, lit = _colours(kind, chance)
    panel, box = (_dotted if kind == "dots" else _segmented)(text, size, dark, lit, chance)
    canvas = _scene(chance)
    place = _cased(canvas, panel, chance)
    pixels, corners = _photographed(canvas, box + np.array([*place, *place]), kind, size, chance)
    return Display(pixels, corners, text.replace(" ", ""), kind)


def _number(chance: np.random.Generator) -> str:
    digits = "".join(map(str, chance.integers(0, 10, int(chance.integers(2, 7)))))
    way = chance.integers(0, 4)
    if way == 0 and len(digits) == 4:
        return f"{digits[:2]}:{digits[2:]}"
    if way <= 1:
        return f"{digits[:-1]}.{digits[-1]}"
    return "-" + digits if way == 2 and len(digits) < 4 else digits


def _colours(kind: str, chance: np.random.Generator) -> tuple[Any, Any]:
    if kind == "LCD":
        ground = np.array([150, 165, 140]) + chance.integers(-60, 40, 3)
        return ground, ground * chance.uniform(0.15, 0.75)
    return chance.integers(5, 45, 3), np.array(LIT[int(chance.integers(0, len(LIT)))])


def _segmented(text: str, size: int, dark: Any, lit: Any, chance: np.random.Generator) -> tuple[Pixels, Any]:
    wide, thick = size * chance.uniform(0.45, 0.6), size * chance.uniform(0.06, 0.15)
    gap, pitch, slant = thick * chance.uniform(0.1, 0.7), wide + size * chance.uniform(0.15, 0.5), chance.uniform(0, 0.14)
    margin = size * chance.uniform(0.2, 0.5)
    advance = [size * 0.22 if char in ".:" else pitch for char in text]
    panel = np.full((int(size + 2 * margin), int(sum(advance) + 2 * margin + slant * size), 3), dark, np.uint8)
    bright, faint = tuple(map(float, lit)), tuple(map(float, dark + (lit - dark) * chance.uniform(0, 0.15)))
    left = margin
    for char, step in zip(text, advance, strict=True):
        for name, shape in _shapes(wide, size, thick, gap).items():
            on = name in SEGMENTS.get(char, "")
            if on or char not in ".:":
                moved = shape + np.array([left, margin])
                moved[:, 0] += (size + margin - moved[:, 1]) * slant
                cv2.fillPoly(panel, [np.round(moved * 16).astype(np.int32)], bright if on else faint, cv2.LINE_AA, 4)
        for down in {".": (1 - thick / size / 2,), ":": (0.3, 0.7)}.get(char, ()):
            x = left + (1 - down) * size * slant
            cv2.circle(panel, (int(x), int(margin + down * size)), int(thick * 0.6) + 1, bright, -1, cv2.LINE_AA)
        left += step
    right = left - (pitch - wide if text[-1] not in ".:" else 0) + slant * size
    return panel, np.array([margin, margin, right, margin + size])


def _shapes(wide: float, high: float, thick: float, gap: float) -> dict[str, Any]:
    """Outlines of the seven segments."""
    half = thick / 2

    def bar(x0: float, y0: float, x1: float, y1: float) -> Any:
        along = np.array([x1 - x0, y1 - y0]) / max(abs(x1 - x0) + abs(y1 - y0), 1)
        across = np.array([along[1], along[0]]) * half
        one, other = np.array([x0, y0]) + along * gap, np.array([x1, y1]) - along * gap
        return np.array([one, one + along * half + across, other - along * half + across, other, other - along * half - across,
                         one + along * half - across])

    left, right, top, middle, bottom = half, wide - half, half, high / 2, high - half
    return {"a": bar(left, top, right, top), "b": bar(right, top, right, middle), "c": bar(right, middle, right, bottom),
            "d": bar(left, bottom, right, bottom), "e": bar(left, middle, left, bottom), "f": bar(left, top, left, middle),
            "g": bar(left, middle, right, middle)}


def _dotted(text: str, size: int, dark: Any, lit: Any, chance: np.random.Generator) -> tuple[Pixels, Any]:
    pitch = size / 7
    margin = pitch * int(chance.integers(1, 4))
    radius = pitch * chance.uniform(0.28, 0.46)
    unlit = dark + (lit - dark) * chance.uniform(0, 0.08)
    columns = 6 * len(text) - 1
    panel = np.full((int(size + 2 * margin), int(columns * pitch + 2 * margin), 3), dark, np.uint8)
    for row in range(7):
        for column in range(columns):
            glyph, inside = DOTS[text[column // 6]], column % 6
            on = inside < 5 and int(glyph[2 * row:2 * row + 2], 16) >> (4 - inside) & 1
            centre = (int((margin + (column + .5) * pitch) * 16), int((margin + (row + .5) * pitch) * 16))
            cv2.circle(panel, centre, int(radius * 16), tuple(map(float, lit if on else unlit)), -1, cv2.LINE_AA, 4)
    return panel, np.array([margin, margin, margin + columns * pitch, margin + size])


def _scene(chance: np.random.Generator) -> Pixels:
    """A wall, a street or a workshop, out of focus."""
    coarse = chance.integers(20, 235, (int(chance.integers(3, 14)), int(chance.integers(3, 18)), 3)).astype(np.uint8)
    way = cv2.INTER_CUBIC if chance.random() < 0.6 else cv2.INTER_NEAREST
    scene: Any = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=way)
    return np.asarray(cv2.GaussianBlur(scene, (0, 0), chance.uniform(1, 9)), np.uint8)


def _cased(canvas: Pixels, panel: Pixels, chance: np.random.Generator) -> Any:
    """Puts a panel into its case, with print on it as meters have; where its left upper corner came to lie."""
    x = int(chance.integers(60, WIDTH - panel.shape[1] - 59))
    y = int(chance.integers(100, HEIGHT - panel.shape[0] - 119))
    grow = int(chance.integers(20, 60))
    case = tuple(int(value) for value in chance.integers(30, 225) + chance.integers(-12, 13, 3))
    cv2.rectangle(canvas, (x - grow, y - grow), (x + panel.shape[1] + grow, y + panel.shape[0] + grow + 40), case, -1)
    canvas[y:y + panel.shape[0], x:x + panel.shape[1]] = panel
    drawn = Image.fromarray(canvas)
    ink = (235, 235, 235) if sum(case) < 380 else (25, 25, 25)
    font = ImageFont.load_default(int(chance.integers(16, 30)))
    print_on_it = str(chance.choice(("kWh", "MODEL 30-B", "kg MAX", "TEMP")))
    ImageDraw.Draw(drawn).text((x, y + panel.shape[0] + 8), print_on_it, ink, font)
    canvas[:] = np.asarray(drawn)
    return np.array([x, y])


def _photographed(canvas: Pixels, box: Any, kind: str, size: int, chance: np.random.Generator) -> tuple[Pixels, Corners]:
    """The picture as a phone takes it: from the side, with glow, blur and grain."""
    if kind != "LCD":
        glow = cv2.GaussianBlur(canvas, (0, 0), size * chance.uniform(0.04, 0.12))
        canvas = np.asarray(cv2.addWeighted(canvas, 1.0, glow, chance.uniform(0.1, 0.5), 0), np.uint8)
    frame = np.array([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]], np.float32)
    seen = frame + chance.uniform(-60, 60, (4, 2)).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(frame, seen)
    picture: Any = cv2.warpPerspective(canvas, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture = cv2.GaussianBlur(picture, (0, 0), chance.uniform(0.4, 1.6))
    picture = picture * chance.uniform(0.6, 1.1) + chance.normal(0, chance.uniform(1, 6), picture.shape)
    corners = np.array([[[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]]], np.float32)
    return picture.clip(0, 255).astype(np.uint8), np.asarray(cv2.perspectiveTransform(corners, matrix)[0], np.float32)
