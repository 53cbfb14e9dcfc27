"""One annotation of COCO-Text and TextOCR: its outline, its box, and what their fields do not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from saegim.labels.drafts import Draft, from_box
from saegim.labels.extras import EXTRAS_OF_IMAGES, EXTRAS_OF_REGIONS, extras_of, with_extras
from saegim.labels.format import Holds, Shape
from saegim.labels.labelled import LabelledRegion
from saegim.labels.mending import pairs
from saegim.labels.texts import as_text

HOLDS = Holds(Shape.POLYGON, frozenset(EXTRAS_OF_REGIONS), frozenset(EXTRAS_OF_IMAGES))
"""All, by the key that both formats' own readers pass over."""
OUTLINES = ("mask", "polygon", "points")
"""Fields that hold an outline: of version 2, of version 1.4, of TextOCR; version 1.3 has boxes alone."""


def draft_of(given: Mapping[str, Any], region: LabelledRegion, changes: Sequence[str] = (), lost: Sequence[str] = ()) -> Draft:
    """A draft of an annotation by its outline, or by its box where it has none."""
    outline = next((given[field] for field in OUTLINES if given.get(field)), None)
    nested = isinstance(outline, list) and bool(outline) and isinstance(outline[0], list)
    draft = Draft(outline if nested else pairs(outline), region, changes=tuple(changes), lost=tuple(lost))
    return from_box(draft, given.get("bbox")) if outline is None else draft


def is_readable(region: LabelledRegion) -> bool:
    """Whether a recogniser may be trained with a region's text."""
    return region.legible and region.kind == "text" and bool(region.text.strip())


def extras_with_text(region: LabelledRegion, readable: bool) -> dict[str, Any]:
    """What the format has no field for, and the text where its own field does not hold it."""
    given = extras_of(region, {"text"})
    return given if readable else {**given, "text": region.text}


def from_extras(region: LabelledRegion, given: Mapping[str, Any]) -> LabelledRegion:
    """A region that the format's own fields say, with what stands in ``extras_with_text``."""
    kept = given.get("text")
    return with_extras(replace(region, text=as_text(kept)) if isinstance(kept, str) else region, given)


def flat(region: LabelledRegion) -> list[float]:
    """A region's outline as ``[x1, y1, x2, y2, …]``."""
    return [value for corner in region.polygon for value in corner]


def boxed(region: LabelledRegion) -> dict[str, Any]:
    """The upright box around a region, and its area."""
    across = [x for x, _ in region.polygon]
    down = [y for _, y in region.polygon]
    width = max(across) - min(across)
    height = max(down) - min(down)
    return {"bbox": [min(across), min(down), round(width, 2), round(height, 2)], "area": round(width * height, 2)}
