"""Edits of a picture, as people make them who send it twice, and which half of the sources a picture belongs to.

``EDITS`` and ``HARDER`` may set thresholds on pictures of the tuning half; ``OTHERS`` set nothing on any half.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.places import REAL_DATA

Grey = NDArray[np.uint8]
Edit = Callable[[Grey], Grey]
TUNING = "tuning"
"""The half of the sources that sets thresholds."""
HELD_OUT = "held out"
"""The half by which they are measured."""
SCREEN = 1080
"""Width of a telephone's screen, in pixels."""


def half_of(name: str) -> str:
    """The half that a source belongs to, by its file's name without the ending.

    Receipts that are one, or of one template, are in one half: the first name of their group decides. The sum's lowest bit is as
    good as a coin: 50 of 80 receipts and 25 of 48 pages are held out.
    """
    return TUNING if zlib.crc32(_groups().get(name, name).encode()) % 2 else HELD_OUT


@functools.cache
def _groups() -> dict[str, str]:
    """The first name of each receipt's group, for those that a pair of ``receipts/`` ties to another one."""
    first: dict[str, str] = {}
    for pairs in ("duplicate_pairs.json", "same_template_pairs.json"):
        for row in json.loads((REAL_DATA / "receipts" / pairs).read_text(encoding="utf-8")):
            ends = {first.get(row[end], row[end]) for end in ("a", "b")}
            tied = {name for name, group in first.items() if group in ends} | {row["a"], row["b"]}
            first |= dict.fromkeys(tied, min(ends))
    return first


def packed(grey: Grey, quality: int) -> Grey:
    """JPEG of a quality."""
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE),
                      np.uint8)


def recompressed(grey: Grey) -> Grey:
    """JPEG of quality 40."""
    return packed(grey, 40)


def halved(grey: Grey) -> Grey:
    """Half the size."""
    return np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def gamma(value: float) -> Edit:
    """Brighter below 1, darker above."""
    return lambda grey: (255 * (grey / 255.0) ** value).round().astype(np.uint8)


def noisy(grey: Grey) -> Grey:
    """Gaussian noise of 10 grey levels."""
    rng = np.random.default_rng(grey.size)
    return (grey + rng.normal(0, 10, grey.shape)).clip(0, 255).astype(np.uint8)


def cropped(share: float) -> Edit:
    """A share of the sides off each side."""
    def crop(grey: Grey) -> Grey:
        height, width = grey.shape
        rows = slice(int(share * height), int((1 - share) * height))
        return np.ascontiguousarray(grey[rows, int(share * width):int((1 - share) * width)])
    return crop


def turned(grey: Grey) -> Grey:
    """Turned by 2 degrees, white behind."""
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderValue=255), np.uint8)


def tilted(share: float, behind: int = 255) -> Edit:
    """A perspective that moves corners by up to a share of the sides."""
    def tilt(grey: Grey) -> Grey:
        height, width = grey.shape
        source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        target = np.array([[share * width, share * height], [(1 - share / 2) * width, 0], [width, (1 - share) * height],
                           [0, height]], np.float32)
        matrix = cv2.getPerspectiveTransform(source, target)
        return np.asarray(cv2.warpPerspective(grey, matrix, (width, height), borderValue=behind), np.uint8)
    return tilt


def screenshot(grey: Grey) -> Grey:
    """As wide as a screen, black bars of 40 pixels above and below, JPEG of quality 60."""
    return packed(cv2.copyMakeBorder(_as_wide_as(grey, SCREEN), 40, 40, 0, 0, cv2.BORDER_CONSTANT, value=0), 60)


def photographed(grey: Grey) -> Grey:
    """A photograph of the photograph: a perspective of 6 %, gamma 1.3, darker corners, slightly blurred, JPEG of quality 80."""
    seen = gamma(1.3)(tilted(0.06, 60)(grey))
    height, width = seen.shape
    down, across = np.mgrid[-1:1:height * 1j, -1:1:width * 1j]
    seen = (seen * (1 - 0.25 * (down ** 2 + across ** 2))).round().astype(np.uint8)
    return packed(cv2.GaussianBlur(seen, (0, 0), max(height, width) / 1200), 80)


def brighter(grey: Grey) -> Grey:
    """Grey levels × 1.25: what was light is white."""
    return (grey * 1.25).clip(0, 255).astype(np.uint8)


def quarters(turns: int) -> Edit:
    """Turned by so many quarters, against the clock."""
    return lambda grey: np.ascontiguousarray(np.rot90(grey, turns))


def top(share: float) -> Edit:
    """The upper part of the picture alone."""
    return lambda grey: np.ascontiguousarray(grey[:max(1, round(share * len(grey)))])


def paled(share: float, quality: int = 90) -> Edit:
    """Printed so weakly: of what is darker than white a share is left; JPEG."""
    return lambda grey: packed((255 - (255 - grey.astype(np.float32)) * share).round().astype(np.uint8), quality)


def scribbled(grey: Grey) -> Grey:
    """Three strokes of a pen over it, and one of a marker."""
    height, width = grey.shape
    rng, drawn = np.random.default_rng(grey.size), grey.copy()
    for _ in range(3):
        steps = rng.normal(0, 0.06, (40, 2)).cumsum(axis=0) + rng.uniform(0.2, 0.8, 2)
        line = (steps.clip(0, 1) * (width, height)).astype(np.int32)
        cv2.polylines(drawn, [line], False, 40, max(2, width // 300), cv2.LINE_AA)
    y = int(rng.uniform(0.2, 0.8) * height)
    band = drawn[y:y + max(2, height // 40), int(0.1 * width):int(0.7 * width)]
    band[:] = (band * 0.8).astype(np.uint8)
    return drawn


def stamped(grey: Grey) -> Grey:
    """A date at the bottom right as cameras print it, and a pale word across the picture."""
    height, width = grey.shape
    size = width / 700
    thick = max(1, round(2 * size))
    marked = grey.copy()
    middle = int(0.1 * width), height // 2
    cv2.putText(marked, "CONFIDENTIAL", middle, cv2.FONT_HERSHEY_DUPLEX, 2.2 * size, 128, 3 * thick, cv2.LINE_AA)
    mixed = cv2.addWeighted(grey, 0.75, marked, 0.25, 0)
    corner = int(0.55 * width), int(0.98 * height)
    cv2.putText(mixed, "2026-11-27 10:42", corner, cv2.FONT_HERSHEY_SIMPLEX, size, 230, 2 * thick, cv2.LINE_AA)
    return np.asarray(mixed, np.uint8)


def forwarded(grey: Grey) -> Grey:
    """What messengers make of it: 720 pixels wide as WebP of quality 50, then enlarged to 1,600 and JPEG of quality 75."""
    sent = cv2.imdecode(cv2.imencode(".webp", _as_wide_as(grey, 720), [cv2.IMWRITE_WEBP_QUALITY, 50])[1], cv2.IMREAD_GRAYSCALE)
    return packed(_as_wide_as(np.asarray(sent, np.uint8), 1600), 75)


def shaded(grey: Grey) -> Grey:
    """A hand's shadow: from one corner to the other the light falls to .45, with a soft edge along the middle."""
    height, width = grey.shape
    down, across = np.mgrid[0:1:height * 1j, 0:1:width * 1j]
    light = 0.45 + 0.55 / (1 + np.exp((down + across - 1) * 12))
    return np.asarray((grey * light).round(), np.uint8)


def folded(grey: Grey) -> Grey:
    """Paper that was folded: waves of .6 % of the sides, and a light crease across the middle."""
    height, width = grey.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    columns = across + 0.006 * width * np.sin(2 * np.pi * down / height * 1.5)
    rows = down + 0.006 * height * np.sin(2 * np.pi * across / width)
    bent = cv2.remap(grey, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    crease = 1 - 0.2 * np.exp(-((down - 0.5 * height) / (0.004 * height)) ** 2)
    return np.asarray((bent * crease).round(), np.uint8)


def viewed(grey: Grey) -> Grey:
    """A screenshot of an app: 720 pixels wide, dark rims all around, a status bar above, buttons below; JPEG of quality 75."""
    inner = _as_wide_as(grey, 640)
    shown = cv2.copyMakeBorder(inner, 96, 128, 40, 40, cv2.BORDER_CONSTANT, value=32)
    cv2.putText(shown, "10:42   LTE  87%", (440, 40), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 230, 2, cv2.LINE_AA)
    for x in (120, 360, 600):
        cv2.circle(shown, (x, len(shown) - 64), 24, 200, 3, cv2.LINE_AA)
    return packed(np.asarray(shown, np.uint8), 75)


def _as_wide_as(grey: Grey, width: int) -> Grey:
    scale = width / grey.shape[1]
    size = (width, max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


EDITS: dict[str, Edit] = {
    "recompression": recompressed, "half size": halved, "gamma 0.6": gamma(0.6), "gamma 1.6": gamma(1.6), "noise": noisy,
    "3 % crop": cropped(0.03), "2° rotation": turned, "3 % perspective": tilted(0.03),
}
"""The eight light edits by which F1 and the gate's recall are measured."""
HARDER: dict[str, Edit] = {
    "screenshot with bars": screenshot, "photograph of a photograph": photographed, "brightness × 1.25": brighter,
    "5 % crop": cropped(0.05), "quarter turn": quarters(1), "half turn": quarters(2), "three quarters": quarters(3),
}
"""What people do who try."""
PARTS: dict[str, Edit] = {f"top {percent} %": top(percent / 100) for percent in (90, 80, 60, 40)}
"""A part of the picture: the rest is related to it, in one group."""
PALE: dict[str, Edit] = {f"printed at {percent} %": paled(percent / 100) for percent in (30, 20, 15, 10)}
"""A pale document is compared with itself: both pictures are pale."""
OTHERS: dict[str, Edit] = {
    "scribble and marker": scribbled, "date stamp and watermark": stamped, "WebP, enlarged": forwarded, "shadow": shaded,
    "folded": folded, "screenshot of an app": viewed,
}
"""Edits that set no threshold."""
COPY_FIRST: dict[str, Edit] = {"top 60 %": top(0.6), "5 % crop": cropped(0.05), "screenshot with bars": screenshot,
                               "screenshot of an app": viewed}
"""Copies that may come before their whole does."""
