"""What is accepted where two people agree, though not in every letter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from schemas.ids import digest
from schemas.reading import Reading, Region
from schemas.text import normalise
from stages.collect.agreement import ATTRIBUTES, shared, value
from stages.collect.effort import changes, same_outline

T = TypeVar("T")


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
    5. Order: one's regions, then what only other has. Should both use one id for different places, other's region gets
       an id of its own and ``replaces`` names the old one.

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
            regions.append(_settled(region, partner[id(region)], before))
        elif _stays(region, before, other):
            regions.append(region)
    used = {region.region_id for region in regions}
    for region in found.only_other:
        if _stays(region, before, one):
            regions.append(region if region.region_id not in used else _renamed(region))

    def image(differs: Callable[[Reading, Reading], bool]) -> Reading:
        return other if differs(one, other) and _only_other_changed(differs, (one, shown), (other, shown)) else one

    merged = replace(one, reader=reader, run=run, revision=revision, regions=tuple(regions),
                     image_kind=image(lambda a, b: a.image_kind is not b.image_kind).image_kind,
                     conditions=image(lambda a, b: set(a.conditions) != set(b.conditions)).conditions)
    return next((reading for reading in (one, other) if _same(reading, merged)), merged)


def _settled(one: Region, other: Region, before: Mapping[str, Region]) -> Region:
    """A region that both have."""
    mine, theirs = (one, before.get(one.region_id)), (other, before.get(other.region_id))

    def winner(differs: Callable[[Region, Region], bool]) -> Region:
        return other if differs(one, other) and _only_other_changed(differs, mine, theirs) else one

    chosen = {name: winner(partial(_differ, name)) for name in ATTRIBUTES}
    if one.attributes.kind is not other.attributes.kind:
        chosen["checked"] = chosen["kind"]
    text = chosen["legible"] if one.attributes.legible is not other.attributes.legible else winner(
        lambda a, b: normalise(a.text) != normalise(b.text))
    outline = winner(lambda a, b: not same_outline(a.polygon, b.polygon))
    attributes = {name: getattr(region.attributes, name) for name, region in chosen.items()}
    return replace(one, text=text.text, polygon=outline.polygon, attributes=replace(one.attributes, **attributes))


def _differ(name: str, one: Region, other: Region) -> bool:
    return value(one, name) != value(other, name)


def _only_other_changed(differs: Callable[[T, T], bool], one: tuple[T, T | None], other: tuple[T, T | None]) -> bool:
    """Whether the other person changed a thing from the pre-label, and the one left it; each with what was shown."""
    (mine, was_mine), (theirs, was_theirs) = one, other
    return (was_theirs is None or differs(theirs, was_theirs)) and was_mine is not None and not differs(mine, was_mine)


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
