"""Pictures that can be read and pictures that cannot, as people send them, for the thresholds of ingest.

``stages/ingest/quality.py`` was set on seeds 0 to 5, and on the demo's samples darkened, faded and blurred. Other seeds have
other texts, noise and blobs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = str(next((Path(cv2.__file__).parents[1] / "koreanize_matplotlib").rglob("*.ttf")))
LARGE = (4000, 3000)
TEXTS = ("안녕하세요 글자", "서울특별시 종로구 1가", "Meeting room 3", "출구 EXIT", "2026. 11. 24")
Size = tuple[int, int]
Make = Callable[[], Image.Image]


def readable(seed: int) -> dict[str, Make]:
    """Makes pictures with few words, by what they are."""
    text = TEXTS[seed % len(TEXTS)]
    return {
        "a lit sign in a black night": lambda: _written(
            _lit(_flat(LARGE, 0), (3000, 500, 3300, 600)), (3010, 520), text[:6], 60, 0),
        "white letters in a night": lambda: _noisy(_written(_flat(LARGE, 0), (2000, 1500), text, 60, 255), 6, seed),
        "small letters in a night": lambda: _noisy(_written(_flat((1280, 960), 4), (300, 500), text, 26, 210), 5, seed),
        "a dim sign": lambda: _noisy(_written(_flat((2000, 1500), 30), (400, 700), text, 90, 70), 4, seed),
        "white on black": lambda: _written(_flat((1000, 700), 0), (100, 300), text, 24, 255),
        # 8 points are 2.8 mm: 38 pixels where 297 mm of paper are 4,000
        "a line of 8 points on 12 megapixels": lambda: _written(_flat(LARGE, 255), (400, 1500), text, 38, 0),
        "four letters of 8 points on 12 megapixels": lambda: _noisy(
            _written(_flat(LARGE, 255), (400, 1500), text[:4], 38, 60), 3, seed),
        "a line of 8 points at 150 dpi": lambda: _written(_flat((1240, 1754), 255), (100, 800), text, 17, 0),
        "a title page": lambda: _written(_flat((2480, 3508), 255), (900, 1300), text, 70, 0),
        "faded pencil": lambda: _noisy(_written(_flat((2000, 1500), 234), (300, 700), text, 60, 188), 3, seed),
        "pencil under a lamp": lambda: _noisy(_written(_shaded((2000, 1500), 150, 235), (300, 700), text, 50, 118), 4, seed),
        "pale on pale": lambda: _written(_flat((800, 600), 235), (100, 300), text, 18, 195),
        "a sample of a font": lambda: _written(_flat((100, 30), 255), (3, 3), "hello", 14, 0),
        "white on a blurred photograph": lambda: _noisy(
            _written(_blobs((75, 100), 50, seed), (900, 700), text[:5], 40, 255), 4, seed),
        "black on a blurred photograph": lambda: _written(_blobs((75, 100), 40, seed), (900, 700), text, 40, 20),
        "a little out of focus": lambda: _written(_flat((1600, 1200), 255), (300, 500), text, 60, 0).filter(
            ImageFilter.GaussianBlur(5)),
    }


def hopeless(seed: int) -> dict[str, Make]:
    """Makes pictures on which there is nothing to read, or nothing that anybody could."""
    text = TEXTS[seed % len(TEXTS)]
    return {
        "white": lambda: _flat((1600, 1200), 255),
        "grey": lambda: _flat((600, 400), 128),
        "an empty sheet, 12 megapixels": lambda: _noisy(_flat(LARGE, 222), 8, seed),
        "an empty sheet, small": lambda: _noisy(_flat((800, 600), 222), 6, seed),
        "an empty sheet under a lamp": lambda: _noisy(_shaded((1600, 1200), 140, 235), 4, seed),
        "black, 12 megapixels": lambda: _noisy(_flat(LARGE, 3), 8, seed),
        "black, small": lambda: _noisy(_flat((1000, 750), 4), 10, seed),
        "a lens cap with hot pixels": lambda: _with_hot_pixels(_noisy(_flat((1000, 750), 2), 4, seed), seed),
        "a lens cap with some light": lambda: _noisy(_shaded((1200, 900), 0, 28), 3, seed),
        "paler than anybody reads": lambda: _written(_flat((1600, 1200), 200), (100, 500), text, 100, 206),
        "blurred beyond reading": lambda: _written(_flat((1600, 1200), 255), (100, 500), text, 60, 0).filter(
            ImageFilter.GaussianBlur(40)),
        "blobs": lambda: _blobs((30, 40), 45, seed).resize((1600, 1200)),
    }


def _lit(image: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    image.paste((255, 255, 255), box)
    return image


def _with_hot_pixels(image: Image.Image, seed: int) -> Image.Image:
    rng, pixels = np.random.default_rng(seed), np.array(image)
    pixels[rng.integers(0, image.height, 15), rng.integers(0, image.width, 15)] = 255
    return Image.fromarray(pixels)


def _flat(size: Size, grey: int) -> Image.Image:
    return Image.new("RGB", size, (grey, grey, grey))


def _shaded(size: Size, dark: int, bright: int) -> Image.Image:
    ramp = np.linspace(dark, bright, size[0])[None, :, None]
    return Image.fromarray(np.broadcast_to(ramp, (size[1], size[0], 3)).astype(np.uint8))


def _blobs(cells: tuple[int, int], blur: int, seed: int) -> Image.Image:
    colours = np.random.default_rng(seed).integers(0, 255, (*cells, 3)).astype(np.uint8)
    return Image.fromarray(colours).resize((2000, 1500)).filter(ImageFilter.GaussianBlur(blur))


def _written(image: Image.Image, at: tuple[int, int], text: str, size: int, grey: int) -> Image.Image:
    ImageDraw.Draw(image).text(at, text, font=ImageFont.truetype(FONT, size), fill=(grey, grey, grey))
    return image


def _noisy(image: Image.Image, deviation: float, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).standard_normal((image.height, image.width, 1), np.float32) * np.float32(deviation)
    return Image.fromarray((np.asarray(image) + noise).clip(0, 255).astype(np.uint8))
