"""From what an engine wrote to readings: names become images, corners become outlines, values are checked."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from adapters.predictions.checks import Checks, shown
from adapters.predictions.dialect import SeenImage, SeenRegion
from adapters.predictions.images import ImageNames, ImageOfRelease
from adapters.predictions.joining import as_one, joined
from adapters.predictions.outlines import FARTHEST, MOST_CORNERS, Corners, outlines
from schemas.errors import PredictionsWrong
from schemas.ids import region_id
from schemas.reader import Reader
from schemas.reading import Attributes, Kind, Language, Reading, Region, Unit
from schemas.text import CHECK_BOXES, language_of

IMAGES_AT_ONCE = 256
"""Images whose outlines are drawn in one go: enough for numpy to pay, and little memory."""
SAME_SHAPE = 0.01
"""Sides of two sizes of one picture may differ by so much of them: rounding."""


@dataclass(slots=True)
class Collected:
    """What was read of a file so far.

    Attributes:
        readings: by image id.
        unknown: names that mean no image of the release, or several.
        checks: faults.
        where: of each image's entry, by image id: an image has one.
    """

    readings: dict[str, Reading] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    checks: Checks = field(default_factory=Checks)
    where: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """Who made the readings.

    Attributes:
        reader: the engine.
        run: digest of the file.
        unit: of the readings.
        join: what words become; None where they stay as they are.
    """

    reader: Reader
    run: str
    unit: Unit
    join: Unit | None


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A region with its corners as numbers; ``index`` is its place in the engine's list."""

    image: ImageOfRelease
    index: int
    where: str
    region: SeenRegion
    corners: Corners


def collect(seen: Iterable[SeenImage], names: ImageNames, made: Made, found: Collected) -> None:
    """Adds images that an engine wrote to what was read so far.

    Raises:
        PredictionsWrong: an image has two entries.
    """
    images = _known(seen, names, made, found)
    while several := list(itertools.islice(images, IMAGES_AT_ONCE)):
        drawn = [item for image, entry in several for item in _regions(image, entry, made.join, found.checks)]
        shapes = outlines([item.corners for item in drawn], [item.image for item in drawn])
        regions: dict[str, list[Region]] = {image.image_id: [] for image, _ in several}
        for item, outline in zip(drawn, shapes, strict=True):
            if outline.crossing:
                found.checks.crossing(item.where)
            if outline.polygon is None:
                found.checks.left_out(item.where, "nothing of its outline with an area lies in the image")
                continue
            text = found.checks.text(item.region.text, item.where)
            regions[item.image.image_id].append(Region(
                region_id(item.image.image_id, made.reader, made.run, item.index), outline.polygon, text,
                item.region.attributes or _attributes(text), found.checks.score(item.region.score, item.where)))
        for image, _ in several:
            found.readings[image.image_id] = Reading(image.image_id, made.reader, made.run, 0, made.unit, image.width,
                                                     image.height, tuple(regions[image.image_id]))


def _known(seen: Iterable[SeenImage], names: ImageNames, made: Made,
           found: Collected) -> Iterator[tuple[ImageOfRelease, SeenImage]]:
    """Entries of images that the release has and that the engine did read."""
    for entry in seen:
        image = names.first(entry.names)
        if image is None:
            if not entry.names:
                raise PredictionsWrong(f"{entry.where} does not say which image it is of: write one file an image, named after "
                                       'it, or one object {"<image>": <answer>, …}')
            found.unknown.append(entry.names[0])
            continue
        if image.image_id in found.where:
            raise PredictionsWrong(f"{entry.where}: image {image.image_id[:12]} ({entry.names[0]}) is there twice, first in "
                                   f"{found.where[image.image_id]}: which of them counts is not ours to say; leave one")
        found.where[image.image_id] = entry.where
        if entry.unit not in (None, made.unit):
            raise PredictionsWrong(f"{entry.where} has the unit {shown(entry.unit)}, and those before have {made.unit!s}: give "
                                   "one unit at a time")
        if entry.failed:
            found.checks.note(f"{entry.where}: the engine did not read {entry.names[0]}: {shown(entry.failed)}")
            continue
        if entry.note:
            found.checks.note(f"{entry.where}: {entry.note}")
        yield image, entry


def _regions(image: ImageOfRelease, entry: SeenImage, join: Unit | None, checks: Checks) -> Iterator[_Drawn]:
    """The regions of an entry whose corners are numbers."""
    scale = _scale(image, entry, checks)
    fast = _all_at_once(entry.regions)
    before = f"{entry.where}: {entry.part}"
    corners = [fast[number] if fast else checks.corners(region.corners, f"{before}[{number}]")
               for number, region in enumerate(entry.regions)]
    if join is Unit.LINE and any(region.after is None and region.attributes is None for region in entry.regions):
        raise PredictionsWrong(f"{entry.where} does not say where lines end: its words cannot be joined to lines")
    groups = joined(entry.regions, join) if join else ([number] for number in range(len(entry.regions)))
    for group in groups:
        places = [place for place in group if corners[place] is not None]
        if not places:
            continue
        region = entry.regions[places[0]]
        outline = corners[places[0]]
        if len(places) > 1:
            region, outline = as_one([entry.regions[place] for place in places],
                                     [one for place in places if (one := corners[place]) is not None])
        if outline is not None:
            yield _Drawn(image, places[0], f"{before}[{places[0]}]", region, outline if scale is None else outline * scale)


def _all_at_once(regions: Sequence[SeenRegion]) -> list[Corners] | None:
    """Corners of all regions of an image, where nothing is wrong with any: ten times as fast as one by one."""
    try:
        counts = [len(region.corners) for region in regions]
        flat = np.array([corner for region in regions for corner in region.corners], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    if flat.ndim != 2 or flat.shape[1] != 2:
        return None
    if not 3 <= min(counts) <= max(counts) <= MOST_CORNERS or not (np.abs(flat) <= FARTHEST).all():
        return None
    ends = list(itertools.accumulate(counts))
    return [flat[end - count:end] for end, count in zip(ends, counts, strict=True)]


def _scale(image: ImageOfRelease, entry: SeenImage, checks: Checks) -> Corners | None:
    """What corners are multiplied with where the engine looked at the picture in another size; None where they stay."""
    if entry.size is None:
        return None
    try:
        size = np.array(entry.size, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    if size.shape != (2,) or not (np.isfinite(size) & (size > 0)).all() or tuple(size) == (image.width, image.height):
        return None
    scale: Corners = np.array([image.width, image.height]) / size
    read = f"{size[0]:.0f} × {size[1]:.0f}"
    if abs(scale[0] / scale[1] - 1) > SAME_SHAPE:
        checks.note(f"{entry.where}: the engine looked at {read} pixels, and the image has {image.width} × {image.height}: "
                    "another picture, or a turned one; its outlines are taken as they are")
        return None
    checks.note(f"{entry.where}: the engine looked at {read} pixels; its outlines are scaled to {image.width} × {image.height}")
    return scale


def _attributes(text: str) -> Attributes:
    """What a text alone says."""
    return _plain(language_of(text), CHECK_BOXES.get(text))


@functools.cache  # a million regions have a dozen of them
def _plain(language: Language, checked: bool | None) -> Attributes:
    return Attributes(language=language, kind=Kind.TEXT if checked is None else Kind.CHECKBOX, checked=checked)
