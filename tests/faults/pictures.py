"""Pictures that are small and quick to decode: each has writing that no other has."""

from __future__ import annotations

import io
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from apps.demo.contact_sheet import hangul_font

LETTERS = "가나다라마바사아자차카타파하거너더러머버서어저처커터퍼허고노도로모보소오조초코토포호ABCDEFGHKLMNRSTUVXYZ0123456789"
SIZE = (480, 360)
GPS = {1: "N", 2: (37.0, 33.0, 0.0), 3: "E", 4: (126.0, 58.0, 0.0)}


def picture(seed: int) -> bytes:
    """A sign with words of its own, as JPEG."""
    chance = random.Random(seed)
    ground = np.random.default_rng(seed).integers(200, 250, 3)
    image = Image.new("RGB", SIZE, tuple(int(value) for value in ground))
    draw = ImageDraw.Draw(image)
    for line in range(4):
        font: ImageFont.FreeTypeFont = hangul_font(chance.randint(30, 52))
        word = "".join(chance.choice(LETTERS) for _ in range(7))
        at = (12 + chance.randint(0, 60), 12 + 84 * line + chance.randint(0, 16))
        left, top, right, bottom = draw.textbbox(at, word, font=font)
        # The harness's model takes dark areas for text: black on white, thin strokes would be none.
        draw.rectangle((left - 6, top - 6, right + 6, bottom + 6), fill=(chance.randint(0, 20),) * 3)
        draw.text(at, word, fill="white", font=font)
    return as_jpeg(image, 90)


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    """The picture as JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def edited(data: bytes) -> bytes:
    """The same picture, compressed again."""
    return as_jpeg(Image.open(io.BytesIO(data)), 70)


def with_metadata(data: bytes) -> bytes:
    """The same picture with what a telephone writes into it: a place, a name, a comment."""
    image = Image.open(io.BytesIO(data))
    exif = Image.Exif()
    exif[0x010F] = "Saegim Phone"
    exif.get_ifd(0x8825).update(GPS)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=exif, comment=b"at home, 37.55 N")
    return out.getvalue()
