"""PaddleOCR: lines of ``Label.txt``, results of its version 2 as Python prints them, and the JSON of its version 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.predictions.dialect import Dialect, Document, SeenImage, SeenRegion, listed, mapped, names_of, pairs
from schemas.errors import PredictionsWrong
from schemas.reading import Unit

TEXT_AND_SCORE = 2
"""A result of version 2 is a pair of an outline and a pair of text and score."""


def _knows(document: Document) -> bool:
    value = document.value
    if isinstance(value, dict):
        return _is_three(value)
    if not (document.name or document.file):
        return False
    return value is None or (isinstance(value, list) and all(map(_is_item, _page(value))))


def _is_three(value: dict[str, Any]) -> bool:
    inner = value.get("res", value)
    return isinstance(inner, dict) and ("rec_texts" in inner or "dt_polys" in inner)


def _is_item(item: Any) -> bool:
    return _is_label(item) or _is_two(item)


def _is_label(item: Any) -> bool:
    return isinstance(item, dict) and "points" in item


def _is_two(item: Any) -> bool:
    return _is_read(item) or _is_outline(item)


def _is_outline(item: Any) -> bool:
    return isinstance(item, list) and bool(item) and all(
        isinstance(corner, list) and len(corner) == 2 and not any(isinstance(value, (list, dict)) for value in corner)
        for corner in item)


def _is_read(item: Any) -> bool:
    """Whether it is ``[outline, [text, score]]``."""
    return isinstance(item, list) and len(item) == TEXT_AND_SCORE and isinstance(item[1], list) and (
        bool(item[1]) and isinstance(item[1][0], str))


def _page(value: list[Any]) -> list[Any]:
    """The regions of a result; from 2.7 on version 2 puts them into a list of pages, and null for a page without text."""
    if len(value) == 1 and value[0] is None:
        return []
    if len(value) == 1 and isinstance(value[0], list) and value[0] and all(
            isinstance(item, list) and _is_read(item) for item in value[0]):
        return value[0]
    return value


def _images(document: Document) -> Iterator[SeenImage]:
    if isinstance(document.value, dict):
        yield _three(document)
        return
    regions = [_labelled(item) if isinstance(item, dict) else _two(item) for item in _page(document.value or [])]
    yield SeenImage(names_of(document), document.where, "", regions)


def _labelled(item: dict[str, Any]) -> SeenRegion:
    return SeenRegion(pairs(item["points"]), item.get("transcription", item.get("label", "")), item.get("score"))


def _two(item: list[Any]) -> SeenRegion:
    if _is_read(item):
        text, *score = item[1]
        return SeenRegion(pairs(item[0]), text, score[0] if score else None)
    return SeenRegion(item, "")


def _three(document: Document) -> SeenImage:
    result = mapped(document.value.get("res", document.value), document.where, "res")
    where = document.where
    if "rec_texts" in result:
        texts = listed(result["rec_texts"], where, "rec_texts")
        outlines = _outlines(result, len(texts), where)
        scores = _as_many(listed(result.get("rec_scores"), where, "rec_scores"), len(texts), where, "rec_scores")
    else:
        outlines = listed(result["dt_polys"], where, "dt_polys")
        texts = [""] * len(outlines)
        scores = _as_many(listed(result.get("dt_scores"), where, "dt_scores"), len(outlines), where, "dt_scores")
    regions = [SeenRegion(pairs(outline), text, score) for outline, text, score in zip(outlines, texts, scores, strict=True)]
    return SeenImage(names_of(document, result.get("input_path")), where, "rec_polys", regions, note=_note(result))


def _outlines(result: dict[str, Any], count: int, where: str) -> list[Any]:
    """One outline a text: of what was recognised, else of what was detected where nothing was dropped in between."""
    for name in ("rec_polys", "rec_boxes", "dt_polys"):
        if len(found := listed(result.get(name), where, name)) == count:
            return found
    raise PredictionsWrong(f"{where}: {count} rec_texts, and neither rec_polys nor rec_boxes nor dt_polys has as many outlines")


def _as_many(values: list[Any], count: int, where: str, name: str) -> list[Any]:
    if values and len(values) != count:
        raise PredictionsWrong(f"{where}: {name} has {len(values)} values for {count} regions")
    return values or [None] * count


def _note(result: dict[str, Any]) -> str:
    """Whether version 3 read another picture than the one it was given."""
    before = result.get("doc_preprocessor_res")
    if not isinstance(before, dict):
        return ""
    settings = before.get("model_settings")
    flattened = isinstance(settings, dict) and settings.get("use_doc_unwarping") is True
    if flattened or before.get("angle") in (90, 180, 270):
        return ("PaddleOCR turned or flattened the picture before it read it, and its outlines belong to that one; run it with "
                "use_doc_orientation_classify=False and use_doc_unwarping=False")
    return ""


PADDLEOCR = Dialect("PaddleOCR", Unit.LINE, 'a.jpg<tab>[{"transcription": "새김", "points": [[8, 8], [90, 8], [90, 40], [8, 40]]'
                    '}], or {"input_path": "a.jpg", "rec_texts": ["새김"], "rec_scores": [0.98], "rec_polys": [[[8, 8], [90, 8], '
                    '[90, 40], [8, 40]]]}', _knows, _images)
"""Its versions 2 and 3."""
