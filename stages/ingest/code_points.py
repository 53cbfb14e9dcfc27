"""Colours that are told by code points in place of a profile (ITU-T H.273): HEIC's ``nclx``, PNG's ``cICP``; PNG's ``gAMA``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.ingest.colour import LINEAR, Rgb, companding

Light = NDArray[np.float32]

PRIMARIES: dict[int, tuple[float, ...]] = {
    1: (0.640, 0.330, 0.300, 0.600, 0.150, 0.060),
    5: (0.640, 0.330, 0.290, 0.600, 0.150, 0.060),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""x and y of red, green and blue of those whose white is D65: BT.709, BT.470 BG, SMPTE 170M, BT.2020, Display P3."""
SAME = {7: 6}
D65 = (0.3127, 0.3290)
LINEAR_LIGHT = 8
PQ = 16
HLG = 18
GAMMAS = {4: 2.2, 5: 2.8}
"""Transfer characteristics that are a power. What is not named here is close to sRGB's curve (1, 6, 13, 14, 15) or unknown,
and is taken as that: it is what browsers do with pictures."""
WHITE = 203.0
"""Candelas a square metre of paper white in PQ and HLG (ITU-R BT.2408)."""
KNEE = 0.75
"""Share of paper white up to which light stays as it is; above, highlights are bent to end at the brightest white."""

ROWS = 128
"""Rows converted at a time: light takes 12 bytes a pixel."""


@dataclass(frozen=True, slots=True)
class CodePoints:
    """What a file says of its colours.

    Attributes:
        primaries: H.273 table 2.
        transfer: H.273 table 3.
    """

    primaries: int
    transfer: int

    @property
    def wide(self) -> bool:
        """Whether 8 bits are too few to convert from."""
        return self.transfer in (PQ, HLG, LINEAR_LIGHT)

    @property
    def is_srgb(self) -> bool:
        """Whether its numbers are those of sRGB, or near enough that nobody converts them."""
        return SAME.get(self.primaries, self.primaries) not in {5, 6, 9, 12} and not self.wide and self.transfer not in GAMMAS


def from_code_points(pixels: NDArray[np.uint8] | NDArray[np.uint16], points: CodePoints) -> Rgb:
    """Converts pixels (H × W × 3, 8 or 16 bits a channel, full range) to 8-bit sRGB."""
    if points.is_srgb:
        return np.asarray(pixels if pixels.dtype == np.uint8 else (pixels / 257).round(), np.uint8)
    most = np.iinfo(pixels.dtype).max
    curve = _curve(points.transfer)(np.arange(most + 1) / most).astype(np.float32)
    out = np.empty(pixels.shape, np.uint8)
    for start in range(0, len(pixels), ROWS):
        out[start:start + ROWS] = _converted(curve[pixels[start:start + ROWS]], points)
    return out


def _converted(light: Light, points: CodePoints) -> Rgb:
    if points.transfer == HLG:  # the system's gamma for a screen of 1,000 cd/m² (ITU-R BT.2100)
        luminance = light @ np.array([0.2627, 0.6780, 0.0593], np.float32)
        light *= np.maximum(luminance, 1e-6)[..., None] ** 0.2 * np.float32(1000 / WHITE)
    light = np.asarray(cv2.transform(light, _matrix(points.primaries)), np.float32)
    if points.transfer in (PQ, HLG):
        light = _bent(light)
    return np.asarray(companding()[(light.clip(0, 1) * LINEAR).round().astype(np.uint16)], np.uint8)


def by_gamma(pixels: Rgb, gamma: float) -> Rgb:
    """Converts 8-bit pixels whose numbers are light to the power ``gamma`` (sRGB is near 1/2.2)."""
    light = (np.arange(256) / 255) ** (1 / gamma)
    table = companding()[(light * LINEAR).round().astype(np.uint16)]
    return np.asarray(cv2.LUT(pixels, table), np.uint8)


def _curve(transfer: int) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """From a number of 0 to 1 to light: of paper white for PQ, of the scene for HLG, else of the brightest white."""
    if transfer == PQ:
        return lambda value: _pq(value) / WHITE
    if transfer == HLG:
        return _hlg
    if transfer == LINEAR_LIGHT:
        return lambda value: value
    if transfer in GAMMAS:
        return lambda value: np.asarray(value ** GAMMAS[transfer])
    return lambda value: np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def _pq(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Candelas a square metre (SMPTE ST 2084)."""
    power = value ** (1 / 78.84375)
    return np.asarray(10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125))


def _hlg(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Light of the scene, 0 to 1 (ARIB STD-B67)."""
    bright = (np.exp((np.maximum(value, 0.5) - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return np.where(value <= 0.5, value ** 2 / 3, bright)


def _matrix(primaries: int) -> NDArray[np.float32]:
    source, target = (_to_xyz(PRIMARIES[SAME.get(number, number) if SAME.get(number, number) in PRIMARIES else 1])
                      for number in (primaries, 1))
    return np.linalg.solve(target, source).astype(np.float32)


def _to_xyz(primaries: tuple[float, ...]) -> NDArray[np.float64]:
    """Linear RGB to XYZ by the primaries' places (SMPTE RP 177)."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in (*zip(primaries[::2], primaries[1::2], strict=True), D65)]).T
    return np.asarray(columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3]))


def _bent(light: Light) -> Light:
    """Bends what is brighter than ``KNEE`` so that no highlight is cut off, in the colour that it has."""
    brightest = light.max(axis=2, keepdims=True)
    over = (np.maximum(brightest, KNEE) - KNEE) / (1 - KNEE)
    bent = np.minimum(brightest, KNEE) + (1 - KNEE) * (1 - np.exp(-over))
    return np.asarray(light * bent / np.maximum(brightest, 1e-6), np.float32)
