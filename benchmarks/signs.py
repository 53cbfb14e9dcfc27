"""Photographs of signs as a phone sends them, made: each has a dozen words that no other one has, and grain."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image, ImageDraw, ImageFont

from apps.demo.contact_sheet import hangul_font

LETTERS = list("가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허ABCDEFGHKLMNRSTUVXYZ0123456789")
COPY = 10
"""Every tenth is the one before it again, packed harder: ingest has to see that."""
GRAIN = 4.0
LINES = 12


@dataclass(frozen=True, slots=True)
class Sign:
    """How a photograph is made: its size in pixels, and whether the phone was held upright (ingest then has to turn it)."""

    width: int
    height: int
    turned: bool = True


def sign(number: int, like: Sign) -> bytes:
    """A JPEG."""
    copied = number % COPY == COPY - 1
    picture = _drawn(number - copied, like)
    exif = Image.Exif()
    if like.turned:
        exif[ExifTags.Base.Orientation] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=75 if copied else 88, exif=exif)
    return out.getvalue()


def _drawn(number: int, like: Sign) -> Image.Image:
    chance = np.random.default_rng(number)
    image = Image.new("L", (like.width, like.height), int(chance.integers(170, 250)))
    draw = ImageDraw.Draw(image)
    step = like.height // LINES
    font: ImageFont.FreeTypeFont = hangul_font(round(step * 0.6))
    for line in range(LINES):
        word = "".join(chance.choice(LETTERS, int(chance.integers(5, 11))))
        place = (int(chance.integers(0, like.width // 3)), line * step + int(chance.integers(0, step // 3)))
        draw.text(place, word, fill=int(chance.integers(0, 90)), font=font)
    grain = chance.normal(0, GRAIN, (like.height, like.width))
    return Image.fromarray((np.asarray(image, np.float32) + grain).clip(0, 255).astype(np.uint8)).convert("RGB")
