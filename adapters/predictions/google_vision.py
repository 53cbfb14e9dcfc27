"""Google Vision: ``fullTextAnnotation``, as its REST interface writes it and as its Python client does (``text_annotation``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.predictions.dialect import (
    Dialect,
    Document,
    SeenImage,
    SeenRegion,
    listed,
    mapped,
    names_of,
    the_page,
    vertices,
)
from adapters.predictions.joining import LINE_ENDS
from schemas.errors import PredictionsWrong
from schemas.reading import Unit

BREAKS = {"SPACE": " ", "SURE_SPACE": " ", "EOL_SURE_SPACE": LINE_ENDS, "HYPHEN": LINE_ENDS, "LINE_BREAK": LINE_ENDS,
          1: " ", 2: " ", 3: LINE_ENDS, 4: LINE_ENDS, 5: LINE_ENDS}
"""What stands behind a symbol, by name and by number of ``TextAnnotation.DetectedBreak.BreakType``."""
ANSWER = frozenset({"fullTextAnnotation", "full_text_annotation", "textAnnotations", "text_annotations"})
"""An answer has one of these."""


def _knows(document: Document) -> bool:
    value = document.value
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("responses"), list) or bool(ANSWER & value.keys()) or _is_annotation(value)


def _is_annotation(value: dict[str, Any]) -> bool:
    pages = value.get("pages")
    return isinstance(pages, list) and bool(pages) and all(isinstance(page, dict) and "blocks" in page for page in pages)


def _images(document: Document) -> Iterator[SeenImage]:
    value = document.value
    if not isinstance(value.get("responses"), list):
        yield _image(document, {"fullTextAnnotation": value} if _is_annotation(value) else value, names_of(document))
        return
    for number, response in enumerate(value["responses"]):
        answer = mapped(response, document.where, f"responses[{number}]")
        context = answer.get("context")
        uri = context.get("uri") if isinstance(context, dict) else ""
        # Several answers in one file cannot all be of the image that the file is named after.
        names = names_of(document, uri) if len(value["responses"]) == 1 else names_of(Document(None, ""), uri)
        yield _image(document, answer, names)


def _image(document: Document, answer: dict[str, Any], names: tuple[str, ...]) -> SeenImage:
    where = document.where
    annotation = _either(answer, "fullTextAnnotation", "full_text_annotation")
    error = answer.get("error")
    failed = str(error.get("message", error)) if isinstance(error, dict) and error else ""
    if not annotation:
        if _either(answer, "textAnnotations", "text_annotations"):
            raise PredictionsWrong(f"{where} has textAnnotations without fullTextAnnotation, which alone says words and lines: "
                                   "ask for the feature DOCUMENT_TEXT_DETECTION")
        return SeenImage(names, where, "words", [], failed=failed)
    pages = listed(mapped(annotation, where, "fullTextAnnotation").get("pages"), where, "fullTextAnnotation.pages")
    if not pages:
        return SeenImage(names, where, "words", [], failed=failed)
    page = the_page(pages, where)
    size = (page.get("width"), page.get("height"))
    return SeenImage(names, where, "words", list(_regions(page, size, where)), size, failed)


def _regions(page: dict[str, Any], size: tuple[Any, Any], where: str) -> Iterator[SeenRegion]:
    for block in _objects(page, "blocks", where):
        for paragraph in _objects(block, "paragraphs", where):
            words = list(_objects(paragraph, "words", where))
            for number, word in enumerate(words, 1):
                symbols = list(_objects(word, "symbols", where))
                text = "".join(str(symbol.get("text") or "") for symbol in symbols)
                after = _after(symbols) or (LINE_ENDS if number == len(words) else "")
                yield SeenRegion(_corners(word, size), text, word.get("confidence"), after=after)


def _objects(holder: dict[str, Any], name: str, where: str) -> Iterator[dict[str, Any]]:
    for number, item in enumerate(listed(holder.get(name), where, name)):
        yield mapped(item, where, f"{name}[{number}]")


def _after(symbols: list[dict[str, Any]]) -> str:
    """What stands behind a word, as its last symbol says; nothing where that says nothing, as before a comma."""
    known = symbols[-1].get("property") if symbols else None
    found = _either(known, "detectedBreak", "detected_break") if isinstance(known, dict) else None
    kind = _either(found, "type", "type_") if isinstance(found, dict) else None
    return BREAKS.get(kind, "") if isinstance(kind, (str, int)) else ""


def _corners(word: dict[str, Any], size: tuple[Any, Any]) -> Any:
    box = _either(word, "boundingBox", "bounding_box")
    if found := vertices(box):
        return found
    shares = vertices({"vertices": _either(box, "normalizedVertices", "normalized_vertices")}) if isinstance(box, dict) else None
    try:
        width, height = (float(side) for side in size)
        return [[float(x) * width, float(y) * height] for x, y in shares or ()]
    except (TypeError, ValueError, OverflowError):
        return None


def _either(item: dict[str, Any], name: str, other: str) -> Any:
    """A value by the name that REST gives it, or by the one that Python gives it."""
    return item[name] if item.get(name) is not None else item.get(other)


GOOGLE_VISION = Dialect("Google Vision", Unit.WORD, '{"responses": [{"fullTextAnnotation": {"pages": [{"width": 640, "height": '
                        '480, "blocks": [{"paragraphs": [{"words": [{"boundingBox": {"vertices": [{"x": 8, "y": 8}, …]}, '
                        '"symbols": [{"text": "새"}, …]}]}]}]}]}}]}, in a.json for a.jpg', _knows, _images)
"""The answer to DOCUMENT_TEXT_DETECTION or TEXT_DETECTION."""
