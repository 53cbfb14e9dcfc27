"""One image in a diff: what is listed of it, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reading import Reading
from stages.diff.regions import AttributeChange, RegionChange
from stages.diff.totals import RegionCounts

MOST_CHANGES = 40
"""Regions of one image in detail."""


@dataclass(frozen=True, slots=True)
class ImageChange:
    """One image that is not the same in both releases. Pairs are before and after; None where a release does not have it.

    Attributes:
        image_id: of the image.
        split: its splits.
        reader: whose readings are taken.
        config: their annotation configs.
        regions: how many regions they have.
        counts: what happened to the regions.
        changes: at most ``MOST_CHANGES`` of the regions that are not the same.
        changed: how many these are.
        attributes: of the image that changed.
        reason: why it is out; empty where nothing says it.
    """

    image_id: str
    split: tuple[str | None, str | None]
    reader: tuple[str | None, str | None]
    config: tuple[str | None, str | None]
    regions: tuple[int | None, int | None]
    counts: RegionCounts
    changes: tuple[RegionChange, ...] = ()
    changed: int = 0
    attributes: tuple[AttributeChange, ...] = ()
    reason: str = ""

    @property
    def what(self) -> str:
        """``in``, ``out`` or ``changed``."""
        return "in" if self.split[0] is None else "out" if self.split[1] is None else "changed"


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image to be shown: its two readings whole. ``before`` is None for an image that came in."""

    image: ImageChange
    media_type: str
    before: Reading | None
    after: Reading
    changes: tuple[RegionChange, ...]
