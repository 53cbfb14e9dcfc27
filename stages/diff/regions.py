"""Two label rows of one image, region by region: what was moved, added, removed, edited, described otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from schemas.arrow import reading_of
from schemas.reading import Attributes, Polygon, Region
from schemas.text import normalise
from stages.compare import Pair, first_come, overlapping
from stages.diff.texts import distance

Row = Mapping[str, Any]
"""A row of the label file, see ``schemas.arrow.LABELS``."""

PIXEL = 1.0
"""Outlines up to this many pixels apart are the same: Label Studio keeps percent, and a hundredth of a pixel is no move."""
DECIMALS = 3
"""Of an IoU: more would differ from one version of GEOS to the next, and so would the published bytes."""

AttributeChange = tuple[str, str, str]
"""Name of the attribute, its value before and after, in words."""


@dataclass(frozen=True, slots=True)
class Change:
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


def changes(before: Row, after: Row) -> list[Change]:
    """All regions that are not the same in two readings of an image.

    A region is told by its id, which it keeps from release to release until somebody redraws it; what was redrawn by
    the id that it replaces; the rest by overlap, as everywhere (``stages.compare``). So a region that was moved far is
    still a moved region.

    Args:
        before: the label row of the one release.
        after: of the other.

    Returns:
        In the order of the later reading; what was removed stands last.

    Raises:
        UnitMismatch: the readings have different units, and some regions can be told by overlap only.
    """
    old, new = before["regions"], after["regions"]
    pairs = _by_id(old, new)
    rest_old = [i for i in range(len(old)) if i not in pairs]
    taken = set(pairs.values())
    rest_new = [j for j in range(len(new)) if j not in taken]
    if rest_old and rest_new:
        pairs |= _by_outline(before, after, rest_old, rest_new)
    unlike = {i: j for i, j in pairs.items() if old[i] != new[j]}
    olds = dict(zip(unlike, _regions(before, unlike), strict=True))
    news = dict(zip(unlike.values(), _regions(after, unlike.values()), strict=True))
    by_new = {j: change for i, j in unlike.items() if (change := _change(olds[i], news[j]))}
    found = set(pairs.values())
    added = [j for j in range(len(new)) if j not in found]
    by_new |= {j: Change(None, region) for j, region in zip(added, _regions(after, added), strict=True)}
    removed = [i for i in range(len(old)) if i not in pairs]
    return [by_new[j] for j in sorted(by_new)] + [Change(region, None) for region in _regions(before, removed)]


def attribute_changes(before: Attributes, after: Attributes) -> tuple[AttributeChange, ...]:
    """Attributes that differ; effects are a set."""
    found = ((name, word(getattr(before, name)), word(getattr(after, name))) for name in Attributes.__slots__)
    return tuple(item for item in found if item[1] != item[2])


def word(value: object) -> str:
    """A value of an attribute in words; several joined by ``+``, ``none`` where there is none."""
    if isinstance(value, str | bool):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return "+".join(sorted({str(item) for item in value})) or "none" if isinstance(value, list | tuple) else "none"


def _by_id(old: Sequence[Row], new: Sequence[Row]) -> dict[int, int]:
    places: dict[str, list[int]] = defaultdict(list)
    for j, item in enumerate(new):
        places[item["region_id"]].append(j)
    return {i: waiting.pop(0) for i, item in enumerate(old) if (waiting := places.get(item["region_id"]))}


def _by_outline(before: Row, after: Row, rest_old: Sequence[int], rest_new: Sequence[int]) -> dict[int, int]:
    """What was redrawn under its own name first, then what lies where something lay."""
    one, other = (reading_of({**row, "regions": [row["regions"][i] for i in rest]})
                  for row, rest in ((before, rest_old), (after, rest_new)))

    def in_turn(pairs: Iterable[Pair]) -> list[Pair]:
        # Ids decide between equal overlaps, whichever reading comes first: a diff backwards is the same diff.
        return sorted(pairs, key=lambda pair: (-round(pair[0], 6), sorted(
            (one.regions[pair[1]].region_id, other.regions[pair[2]].region_id)), pair[1:]))

    places: dict[str, list[int]] = defaultdict(list)
    claims: dict[str, list[int]] = defaultdict(list)
    for j, region in enumerate(other.regions):
        places[region.region_id].append(j)
        if region.replaces:
            claims[region.replaces].append(j)
    redrawn = [(_iou(region.polygon, other.regions[j].polygon), i, j) for i, region in enumerate(one.regions)
               for j in {*claims.get(region.region_id, ()), *(places.get(region.replaces, ()) if region.replaces else ())}]
    found = first_come([*in_turn(redrawn), *in_turn(overlapping(one, other))])
    return {rest_old[i]: rest_new[j] for i, (j, _) in found.items()}


def _regions(row: Row, places: Iterable[int]) -> tuple[Region, ...]:
    wanted = [row["regions"][i] for i in places]
    return reading_of({**row, "regions": wanted}).regions if wanted else ()


def _change(before: Region, after: Region) -> Change | None:
    moved = turned = False
    iou = 1.0
    if before.polygon != after.polygon:
        shapes = shapely.Polygon(before.polygon), shapely.Polygon(after.polygon)
        moved = float(shapely.hausdorff_distance(*shapes, densify=0.25)) > PIXEL  # corners alone may be the same
        turned = not moved and shapely.Point(before.polygon[0]).distance(shapely.Point(after.polygon[0])) > PIXEL
        iou = round(_iou(before.polygon, after.polygon), DECIMALS)
    change = Change(before, after, iou, moved, turned, distance(normalise(before.text), normalise(after.text)),
                    attribute_changes(before.attributes, after.attributes))
    return change if change.kinds() else None


def _iou(one: Polygon, other: Polygon) -> float:
    shapes = [shape if shape.is_valid else shapely.make_valid(shape) for shape in map(shapely.Polygon, (one, other))]
    common = float(shapely.intersection(*shapes).area)
    union = float(shapes[0].area) + float(shapes[1].area) - common
    return common / union if union > 0 else 0.0
