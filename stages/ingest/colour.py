"""Colour profiles: whatever a picture's numbers mean, afterwards they mean sRGB."""

from __future__ import annotations

import functools
import io
import struct
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

Rgb = NDArray[np.uint8]
Curve = NDArray[np.float64]

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
UNFIT = (ImageCms.PyCMSError, OSError, ValueError, TypeError)
"""What Pillow and LittleCMS answer where a profile is broken or does not fit a picture."""
BAND = 1 << 15
"""Pixels converted at a time: what is between the steps stays in the processor's cache."""
EXACT = 1
"""Most that the fast way may differ from LittleCMS in any channel, of 255."""
LINEAR = 65535
SRGB_TO_XYZ = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
"""Linear sRGB to XYZ under D50, as in the sRGB profiles of ICC (columns: red, green, blue)."""


@dataclass(frozen=True, slots=True)
class Shaper:
    """A conversion by curves and a matrix: what LittleCMS does, at a fifth of its cost.

    Attributes:
        curves: 1 × 256 × 3, from 8 bits a channel to 16 linear ones.
        matrix: 3 × 3, from linear RGB to linear sRGB.
    """

    curves: NDArray[np.uint16]
    matrix: NDArray[np.float32]

    def convert(self, pixels: Rgb) -> None:
        """Converts pixels (1 × N × 3) in place."""
        for start in range(0, pixels.shape[1], BAND):
            band = pixels[:, start:start + BAND]
            linear = cv2.transform(cv2.LUT(band, self.curves), self.matrix)
            np.take(companding(), linear, out=band, mode="clip")  # the mode that needs no copy of the output


def is_srgb(profile: bytes | None) -> bool:
    """Whether a profile means sRGB: by its name, or because it changes nothing. None and broken ones do, as in browsers."""
    return not profile or _is_srgb(profile)


@functools.lru_cache(64)
def _is_srgb(profile: bytes) -> bool:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return True
        colours = Image.fromarray(_colours())
        return _difference(np.asarray(ImageCms.applyTransform(colours, _transform(profile, "RGB"))), _colours()) <= EXACT
    except UNFIT:
        return True


def to_srgb(pixels: Rgb, profile: bytes) -> Rgb:
    """Converts RGB pixels (H × W × 3, which may be overwritten). Where the profile does not fit, they stay as they are."""
    shaper = _shaper(profile)
    if shaper is None:
        image = converted(Image.fromarray(pixels), profile)
        return pixels if image is None else np.asarray(image)
    pixels = np.require(pixels, requirements=["C", "W"])
    shaper.convert(pixels.reshape(1, -1, 3))
    return pixels


def converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Applies a profile by LittleCMS, to RGB; None where it does not fit the picture, or is broken."""
    try:
        return ImageCms.applyTransform(image, _transform(profile, image.mode), inPlace=image.mode == "RGB") or image
    except UNFIT:
        return None


@functools.lru_cache(64)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    """Phones of one kind share a profile: building its transform takes longer than reading a small picture."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, SRGB, mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)


@functools.lru_cache(64)
def _shaper(profile: bytes) -> Shaper | None:
    """The fast way; None where the profile is of another kind, or LittleCMS says otherwise of any of ``_colours``."""
    colours = _colours()
    try:
        expected = np.asarray(ImageCms.applyTransform(Image.fromarray(colours), _transform(profile, "RGB")))
        tags = _tags(profile)
        curves = np.stack([_curve(tags[name]) for name in (b"rTRC", b"gTRC", b"bTRC")], axis=1)
        to_xyz = np.array([struct.unpack(">3i", tags[name][8:20]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]).T / 65536
    except (*UNFIT, KeyError, struct.error):
        return None
    matrix = np.linalg.solve(SRGB_TO_XYZ, to_xyz).astype(np.float32)
    shaper = Shaper((curves.clip(0, 1) * LINEAR).round().astype(np.uint16)[None], matrix)
    ours = colours.copy()
    shaper.convert(ours.reshape(1, -1, 3))
    return shaper if _difference(ours, expected) <= EXACT else None


def _tags(profile: bytes) -> dict[bytes, bytes]:
    """The tags of a profile (ICC.1:2022, 7.3)."""
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = [struct.unpack_from(">4sII", profile, 132 + 12 * number) for number in range(min(count, 100))]
    return {name: profile[start:start + size] for name, start, size in entries}


def _curve(tag: bytes) -> Curve:
    """A tone curve at the 256 values of 8 bits, 0 to 1 (ICC.1:2022, 10.6 and 10.18)."""
    x = np.arange(256) / 255
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        table = np.frombuffer(tag[12:12 + 2 * count], ">u2")
        if len(table) != count:
            raise ValueError("a curve that is cut off")
        if count < 2:
            return np.asarray(x ** (table[0] / 256 if count else 1.0))
        return np.interp(x, np.linspace(0, 1, count), table / 65535)
    if tag[:4] != b"para":
        raise ValueError(f"a curve of type {tag[:4]!r}")
    (kind,) = struct.unpack_from(">H", tag, 8)
    count = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}.get(kind, 0)
    values = [value / 65536 for value in struct.unpack_from(f">{count}i", tag, 12)]
    g, a, b, c, d, e, f = values + [0.0] * (7 - count)
    if kind == 0:
        return np.asarray(x ** g)
    power = np.maximum(a * x + b, 0) ** g
    if kind in (1, 2):
        return np.asarray(np.where(x >= -b / a, power + c, c) if a else np.full_like(x, c))
    if kind in (3, 4):
        return np.asarray(np.where(x >= d, power + e, c * x + f))
    raise ValueError(f"a parametric curve of kind {kind}")


@functools.cache
def companding() -> NDArray[np.uint8]:
    """From 16 linear bits to 8 of sRGB (IEC 61966-2-1)."""
    x = np.arange(LINEAR + 1) / LINEAR
    return np.asarray((255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)).round(), np.uint8)


@functools.cache
def _colours() -> Rgb:
    """Colours from all over the cube, and every value of each channel: N × 1 × 3."""
    steps = np.linspace(0, 255, 17).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    ramps = np.full((3, 256, 3), 128, np.uint8)
    for channel in range(3):
        ramps[channel, :, channel] = np.arange(256)
    return np.asarray(np.concatenate([cube, ramps.reshape(-1, 3)])[:, None], np.uint8)


def _difference(one: Rgb, other: Rgb) -> int:
    return int(np.abs(one.astype(np.int16) - other).max())
