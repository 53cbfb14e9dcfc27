"""Labels as tables and JSON objects have them: a row a picture, in our own columns or in those that are usual elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from saegim.labels.drafts import NO_TEXT, Draft, DraftImage, from_box, from_edges, no_picture, with_picture
from saegim.labels.extras import EXTRAS_OF_IMAGES, EXTRAS_OF_REGIONS, with_extras, with_image_extras
from saegim.labels.findings import Findings
from saegim.labels.frames import frame_of
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.mending import pairs
from saegim.labels.picture_files import FoundPicture
from saegim.labels.texts import as_number, as_text

REGIONS = "regions"
"""Our own column: objects with ``polygon``, ``text`` and the fields of ``extras.EXTRAS_OF_REGIONS``."""
TEXTS = ("text", "transcription")
"""Columns with the text of the whole picture, as recognisers have it: TrOCR's tables, most sets of text lines on the Hub. Not
``label``, which names a class mostly."""
WORDS = ("words", "tokens", "texts", "transcriptions")
"""Columns with a text for each outline."""
OUTLINES = ("polygons", "quads", "bboxes", "boxes", "bbox")
"""Columns with an outline for each text: pairs, flat pairs, or left, top, right, bottom."""
OBJECTS = "objects"
"""Column with ``bbox`` (left, top, width, height, as COCO and the Hub have it) and one of ``WORDS`` or ``TEXTS``."""
EXPECTED = ("expected `regions`, or one of " + ", ".join(WORDS) + " with one of " + ", ".join(OUTLINES)
            + ", or one of " + ", ".join(TEXTS))
THOUSANDTHS = "its boxes were thousandths of the picture's sides: turned into pixels"
UNEVEN = "not as many texts as outlines"


def understood(columns: Collection[str], inside: Collection[str] = ()) -> str:
    """Which of a row's columns hold labels that are read; empty where none do.

    Args:
        columns: names of those of the row that may hold labels.
        inside: names of what the column ``objects`` holds.
    """
    if REGIONS in columns:
        return REGIONS
    if OBJECTS in columns and "bbox" in inside and (name := _one_of((*WORDS, *TEXTS), inside)):
        return f"{OBJECTS}.bbox and {OBJECTS}.{name}"
    words = _one_of(WORDS, columns)
    outlines = _one_of(OUTLINES, columns)
    if words and outlines:
        return f"{words} and {outlines}"
    return _one_of(TEXTS, columns)


def draft_of(row: Mapping[str, Any], name: str, split: str, unit: str, thousandths: bool = False) -> DraftImage | None:
    """The labels of a row; None where no column of it is understood.

    Args:
        row: values by column.
        name: of the image.
        split: that its file says, for a row that says none.
        unit: of regions with outlines, for a row that says none; what the whole picture shows is a line.
        thousandths: whether boxes are thousandths of the picture's sides, see ``in_thousandths``.
    """
    drafts = _drafts(row, thousandths)
    if drafts is None:
        return None
    whole = any(draft.whole for draft in drafts)
    image = LabelledImage(name, no_picture, 0, 0, "line" if whole else unit, split=split)
    return DraftImage(with_image_extras(image, row), drafts, None if thousandths else (row.get("width"), row.get("height")))


def own_row(image: LabelledImage) -> dict[str, Any]:
    """All of a labelled image but its picture, as ``draft_of`` reads it."""
    return {name: getattr(image, name) for name in ("name", "width", "height", *EXTRAS_OF_IMAGES)} | {
        REGIONS: own_regions(image.regions)}


def own_regions(regions: Iterable[LabelledRegion]) -> list[dict[str, Any]]:
    """Regions with all their fields."""
    return [{name: getattr(region, name) for name in ("polygon", "text", *EXTRAS_OF_REGIONS)} for region in regions]


def with_bytes(data: bytes, draft: DraftImage, findings: Findings) -> LabelledImage | None:
    """A draft with the picture that lies in its row; None where that is broken. Counts what was read."""
    findings.came(len(draft.drafts))
    frame = frame_of(data, draft.image.name, findings, [one.corners for one in draft.drafts], draft.declared)
    return with_picture(FoundPicture(draft.image.name, frame, lambda: data), draft, findings) if frame else None


def in_thousandths(row: Mapping[str, Any], width: int, height: int) -> bool:
    """Whether boxes of a row stick out of their picture and would lie inside as thousandths of its sides, as LayoutLM wants them.

    Args:
        row: values by column.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """
    boxes = row.get(_one_of(OUTLINES, row))
    edges = [[as_number(edge) for edge in box] for box in boxes or () if isinstance(box, Sequence) and len(box) == 4]
    across = [edge for box in edges for edge in (box[0], box[2]) if edge is not None]
    down = [edge for box in edges for edge in (box[1], box[3]) if edge is not None]
    if not across or not down:
        return False
    return max(*across, *down) <= 1000 and min(*across, *down) >= 0 and (max(across) > width + 2 or max(down) > height + 2)


def _drafts(row: Mapping[str, Any], thousandths: bool) -> list[Draft] | None:
    objects = row.get(OBJECTS)
    kind = understood(row.keys(), objects.keys() if isinstance(objects, Mapping) else ())
    if not kind:
        return None
    if kind == REGIONS:
        regions = row[REGIONS]
        return [_own(item) for item in regions or ()] if regions is None or isinstance(regions, list) else None
    if kind in TEXTS:
        return [replace(_label(row[kind]), whole=True)]
    if kind.startswith(OBJECTS) and isinstance(objects, Mapping):
        return [from_box(draft, draft.corners)
                for draft in _paired(objects[_one_of((*WORDS, *TEXTS), objects)], objects["bbox"])]
    return [_outlined(draft, row, thousandths) for draft in _paired(row[_one_of(WORDS, row)], row[_one_of(OUTLINES, row)])]


def _own(item: object) -> Draft:
    given = item if isinstance(item, Mapping) else {}
    label = with_extras(LabelledRegion((), as_text(given.get("text"))), given)
    return Draft(given.get("polygon"), label)


def _label(value: object) -> Draft:
    if value is None:
        return Draft(None, LabelledRegion((), "", legible=False), changes=(NO_TEXT,))
    return Draft(None, LabelledRegion((), as_text(value)))


def _paired(texts: object, outlines: object) -> list[Draft]:
    """Each text with its outline as it stands; one without the other says so."""
    words = list(texts) if isinstance(texts, Sequence) and not isinstance(texts, str) else []
    found = list(outlines) if isinstance(outlines, Sequence) and not isinstance(outlines, str) else []
    made = [replace(_label(word), corners=outline) for word, outline in zip_longest(words, found)]
    return made if len(words) == len(found) else [replace(draft, changes=(*draft.changes, UNEVEN)) for draft in made]


def _outlined(draft: Draft, row: Mapping[str, Any], thousandths: bool) -> Draft:
    """A draft whose outline may be a box or flat pairs."""
    outline = draft.corners
    numbers = list(outline) if isinstance(outline, Sequence) and not isinstance(outline, str) else []
    if not numbers or isinstance(numbers[0], Sequence):
        return draft
    if len(numbers) != 4:
        return replace(draft, corners=pairs(numbers))
    if not thousandths:
        return from_edges(draft, numbers)
    sides = (float(row["width"]), float(row["height"])) * 2
    scaled = [None if (edge := as_number(number)) is None else edge * side / 1000
              for number, side in zip(numbers, sides, strict=True)]
    return from_edges(replace(draft, changes=(*draft.changes, THOUSANDTHS)), scaled)


def _one_of(names: Sequence[str], columns: Collection[str]) -> str:
    return next((name for name in names if name in columns), "")
