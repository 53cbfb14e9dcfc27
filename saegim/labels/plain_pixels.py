"""Pixels of any kind as those of a JPEG: 8 bits, opaque. Pillow by itself cuts what is brighter, and shows what is clear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from saegim.release import need

if TYPE_CHECKING:
    from PIL.Image import Image

SCALED = "its pixels had more than 8 bits, scaled to 8"
LAID = "its picture is partly transparent: laid on white, or on black where white would hide what is on it"
FLOATS = "floating-point pixels, of which nothing says which is white"
PLAIN = ("RGB", "L")
OPACITY = ("RGBA", "LA", "PA", "La", "RGBa")
DEEP = 65535
"""The brightest value of 16 bits."""
BITS = 258
"""The TIFF tag of bits a sample."""
BRIGHT = 191
"""Grey level: what is brighter on the average does not stand out from white, as where a picture comes in here."""


@dataclass(frozen=True, slots=True)
class PlainPicture:
    """A picture with the mode RGB or L, and what was done to its pixels; empty where nothing that shows."""

    picture: Image
    changed: str = ""


def is_plain(image: Image) -> bool:
    """Whether a picture's pixels are plain as they are."""
    return image.mode in PLAIN and "transparency" not in image.info


def plain_picture(image: Image) -> PlainPicture:
    """A picture with plain pixels.

    Raises:
        ValueError: its pixels are fractions.
        Exception: it is broken: one of ``frames.NO_PICTURE``.
    """
    if image.mode == "F":
        raise ValueError(FLOATS)
    image.load()
    if image.mode.startswith("I"):
        return grey_picture(image)
    if image.mode in OPACITY or "transparency" in image.info:
        return _laid(image.convert("RGBA"))
    return PlainPicture(image if image.mode in PLAIN else image.convert("RGB"))


def grey_picture(image: Image) -> PlainPicture:
    """A grey picture of more than 8 bits with 8; one of 32 bits may hold values of 8 all the same."""
    bits = getattr(image, "tag_v2", {}).get(BITS, (16,))[0]
    brightest = DEEP if image.mode == "I" else (1 << bits) - 1
    whole = image.convert("I")
    extrema: Any = whole.getextrema()
    if image.mode == "I" and extrema[1] <= 255:
        return PlainPicture(whole.convert("L"))
    scaled = whole.point(lambda value: value * (255 / brightest) + 0.5)
    return PlainPicture(scaled.convert("L"), SCALED)


def _laid(image: Image) -> PlainPicture:
    opacity = image.getchannel("A")
    if opacity.getextrema()[0] == 255:
        return PlainPicture(image.convert("RGB"))
    visible = opacity.point(lambda value: 255 if value >= 128 else 0)
    seen = need("PIL.ImageStat", "pillow").Stat(image.convert("L"), visible)
    is_thin = 2 * visible.histogram()[255] < image.width * image.height
    ground = "black" if visible.getbbox() and is_thin and seen.mean[0] > BRIGHT else "white"
    library = need("PIL.Image", "pillow")
    return PlainPicture(library.alpha_composite(library.new("RGBA", image.size, ground), image).convert("RGB"), LAID)
