"""What a search for near duplicates across splits found, and the edits by which the search itself is measured."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stages.export.bridges import Bridge

Grey = NDArray[np.uint8]
SIDE = 800
"""Longer side at which a picture is edited, in pixels: the gate looks at less."""
QUALITY = 60


@dataclass(frozen=True, slots=True)
class LeakPair:
    """Near duplicates in two splits, with what the comparison of the two pictures saw."""

    one: str
    other: str
    split_one: str
    split_other: str
    verdict: str
    figures: dict[str, float]


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What a release's leak report says.

    Attributes:
        candidates: pairs across splits that the loosened gate proposed; one of each is new since the parent.
        pairs: those of them that lie over each other as near duplicates do.
        recall: share of edited copies of the release's own images that the gate would have proposed; None where there were none.
        tried: how many edited copies.
        apart: pairs that lie over each other so and that somebody told apart; they are none of ``pairs``.
        groups: groups of more than one photograph.
        bridges: groups that stand in two splits, a pair of samples for every two splits of each.
        waiting: images of the release that are not in ingest's index yet, since an upgrade made it anew: no pair of them with
            another one of these or with any other image is among the candidates.
    """

    candidates: int
    pairs: tuple[LeakPair, ...]
    recall: float | None
    tried: int
    apart: int = 0
    groups: int = 0
    bridges: tuple[Bridge, ...] = ()
    waiting: int = 0

    @property
    def torn(self) -> int:
        """Groups that stand in more than one split."""
        return len({bridge.group for bridge in self.bridges})

    @property
    def others(self) -> list[LeakPair]:
        """Pairs that are not named as a bridge already."""
        named = [{bridge.one, bridge.other} for bridge in self.bridges]
        return [pair for pair in self.pairs if {pair.one, pair.other} not in named]


def edited(data: bytes) -> Iterator[Grey]:
    """Grey copies (H × W) of a canonical image as people send them again: compressed at half its size, cropped by 3 % a side,
    turned by 2°, seen from an angle that moves corners by 3 %, a quarter turned, its upper 60 % alone.
    """
    with Image.open(io.BytesIO(data)) as image:
        image.draft("L", (SIDE, SIDE))
        grey = np.asarray(image.convert("L"))
    height, width = grey.shape
    half = np.asarray(cv2.resize(grey, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA))
    packed = cv2.imencode(".jpg", half, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    yield np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    yield np.ascontiguousarray(grey[int(0.03 * height):int(0.97 * height) + 1, int(0.03 * width):int(0.97 * width) + 1])
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1)
    yield np.asarray(cv2.warpAffine(grey, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = np.array([[0.03 * width, 0.03 * height], [0.985 * width, 0], [width, 0.97 * height], [0, height]], np.float32)
    yield np.asarray(cv2.warpPerspective(grey, cv2.getPerspectiveTransform(corners, moved), (width, height),
                                         borderMode=cv2.BORDER_REPLICATE), np.uint8)
    yield np.ascontiguousarray(np.rot90(grey))
    yield np.ascontiguousarray(grey[:max(1, int(0.6 * height))])
