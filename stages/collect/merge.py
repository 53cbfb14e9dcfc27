"""What is accepted where two people agree, though not in every letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from schemas.ids import digest
from schemas.reading import Reading, Region
from schemas.reading_order import with_regions_in_order
from schemas.text import normalise
from stages.collect.agreement import ATTRIBUTES, shared, value
from stages.collect.effort import changes, same_outline

T = TypeVar("T")

TEXT = "text"
"""The part of a region that is its text."""
OUTLINE = "outline"
"""The part of a region that is its polygon."""
OF_REGION = frozenset((TEXT, OUTLINE, *ATTRIBUTES))
"""Parts of a region, each of which one person or the other decides."""
OF_IMAGE = frozenset(("image_kind", "conditions"))
"""Parts of a reading that are about the whole image."""


def merge(one: Reading, other: Reading, shown: Reading | None, *, reader: str, run: str, revision: int) -> Reading:
    """One reading out of two that agree.

    1. Regions are matched as ``agreement`` matches them. A matched region keeps one's id.
    2. Where its outline, its text or an attribute differs, the value that its person changed from the pre-label wins
       over one that was left as shown. Where both changed it, or neither, one's. A region that the pre-label does not
       have, a redrawn one too, was changed in everything. Effects are one value, a set. Where one person calls it
       legible and the other does not, the text goes with that decision; where the kinds differ, so does ``checked``.
    3. A region that only one person has stays where that person drew or edited it. A region of the pre-label that was
       left as shown goes where the other person deleted it; it stays where the other person saw no pre-label (no region
       of that reading has or replaces a shown id), for then nobody decided against it.
    4. Kind and conditions of the image are settled as the values of a region are.
    5. Regions come in reading order. Should both use one id for different places, other's region gets an id of its own
       and ``replaces`` names the old one.

    Args:
        one: reading of side a.
        other: reading of side b.
        shown: the pre-label that both or either saw; None where neither did.
        reader: of the merged reading.
        run: of the merged reading.
        revision: of the merged reading.

    Returns:
        The merged reading; ``one`` or ``other`` itself where all its regions and the image's attributes came out.

    Raises:
        UnitMismatch: the readings have different units.
    """
    before = {region.region_id: region for region in shown.regions} if shown else {}
    found = shared(one, other)
    partner = {id(mine): theirs for mine, theirs in found.pairs}
    regions = []
    for region in one.regions:
        if id(region) in partner:
            regions.append(_of_both(region, partner[id(region)], before))
        elif _stays(region, before, other):
            regions.append(region)
    used = {region.region_id for region in regions}
    for region in found.only_other:
        if _stays(region, before, one):
            regions.append(region if region.region_id not in used else _renamed(region))
    others = _others(_image_parts, OF_IMAGE, Changed(one, shown), Changed(other, shown))
    merged = replace(one, reader=reader, run=run, revision=revision, regions=tuple(regions),
                     image_kind=(other if "image_kind" in others else one).image_kind,
                     conditions=(other if "conditions" in others else one).conditions)
    return next((reading for reading in (one, other) if _same(reading, merged)), with_regions_in_order(merged))


@dataclass(frozen=True, slots=True)
class Changed(Generic[T]):
    """A region, or a reading, as one person left it.

    Attributes:
        now: what the person submitted.
        shown: what the pre-label had there; None where it had nothing.
    """

    now: T
    shown: T | None


def _others(differing: Callable[[T, T], Set[str]], parts: Set[str], one: Changed[T], other: Changed[T]) -> Set[str]:
    """Parts whose value is the other person's: they differ, the other person changed them, and one left them as shown.

    Args:
        differing: tells in which parts two of them differ.
        parts: all parts; what was not shown was changed in all of them.
        one: as one person left it.
        other: as the other person left it.
    """
    by_one = parts if one.shown is None else differing(one.shown, one.now)
    by_other = parts if other.shown is None else differing(other.shown, other.now)
    return (differing(one.now, other.now) & by_other) - by_one


def _of_both(one: Region, other: Region, before: Mapping[str, Region]) -> Region:
    """A region that both have."""
    others = set(_others(_region_parts, OF_REGION, Changed(one, before.get(one.region_id)),
                         Changed(other, before.get(other.region_id))))
    _follow(others, "kind", "checked", one.attributes.kind is not other.attributes.kind)
    _follow(others, "legible", TEXT, one.attributes.legible is not other.attributes.legible)
    attributes = {name: getattr((other if name in others else one).attributes, name) for name in ATTRIBUTES}
    return replace(one, text=(other if TEXT in others else one).text, polygon=(other if OUTLINE in others else one).polygon,
                   attributes=replace(one.attributes, **attributes))


def _follow(others: set[str], leader: str, follower: str, differ: bool) -> None:
    """Where two people differ in a part, another part is that person's whose value of it is taken."""
    if differ and leader in others:
        others.add(follower)
    elif differ:
        others.discard(follower)


def _region_parts(one: Region, other: Region) -> Set[str]:
    """Parts in which two regions differ."""
    found = {name for name in ATTRIBUTES if value(one, name) != value(other, name)}
    if normalise(one.text) != normalise(other.text):
        found.add(TEXT)
    if not same_outline(one.polygon, other.polygon):
        found.add(OUTLINE)
    return found


def _image_parts(one: Reading, other: Reading) -> Set[str]:
    """Parts in which two readings differ as to the whole image."""
    found = {"image_kind"} if one.image_kind is not other.image_kind else set()
    return found | ({"conditions"} if set(one.conditions) != set(other.conditions) else set())


def _stays(region: Region, before: Mapping[str, Region], lacking: Reading) -> bool:
    """Whether a region that the reading ``lacking`` does not have is kept."""
    shown = before.get(region.region_id)
    saw_prelabel = any(theirs.region_id in before or theirs.replaces in before for theirs in lacking.regions)
    return shown is None or any(changes(shown, region)) or not saw_prelabel


def _renamed(region: Region) -> Region:
    return replace(region, region_id=digest("region", region.region_id, str(region.polygon), length=10),
                   replaces=region.region_id)


def _same(one: Reading, other: Reading) -> bool:
    """Whether two readings say the same, region ids included."""
    return (one.image_kind is other.image_kind and set(one.conditions) == set(other.conditions)
            and {region.region_id: region for region in one.regions} == {region.region_id: region for region in other.regions})
