"""A data set written in a format, read back, and compared with what the format can hold of it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from saegim.labels.conversion import convert
from saegim.labels.dont_care import ONLY_DONT_CARE
from saegim.labels.findings import Findings, Handling
from saegim.labels.format import Format, Shape
from saegim.labels.holding import fitted
from saegim.labels.labelled import LabelledImage, LabelledRegion, LabelledSet
from saegim.labels.reading import opened_set

PIXEL = {Shape.POLYGON: 0.011, Shape.QUAD: 0.011, Shape.BOX: 0.011}
"""By which corners may miss: half of what is kept (two decimals of a pixel), and 32-bit floats."""
WHOLE_PIXEL = 1.0
"""By which corners may miss in formats of whole pixels, and of shares of a side."""


@dataclass(frozen=True, slots=True)
class Trip:
    """There and back.

    Attributes:
        regions: that the format had to bring back.
        other: of these, how many did not come back or came otherwise than the format says that it holds them.
        listed: remarks on what it does not hold.
        unaccounted: images and regions that neither came out nor were said to be left out.
    """

    regions: int
    other: int
    listed: int
    unaccounted: int


def trip(dataset: LabelledSet, images: Sequence[LabelledImage], form: Format, folder: Path) -> Trip:
    """Writes a data set, reads it, and compares.

    Args:
        dataset: what is written.
        images: its images again.
        form: both written and read.
        folder: that is made.
    """
    writing, reading = Findings(), Findings()
    convert(dataset, form, folder, writing)
    with opened_set(folder, form, reading) as opened:
        found = [replace(image, picture=_nothing) for image in opened.images]
    expected = _expected(images, form, dataset.licence, writing)
    compare = _crops if form.holds.shape is Shape.NONE else _pages
    return Trip(sum(map(len, expected.values())), compare(expected, found, form), len(writing.remarks),
                writing.unaccounted() + abs(reading.regions_in - sum(len(image.regions) for image in found) - _left(reading)))


def _left(findings: Findings) -> int:
    """Regions that were left out, alone or with their images."""
    return sum(remark.regions if remark.region is None else 1 for remark in findings.remarks
               if remark.handling is Handling.LEFT_OUT)


def _expected(images: Sequence[LabelledImage], form: Format, licence: str, writing: Findings) -> dict[str, list[Any]]:
    """The regions that have to come back, by image and in order."""
    left: set[tuple[str, int | None]] = set()
    unsaid: set[tuple[str, int | None]] = set()
    for remark in writing.remarks:
        if remark.handling is Handling.LEFT_OUT:
            left.add((remark.image, remark.region))
        elif remark.reason == ONLY_DONT_CARE:
            unsaid.add((remark.image, remark.region))
    found = {}
    for image in images:
        if (image.name, None) not in left:
            fit = fitted(image, form, licence, Findings()).regions
            found[image.name] = [replace(region, legible=region.legible and (image.name, number) not in unsaid)
                                 for number, region in enumerate(fit) if (image.name, number) not in left]
    return found


def _pages(expected: dict[str, list[LabelledRegion]], found: Sequence[LabelledImage], form: Format) -> int:
    by_stem = {image.name.rpartition("/")[2].rpartition(".")[0]: image for image in found}
    other = 0
    for name, regions in expected.items():
        image = by_stem.get(name.rpartition(".")[0])
        if image is None or len(image.regions) != len(regions):
            other += max(len(regions), 1)
        else:
            other += sum(not _same(was, now, form) for was, now in zip(regions, image.regions, strict=True))
    return other


def _crops(expected: dict[str, list[LabelledRegion]], found: Sequence[LabelledImage], form: Format) -> int:
    wanted = Counter(_said(region, form) for regions in expected.values() for region in regions)
    there = Counter(_said(region, form) for image in found for region in image.regions)
    return max((wanted - there).total(), (there - wanted).total())


def _same(was: LabelledRegion, now: LabelledRegion, form: Format) -> bool:
    if _said(was, form) != _said(now, form):
        return False
    miss = WHOLE_PIXEL if form.holds.whole or not form.holds.text else PIXEL[form.holds.shape]
    corners = list(now.polygon)
    starts = range(len(corners)) if not form.holds.start else (0,)
    return len(corners) == len(was.polygon) and any(all(
        abs(x0 - x1) <= miss and abs(y0 - y1) <= miss for (x0, y0), (x1, y1) in zip(
            was.polygon, corners[start:] + corners[:start], strict=True)) for start in starts)


def _said(region: LabelledRegion, form: Format) -> tuple[Any, ...]:
    """Text and attributes, as far as the format holds them."""
    held = form.holds.attributes
    read = form.holds.text and (region.legible or {"legible", "text"} <= held) and region.kind == "text"
    text = unicodedata.normalize("NFC", region.text) if read else ""
    return (text, *(getattr(region, name) for name in sorted(held)))


def _nothing() -> bytes:
    return b""

