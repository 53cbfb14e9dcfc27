"""Upstage Document OCR: ``pages[].words[]``; where lines end stands in the text of the page."""

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
from schemas.reading import Unit


def _knows(document: Document) -> bool:
    pages = document.value.get("pages") if isinstance(document.value, dict) else None
    return isinstance(pages, list) and bool(pages) and all(isinstance(page, dict) and "words" in page for page in pages)


def _images(document: Document) -> Iterator[SeenImage]:
    page = the_page(document.value["pages"], document.where)
    part = "pages[0].words"
    words = [mapped(word, document.where, f"{part}[{number}]")
             for number, word in enumerate(listed(page["words"], document.where, part))]
    regions = [SeenRegion(vertices(word.get("boundingBox")), word.get("text"), word.get("confidence"), after=after)
               for word, after in zip(words, _after(page.get("text"), [word.get("text") for word in words]), strict=True)]
    yield SeenImage(names_of(document), document.where, part, regions, (page.get("width"), page.get("height")))


def _after(text: Any, words: list[Any]) -> list[str | None]:
    """What stands behind each word in the text of the page; nothing is known where the text is not made of the words."""
    unknown: list[str | None] = [None] * len(words)
    if not isinstance(text, str):
        return unknown
    found: list[str | None] = []
    place = 0
    for number, word in enumerate(words):
        begins = text.find(word, place) if isinstance(word, str) else -1
        between = text[place:begins]
        if begins < 0 or between.strip():
            return unknown
        if number:
            found.append(LINE_ENDS if "\n" in between else " ")
        place = begins + len(word)
    return [*found, LINE_ENDS] if words else []


UPSTAGE = Dialect("Upstage Document OCR", Unit.WORD, '{"pages": [{"width": 640, "height": 480, "text": "새김", "words": [{'
                  '"text": "새김", "confidence": 0.98, "boundingBox": {"vertices": [{"x": 8, "y": 8}, …]}}]}]}, in a.json '
                  'for a.jpg', _knows, _images)
"""Its words have no name of the image beside them: the file or the key says it."""
