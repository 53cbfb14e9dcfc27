"""What a person did to a pre-label, and the key presses that the pre-label saved."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import shapely
from rapidfuzz.distance import Levenshtein

from schemas.labelling import Effort
from schemas.letters import parts_of
from schemas.reading import Attributes, Polygon, Reading, Region
from schemas.text import is_hangul, normalise

PIXEL = 1.0
"""Outlines up to this many pixels apart (Hausdorff) are the same: Label Studio keeps percent, not pixels."""
DELETE = 1
"""Key presses that delete a region in Label Studio: Backspace."""
CLEAR = 3
"""Key presses that empty a text field, however long its text: Ctrl, A, Backspace."""

TWO_KEYS = frozenset("ㅘㅙㅚㅝㅞㅟㅢㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ")
"""Those that take two key presses on the Korean two-set keyboard."""


def effort(shown: Reading | None, made: Reading) -> Effort:
    """What a person did to the pre-label that was on the screen.

    Regions are told apart by their id, which Label Studio keeps while a region is edited. A region that was drawn anew
    is one deleted and one added, even where it ``replaces`` the old one: that is what the person did.

    ``keys_saved`` is what typing all texts takes, less what was typed: for a region of the pre-label, mending its text
    (``mending``); for an added one, all of it; for a deleted one, the Backspace. The mouse is in the other figures.

    Args:
        shown: the pre-label; None where the task had none.
        made: what the person submitted.
    """
    left = {region.region_id: region for region in shown.regions} if shown else {}
    offered = len(left)
    same = texts = moved = attributes = added = needed = pressed = 0
    for region in made.regions:
        needed += keys(region.text)
        before = left.pop(region.region_id, None)
        if before is None:
            added += 1
            pressed += keys(region.text)
            continue
        changed = changes(before, region)
        texts += changed.text
        moved += changed.outline
        attributes += changed.attributes
        same += not any(changed)
        pressed += mending(before.text, region.text)
    pressed += DELETE * len(left)
    return Effort(shown.reader if shown else None, offered, same, texts, moved, attributes, len(left), added,
                  len(made.regions), needed, needed - pressed)


class Changes(NamedTuple):
    """Which parts of a region are other than the pre-label showed them."""

    text: bool
    outline: bool
    attributes: bool


def changes(before: Region, region: Region) -> Changes:
    """What was changed in a region of the pre-label."""
    return Changes(normalise(before.text) != normalise(region.text), not same_outline(before.polygon, region.polygon),
                   comparable(before.attributes) != comparable(region.attributes))


def keys(text: str) -> int:
    """Key presses that typing a text takes on a Korean two-set keyboard (두벌식, KS X 5002).

    A Hangul syllable takes a press a jamo; ㅘㅙㅚㅝㅞㅟㅢ and the finals ㄳㄵㄶㄺㄻㄼㄽㄾㄿㅀㅄ take two; everything else
    one. Shift is held, not pressed: ㄲㄸㅃㅆㅉㅒㅖ take one press as capital letters do. Going from Hangul to Latin letters
    or back is one press (한/영); digits, spaces and signs are on both layouts. The field starts in the layout of its
    first letter.
    """
    return _keys(normalise(text))


def mending(shown: str, wanted: str) -> int:
    """Key presses that turn one text into another; 0 where they are the same.

    The least character edit (Levenshtein), a Backspace for each character that goes and the keys of each that comes:
    Backspace takes a syllable that is already composed as a whole, so mending 억 into 역 is four presses, not one jamo.
    Nobody presses more than emptying the field and typing anew takes. Going to the place is not counted.
    """
    before = normalise(shown)
    after = normalise(wanted)
    edit = sum(step.src_end - step.src_start + _keys(after[step.dest_start:step.dest_end])
               for step in Levenshtein.opcodes(before, after) if step.tag != "equal")
    return min(edit, CLEAR + _keys(after))


def same_outline(one: Polygon, other: Polygon) -> bool:
    """Whether two polygons are the same to a pixel."""
    return one == other or float(shapely.hausdorff_distance(shapely.Polygon(one), shapely.Polygon(other))) <= PIXEL


def comparable(attributes: Attributes) -> Attributes:
    """Attributes whose effects are in one order: they are a set."""
    return replace(attributes, effects=tuple(sorted(set(attributes.effects))))


def _keys(text: str) -> int:
    """``keys`` of a piece of a text, the spaces at its ends included."""
    count = 0
    layout: str | None = None
    for char in text:
        needed = "hangul" if is_hangul(char) else "latin" if char.isalpha() and char.isascii() else layout
        count += (layout is not None and needed != layout) + _presses(char)
        layout = needed
    return count


def _presses(char: str) -> int:
    parts = parts_of(char)
    if parts is None:
        return 2 if char in TWO_KEYS else 1
    return sum(1 + (part in TWO_KEYS) for part in parts if part)
