"""Reading lines with CTC: crops to inputs on a ladder of widths, outputs to characters with their places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from adapters.ocr.bundles import Recogniser
from adapters.ocr.detection import Corners, to_tensor
from adapters.ocr.engine import Pixels
from adapters.ocr.sessions import Tensor

Strip = NDArray[np.uint8]
"""[height, W, 3] RGB: a line of text, lying, as high as the recogniser's input."""


WARPED = 32_000
"""Longest side, in pixels, of what OpenCV warps (SHRT_MAX) with a margin: a longer crop is made smaller first."""


@dataclass(frozen=True, slots=True)
class Character:
    """One character of a line: ``at`` is its middle in pixels of the strip."""

    text: str
    at: float
    score: float


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What one recogniser, or several together, read on a strip.

    Attributes:
        characters: from left to right, spaces too.
        recogniser: name, or names joined by ``+``.
    """

    characters: tuple[Character, ...]
    recogniser: str

    @property
    def text(self) -> str:
        """All characters."""
        return "".join(item.text for item in self.characters)

    @property
    def score(self) -> float:
        """Mean probability of the characters; 0 for nothing."""
        return sum(item.score for item in self.characters) / len(self.characters) if self.characters else 0.0


def joined_names(names: Iterable[str]) -> str:
    """What several recognisers, or lines of several, are called together: each once, in order."""
    return "+".join(dict.fromkeys(one for name in names for one in name.split("+")))


def cut_out(image: Pixels, corners: Corners) -> Pixels:
    """The part of an image in a quadrangle, straightened, standing as it stands."""
    width = max(1, int(max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[2] - corners[3]))))
    height = max(1, int(max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    # A patch with a margin for the cubic filter: warping from a whole photograph pages in rows that are not needed.
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 4, 0)
    right, bottom = np.ceil(corners.max(axis=0)).astype(int) + 4
    patch = image[top:bottom, left:right]
    corners = np.asarray(corners - [left, top], np.float32)
    if (scale := WARPED / max(*patch.shape[:2], width, height)) < 1:
        return cut_out(np.asarray(cv2.resize(patch, None, fx=scale, fy=scale), np.uint8), corners * np.float32(scale))
    matrix = cv2.getPerspectiveTransform(corners, flat)
    found: Any = cv2.warpPerspective(patch, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.uint8)


def to_strip(crop: Pixels, height: int, longest: int) -> Strip:
    """A crop as high as the recogniser's input; one that would be longer than ``longest`` is squeezed."""
    width = min(longest, max(1, math.ceil(height * crop.shape[1] / crop.shape[0])))
    found: Any = cv2.resize(crop, (width, height))
    return np.asarray(found, np.uint8)


def step_of(width: int, recogniser: Recogniser) -> int:
    """The step of the ladder that a strip is padded to."""
    return next((step for step in recogniser.widths if width <= step), recogniser.widths[-1])


def prepare(strip: Strip, recogniser: Recogniser) -> Tensor:
    """The recogniser's input [3, height, step]; what is right of the strip is zero, as in training."""
    tensor = np.zeros((3, recogniser.height, step_of(strip.shape[1], recogniser)), np.float32)
    pixels = strip if recogniser.channels == "rgb" else strip[:, :, ::-1]
    tensor[:, :, :strip.shape[1]] = to_tensor(np.ascontiguousarray(pixels), recogniser.mean, recogniser.std)
    return tensor


def decode(best: Tensor, charset: Sequence[str], width: int, recogniser: str) -> ReadLine:
    """CTC's greedy path: repeated classes are one character, class 0 is none.

    Args:
        best: [T, 2], each step's best class and its probability.
        charset: text of each class; the first is the blank.
        width: of the padded strip in pixels, which the T steps share.
        recogniser: its name.
    """
    classes = best[:, 0].astype(int)
    pixels = width / len(classes)
    starts = np.flatnonzero(np.diff(classes, prepend=-1) != 0)
    ends = np.append(starts[1:], len(classes))
    return ReadLine(tuple(
        Character(charset[classes[start]], (start + end) / 2 * pixels, float(best[start, 1]))
        for start, end in zip(starts, ends, strict=True) if classes[start]), recogniser)
