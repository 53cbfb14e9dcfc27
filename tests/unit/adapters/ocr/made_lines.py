"""Lines as recognisers read them, and pictures of lines."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from adapters.ocr.bundles import Recogniser
from adapters.ocr.recognition import Character, ReadLine

FONT = str(next((Path(cv2.__file__).parents[1] / "koreanize_matplotlib").rglob("*.ttf")))
KOREAN = Recogniser(architecture="ctc", name="ko", file="k", scripts=["hangul"])
LATIN = Recogniser(architecture="ctc", name="la", file="l", scripts=["latin", "digits"])


def line(text: str, *, score: float = 0.95, step: float = 40.0, start: float = 20.0, by: str = "ko") -> ReadLine:
    return ReadLine(tuple(Character(char, start + index * step, score) for index, char in enumerate(text)), by)


def drawn(text: str, size: int = 40, gap: int = 0) -> Any:
    font = ImageFont.truetype(FONT, size)
    picture = Image.new("RGB", (int(font.getlength(text)) + gap * len(text) + 40, size + 40), "white")
    draw, x = ImageDraw.Draw(picture), 20.0
    for char in text:
        draw.text((x, 15), char, fill="black", font=font)
        x += font.getlength(char) + gap
    return np.asarray(picture)
