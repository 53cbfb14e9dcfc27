"""CLOVA OCR General, V2 (and V1 with its upright boxes): ``images[].fields[]``, words with the ends of lines, and check boxes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.predictions.dialect import Dialect, Document, SeenImage, SeenRegion, listed, mapped, names_of, truth, vertices
from adapters.predictions.joining import LINE_ENDS
from schemas.reading import Attributes, Kind, Unit

SUCCESS = "SUCCESS"
"""What ``inferResult`` says of an image that was read."""
BOX_TYPES = frozenset({"CHECKBOX", "CHECK_BOX"})
"""Types of a field that is a check box; the premium model finds them."""
TICKED = {"true": True, "checked": True, "v": True, "☑": True, "☒": True, "■": True, "✓": True, "✔": True,
          "false": False, "unchecked": False, "☐": False, "□": False}
"""What the text of such a field may say where it has no ``checked``."""


def _knows(document: Document) -> bool:
    images = document.value.get("images") if isinstance(document.value, dict) else None
    return isinstance(images, list) and bool(images) and all(
        isinstance(image, dict) and ("fields" in image or "inferResult" in image) for image in images)


def _images(document: Document) -> Iterator[SeenImage]:
    for number, image in enumerate(document.value["images"]):
        part = f"images[{number}].fields"
        fields = listed(image.get("fields"), document.where, part)
        regions = [_region(mapped(field, document.where, f"{part}[{place}]")) for place, field in enumerate(fields)]
        result = image.get("inferResult", SUCCESS)
        failed = "" if result == SUCCESS else f"{result} {image.get('message', '')}".strip()
        yield SeenImage(names_of(document, image.get("name")), document.where, part, regions, _size(image), failed)


def _region(field: dict[str, Any]) -> SeenRegion:
    corners = vertices(field.get("boundingPoly")) or _upright(field.get("bounding"))
    score = field.get("inferConfidence")
    if str(field.get("type")).upper() in BOX_TYPES:
        return SeenRegion(corners, "", score, Attributes(kind=Kind.CHECKBOX, checked=_ticked(field)))
    ends = truth(field.get("lineBreak"))
    return SeenRegion(corners, field.get("inferText"), score, after=None if ends is None else LINE_ENDS if ends else " ")


def _ticked(field: dict[str, Any]) -> bool | None:
    said = truth(field.get("checked"))
    return TICKED.get(str(field.get("inferText", "")).strip().casefold()) if said is None else said


def _upright(box: Any) -> Any:
    """Corners of ``{"left", "top", "width", "height"}``, as V1 writes them; None where it is none."""
    if not isinstance(box, dict):
        return None
    try:
        left, top, width, height = (float(box[name]) for name in ("left", "top", "width", "height"))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]


def _size(image: dict[str, Any]) -> tuple[Any, Any] | None:
    info = image.get("convertedImageInfo")
    return (info.get("width"), info.get("height")) if isinstance(info, dict) else None


CLOVA = Dialect("CLOVA OCR", Unit.WORD, '{"images": [{"name": "a.jpg", "inferResult": "SUCCESS", "fields": [{"inferText": '
                '"새김", "inferConfidence": 0.98, "boundingPoly": {"vertices": [{"x": 8, "y": 8}, …]}, "lineBreak": true}]}]}',
                _knows, _images)
"""General OCR of NAVER Cloud."""
