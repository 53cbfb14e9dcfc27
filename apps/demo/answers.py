"""What the demo's people submit: the pre-label, corrected until it says the truth, but for the mistakes that they make."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.geometry import shape_of
from schemas.ids import region_id
from schemas.labelling import Side
from schemas.reading import Reading, Region
from stages.collect.effort import effort
from stages.compare import first_come, overlapping

INSIDE = 0.5
"""A line is read in a crop where more than this share of it is on the crop."""
LOOK = 5.0
"""Seconds until somebody has seen what a picture is."""
A_REGION = 1.5
"""Seconds to read one region."""
KEY = 0.25
"""Seconds a key press: 240 a minute."""
MOVE = 2.5
"""Seconds to draw an outline tighter."""
DRAW = 6.0
"""Seconds to draw a new outline."""


@dataclass(frozen=True, slots=True)
class Oversight:
    """What one person gets wrong on one sample.

    Attributes:
        misread: what is typed, by the text that is written.
        forgotten: texts of regions that are not drawn.
    """

    misread: Mapping[str, str] = field(default_factory=dict)
    forgotten: Collection[str] = ()


NO_OVERSIGHT = Oversight()
OVERSIGHTS: dict[tuple[Side, str], Oversight] = {
    (Side.A, "jlee/guitar sign"): Oversight(forgotten=("SINCE",)),
    (Side.A, "park.minsu/receipt"): Oversight(misread={"PORK DUMPLIN T1": "PORK DUMPLING T1"}),
    (Side.B, "jlee/exit"): Oversight(misread={"I²R": "PR"}),
}
"""By side and sample. The two on side A are found and mended by the same person; on ``exit``, which two people read, A and B
differ, so that a second look decides."""


def corrected(shown: Reading, truth: Reading, oversight: Oversight = NO_OVERSIGHT) -> Reading:
    """What somebody submits who mends a pre-label until it says the truth.

    Args:
        shown: what the task opens on; without regions where it shows no pre-label.
        truth: of the same image.
        oversight: what the person gets wrong.

    Returns:
        The truth's regions. One that is the same as a shown one (IoU 0.5) keeps the shown one's id, as Label Studio does when
        its outline, text and attributes are edited.
    """
    pairs = sorted(overlapping(truth, shown), key=lambda pair: (-pair.iou, pair.one, pair.other))
    partners = {one: shown.regions[other].region_id for one, (other, _iou) in first_come(pairs).items()}
    regions = [replace(region, region_id=partners.get(place) or region_id(shown.image_id, truth.reader, truth.run, place),
                       text=oversight.misread.get(region.text, region.text))
               for place, region in enumerate(truth.regions) if region.text not in oversight.forgotten]
    return replace(shown, regions=tuple(regions), image_kind=truth.image_kind, conditions=truth.conditions)


def typed_lines(shown: Sequence[Region], truth: Reading) -> list[Region]:
    """What somebody types who sees nothing of a page but the crops of these lines; outlines stay as they are.

    A crop shows the line that it is the same as (IoU 0.5), else the lines that lie on it for the most part, one after the other
    in the order of the truth. One that shows half a line, or none, is marked as illegible.
    """
    crops = replace(truth, regions=tuple(shown))
    pairs = sorted(overlapping(truth, crops), key=lambda pair: (-pair.iou, pair.one, pair.other))
    same = {other: truth.regions[one] for one, (other, _iou) in first_come(pairs).items()}
    return [_typed(region, [same[place]] if place in same else _lines_inside(region, truth))
            for place, region in enumerate(shown)]


def lead_time(shown: Reading, made: Reading) -> float:
    """Seconds that a person takes, by what there was to do: figures of one's own hand, no measurement.

    Args:
        shown: what the task opens on.
        made: what is submitted.
    """
    done = effort(shown, made)
    pressed = done.keys - done.keys_saved
    return round(LOOK + A_REGION * (done.shown + done.added) + KEY * pressed + MOVE * done.moved + DRAW * done.added, 1)


def _typed(region: Region, lines: Sequence[Region]) -> Region:
    text = " ".join(line.text for line in lines if line.text)
    if not text:
        return replace(region, text="", attributes=replace(region.attributes, legible=False))
    return replace(region, text=text, attributes=lines[0].attributes)


def _lines_inside(region: Region, truth: Reading) -> list[Region]:
    crop = shape_of(region.polygon)
    outlines = [(line, shape_of(line.polygon)) for line in truth.regions]
    return [line for line, outline in outlines if crop.intersection(outline).area > INSIDE * outline.area]
