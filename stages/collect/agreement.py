"""How far two people read an image alike, and what they read differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import shapely
from rapidfuzz.distance import Levenshtein

from schemas.labelling import Agreement
from schemas.reading import Kind, Reading, Region
from schemas.recipes.annotation_config import Thresholds
from schemas.text import normalise
from stages.compare import Overlap, first_come, overlapping

MOVED = 0.6
"""Outlines that are further apart than this share of a line's height differ: about a letter's width. The most between two
label sets of byte-identical receipts is 0.54; an IoU would blame a colon for two pixels and let a long line lose a letter."""
STEADY = 3.0
"""… and by more than this many pixels: no hand is steadier, and what is small would be blamed for it."""
ATTRIBUTES = ("direction", "writing", "effects", "language", "legible", "kind", "checked")


class What(StrEnum):
    """What two readings differ in."""

    TEXT = "text"
    ONLY_ONE = "only_one"
    ONLY_OTHER = "only_other"
    ATTRIBUTES = "attributes"
    IMAGE = "image"
    OUTLINE = "outline"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing in which two readings differ.

    Attributes:
        what: kind of difference; a matched pair of regions may have several.
        one: the first reading's region; None where it has none, and for the whole image.
        other: the second reading's.
        values: what the first and the second say: texts, or the attributes that differ; empty for outlines.
    """

    what: What
    one: Region | None
    other: Region | None
    values: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Shared:
    """Regions of two readings, told apart.

    Attributes:
        pairs: regions of both, in the order of the first reading.
        only_one: regions of the first alone.
        only_other: regions of the second alone.
    """

    pairs: tuple[tuple[Region, Region], ...]
    only_one: tuple[Region, ...]
    only_other: tuple[Region, ...]


def shared(one: Reading, other: Reading) -> Shared:
    """Matches the regions of two readings, neither of which is the truth: the same whichever comes first.

    From an IoU of 0.5 on regions may be the same. One region can then have two partners only where regions of one
    reading lie on each other (a line that was labelled twice, a stamp on a text): they are told apart by their kind, then
    by what they say, then by overlap, greedily. By overlap alone, as evaluation matches, a pixel of jitter would cross
    two pairs and invent differences. Illegible regions are matched like all others.

    Raises:
        UnitMismatch: the readings have different units.
    """
    if other.regions_json() < one.regions_json():  # one order for both calls: rounding and ties fall the same way
        found = shared(other, one)
        order = {id(region): index for index, region in enumerate(one.regions)}
        pairs = sorted(((mine, theirs) for theirs, mine in found.pairs), key=lambda pair: order[id(pair[0])])
        return Shared(tuple(pairs), found.only_other, found.only_one)

    def fit(pair: Overlap) -> tuple[bool, float, float, int, int, int]:
        mine = one.regions[pair.one]
        theirs = other.regions[pair.other]
        apart = Levenshtein.normalized_distance(normalise(mine.text), normalise(theirs.text))
        return (mine.attributes.kind is not theirs.attributes.kind, apart, -round(pair.iou, 6), len(_differing(mine, theirs)),
                pair.one, pair.other)

    matched = first_come(sorted(overlapping(one, other), key=fit))
    taken = {j for j, _ in matched.values()}
    return Shared(tuple((one.regions[i], other.regions[j]) for i, (j, _) in sorted(matched.items())),
                  tuple(region for i, region in enumerate(one.regions) if i not in matched),
                  tuple(region for j, region in enumerate(other.regions) if j not in taken))


def agreement(one: Reading, other: Reading) -> Agreement:
    """How far two readings agree; the same whichever comes first.

    ``regions`` is 2 · matched / (regions of one + regions of other), the harmonic mean of both shares (Dice). ``cer`` is
    Levenshtein over the longer text, summed over matched regions that both call legible, of texts as ``normalise`` makes them.
    ``attributes`` counts direction, writing, effects (as one set), legible and kind of each matched pair, language where
    both can read it, checked where both see a check box. Outlines and the whole image's attributes are in no figure.

    Raises:
        UnitMismatch: the readings have different units.
    """
    found = shared(one, other)
    count = len(one.regions) + len(other.regions)
    edits = letters = asked = same = 0
    for mine, theirs in found.pairs:
        if _both_legible(mine, theirs):
            first = normalise(mine.text)
            second = normalise(theirs.text)
            edits += Levenshtein.distance(first, second)
            letters += max(len(first), len(second))
        names = _asked(mine, theirs)
        asked += len(names)
        same += len(names) - len(_differing(mine, theirs))
    return Agreement(regions=2 * len(found.pairs) / count if count else 1.0,
                     cer=edits / letters if letters else 0.0,
                     attributes=same / asked if asked else 1.0)


def agreed(figures: Agreement, thresholds: Thresholds) -> bool:
    """Whether every figure reaches its threshold."""
    return not missed(figures, thresholds)


def disagreements(one: Reading, other: Reading) -> list[Disagreement]:
    """All that two readings of an image differ in: first matched regions in the order of ``one``, then the rest.

    A region that one person can read and the other cannot differs in its attributes, not in its text. Where both call it
    illegible, its text is nobody's matter.

    Raises:
        UnitMismatch: the readings have different units.
    """
    found = shared(one, other)
    listed = []
    for mine, theirs in found.pairs:
        first = normalise(mine.text)
        second = normalise(theirs.text)
        if first != second and _both_legible(mine, theirs):
            listed.append(Disagreement(What.TEXT, mine, theirs, (first, second)))
        if names := _differing(mine, theirs):
            listed.append(Disagreement(What.ATTRIBUTES, mine, theirs, (_said(mine, names), _said(theirs, names))))
        if _moved(mine, theirs):
            listed.append(Disagreement(What.OUTLINE, mine, theirs, ("", "")))
    listed += [Disagreement(What.ONLY_ONE, region, None, (normalise(region.text), "")) for region in found.only_one]
    listed += [Disagreement(What.ONLY_OTHER, None, region, ("", normalise(region.text))) for region in found.only_other]
    if _image(one) != _image(other):
        listed.append(Disagreement(What.IMAGE, None, None, (", ".join(_image(one)), ", ".join(_image(other)))))
    return listed


def value(region: Region, name: str) -> object:
    """An attribute as two of them are compared: effects are a set."""
    found = getattr(region.attributes, name)
    return frozenset(found) if name == "effects" else found


def missed(figures: Agreement, thresholds: Thresholds) -> list[str]:
    """Names of the figures that do not reach their threshold."""
    beyond = {"cer": figures.cer > thresholds.cer, "regions": figures.regions < thresholds.regions,
              "attributes": figures.attributes < thresholds.attributes}
    return [name for name, is_beyond in beyond.items() if is_beyond]


def _both_legible(one: Region, other: Region) -> bool:
    return one.attributes.legible and other.attributes.legible


def _asked(one: Region, other: Region) -> list[str]:
    """Attributes that a pair is asked for."""
    boxes = one.attributes.kind is other.attributes.kind is Kind.CHECKBOX
    return [name for name in ATTRIBUTES if (name != "language" or _both_legible(one, other)) and (name != "checked" or boxes)]


def _differing(one: Region, other: Region) -> list[str]:
    return [name for name in _asked(one, other) if value(one, name) != value(other, name)]


def _said(region: Region, names: Sequence[str]) -> str:
    """What a region says of some attributes, in words of the vocabulary."""
    attributes = region.attributes
    words = {"effects": "+".join(sorted(attributes.effects)) or "no effects",
             "legible": "legible" if attributes.legible else "illegible",
             "checked": {True: "checked", False: "unchecked", None: "unanswered"}[attributes.checked]}
    return ", ".join(words.get(name) or str(getattr(attributes, name)) for name in names)


def _image(reading: Reading) -> tuple[str, ...]:
    return (reading.image_kind, *sorted(set(reading.conditions)))


def _moved(one: Region, other: Region) -> bool:
    first = shapely.Polygon(one.polygon)
    second = shapely.Polygon(other.polygon)
    # 2 · area / perimeter is a long strip's height, however it runs, and half the side of a square.
    height = max(2 * shape.area / shape.length for shape in (first, second))
    return bool(shapely.hausdorff_distance(first, second) > max(STEADY, MOVED * height))
