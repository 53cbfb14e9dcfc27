"""Two readings of one image, region by region: what was moved, added, removed, edited, described otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import shapely

from schemas.geometry import iou, shape_of
from schemas.reading import Attributes, Polygon, Reading, Region
from schemas.text import normalise
from stages.compare import Overlap, first_come, overlapping
from stages.diff.texts import distance

PIXEL = 1.0
"""Outlines up to this many pixels apart are the same: Label Studio keeps percent, and a hundredth of a pixel is no move."""
DECIMALS = 3
"""Of an IoU: more would differ from one version of GEOS to the next, and so would the published bytes."""


class AttributeChange(NamedTuple):
    """An attribute that is not what it was: its name, its value before and after, in words."""

    attribute: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RegionChange:
    """One region that is not the same in both readings.

    Attributes:
        before: the region as it was; None where it was added.
        after: the region as it is; None where it was removed.
        iou: overlap of the two outlines, three decimals; None where there is only one.
        moved: the outline is another one, by more than ``PIXEL``.
        turned: the outline is the same, and its reading starts at another corner.
        edits: Levenshtein distance of the two texts, after NFC.
        attributes: that changed.
    """

    before: Region | None
    after: Region | None
    iou: float | None = None
    moved: bool = False
    turned: bool = False
    edits: int = 0
    attributes: tuple[AttributeChange, ...] = ()

    @property
    def redrawn(self) -> bool:
        """Whether another region id stands for the same piece of text now."""
        return bool(self.before and self.after and self.before.region_id != self.after.region_id)

    @property
    def edited(self) -> bool:
        """Whether the text is another one."""
        return self.edits > 0

    def kinds(self) -> tuple[str, ...]:
        """What happened to it, in the words of the diff; never empty."""
        if self.before is None:
            return ("added",)
        if self.after is None:
            return ("removed",)
        found = {"edited": self.edited, "moved": self.moved, "turned": self.turned, "attributes": bool(self.attributes),
                 "redrawn": self.redrawn}
        return tuple(name for name, is_so in found.items() if is_so)


def changes(before: Reading, after: Reading) -> list[RegionChange]:
    """All regions that are not the same in two readings of an image.

    A region is told by its id, which it keeps from release to release until somebody redraws it; what was redrawn by
    the id that it replaces; the rest by overlap, as everywhere (``stages.compare``). So a region that was moved far is
    still a moved region.

    Args:
        before: the reading of the one release.
        after: of the other.

    Returns:
        In the order of the later reading; what was removed stands last.

    Raises:
        UnitMismatch: the readings have different units, and some regions can be told by overlap only.
    """
    old_of = _pairs(before, after)
    listed: list[RegionChange] = []
    for j, region in enumerate(after.regions):
        if j not in old_of:
            listed.append(RegionChange(None, region))
        elif (old := before.regions[old_of[j]]) != region and (change := _change(old, region)):
            listed.append(change)
    kept = set(old_of.values())
    return [*listed, *(RegionChange(region, None) for i, region in enumerate(before.regions) if i not in kept)]


def attribute_changes(before: Attributes, after: Attributes) -> tuple[AttributeChange, ...]:
    """Attributes that differ; effects are a set."""
    found = (AttributeChange(name, word(getattr(before, name)), word(getattr(after, name))) for name in Attributes.__slots__)
    return tuple(item for item in found if item.before != item.after)


def word(value: object) -> str:
    """A value of an attribute in words; several joined by ``+``, ``none`` where there is none."""
    if isinstance(value, str | bool):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return "+".join(sorted({str(item) for item in value})) or "none" if isinstance(value, list | tuple) else "none"


def _pairs(before: Reading, after: Reading) -> dict[int, int]:
    """Which regions are one: number of the region in the earlier reading by its number in the later one."""
    pairs = _by_id(before.regions, after.regions)
    taken = set(pairs.values())
    rest_before = [i for i in range(len(before.regions)) if i not in taken]
    rest_after = [j for j in range(len(after.regions)) if j not in pairs]
    if rest_before and rest_after:
        pairs |= _by_outline(before, after, rest_before, rest_after)
    return pairs


def _by_id(before: Sequence[Region], after: Sequence[Region]) -> dict[int, int]:
    places: dict[str, list[int]] = defaultdict(list)
    for j, region in enumerate(after):
        places[region.region_id].append(j)
    return {waiting.pop(0): i for i, region in enumerate(before) if (waiting := places.get(region.region_id))}


def _by_outline(before: Reading, after: Reading, rest_before: Sequence[int], rest_after: Sequence[int]) -> dict[int, int]:
    """What was redrawn under its own name first, then what lies where something lay."""
    one = replace(before, regions=tuple(before.regions[i] for i in rest_before))
    other = replace(after, regions=tuple(after.regions[j] for j in rest_after))

    def in_turn(pairs: Iterable[Overlap]) -> list[Overlap]:
        # Ids decide between equal overlaps, whichever reading comes first: a diff backwards is the same diff.
        return sorted(pairs, key=lambda pair: (-round(pair.iou, 6), sorted(
            (one.regions[pair.one].region_id, other.regions[pair.other].region_id)), pair.one, pair.other))

    found = first_come([*in_turn(_redrawn(one.regions, other.regions)), *in_turn(overlapping(one, other))])
    return {rest_after[j]: rest_before[i] for i, (j, _) in found.items()}


def _redrawn(before: Sequence[Region], after: Sequence[Region]) -> list[Overlap]:
    """Regions of which one names the other as what it replaces, with their overlap."""
    places: dict[str, list[int]] = defaultdict(list)
    claims: dict[str, list[int]] = defaultdict(list)
    for j, region in enumerate(after):
        places[region.region_id].append(j)
        if region.replaces:
            claims[region.replaces].append(j)
    return [Overlap(_iou(region.polygon, after[j].polygon), i, j) for i, region in enumerate(before)
            for j in {*claims.get(region.region_id, ()), *(places.get(region.replaces, ()) if region.replaces else ())}]


def _change(before: Region, after: Region) -> RegionChange | None:
    moved = turned = False
    overlap = 1.0
    if before.polygon != after.polygon:
        shapes = shapely.Polygon(before.polygon), shapely.Polygon(after.polygon)
        moved = float(shapely.hausdorff_distance(*shapes, densify=0.25)) > PIXEL  # corners alone may be the same
        turned = not moved and shapely.Point(before.polygon[0]).distance(shapely.Point(after.polygon[0])) > PIXEL
        overlap = round(_iou(before.polygon, after.polygon), DECIMALS)
    edits = distance(normalise(before.text), normalise(after.text))
    change = RegionChange(before, after, overlap, moved, turned, edits, attribute_changes(before.attributes, after.attributes))
    return change if change.kinds() else None


def _iou(one: Polygon, other: Polygon) -> float:
    return float(iou(shape_of(one), shape_of(other)))
