"""A PAGE document of any of its schemas, and of Transkribus, eScriptorium and OCR-D, as labels of one picture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from saegim.formats.page_writing import CUSTOM, GRAPHICS, LANGUAGES, LEVELS
from saegim.labels.drafts import Draft, DraftImage, no_picture
from saegim.labels.extras import LISTS, with_extras, with_image_extras
from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.texts import as_text

NO_TEXT = "nobody wrote its text: only its outline is there"
NO_LINES = "a text region without lines"
ENTITY = "an entity of its own document in its text, which is not resolved"
OTHER_READINGS = "readings beside the first"
OWN = re.compile(CUSTOM + r" \{([^}]*)\}")
NAMES = re.compile(r"(\w+) *\{[^}]*\}")
"""Names of the properties in an attribute ``custom``."""
KNOWN = ("readingOrder", "structure", CUSTOM)
"""Those of which nothing is lost: order is that of the lines, and what a text is in its page's layout is nothing of ours."""
LINE = "TextLine"
REGION = "TextRegion"
DIRECTIONS = {"left-to-right": "horizontal", "right-to-left": "horizontal", "top-to-bottom": "vertical",
              "bottom-to-top": "vertical"}
WRITINGS = {"printed": "printed", "typewritten": "printed", "handwritten-cursive": "handwritten",
            "handwritten-printscript": "handwritten"}
LANGUAGE_OF = {name: language for language, name in LANGUAGES.items()}
SCALARS = {"true": True, "false": False}


def tag_of(element: Element) -> str:
    """The name of an element without its schema's namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def draft_of(page: Element, name: str, split: str) -> DraftImage:
    """The labels of a picture.

    Args:
        page: the element ``Page``.
        name: of the image.
        split: that the path of the document says; ours say it themselves.
    """
    own = _own(page)
    said = own.get("unit")
    unit = said if said in LEVELS else _unit(page)
    order = _reading_order(page)
    drafts: list[Draft] = []
    for region in sorted(_regions(page), key=lambda one: order.get(one.get("id", ""), len(order))):
        drafts += _drafts(region, unit)
    image = with_image_extras(LabelledImage(name, no_picture, 0, 0, unit, split="" if own else split), own)
    return DraftImage(image, drafts, (page.get("imageWidth"), page.get("imageHeight")), tuple(_lost(page, unit)))


def _regions(page: Element) -> Iterator[Element]:
    """All regions that are labels, nested ones too, in the order of the document."""
    for element in page.iter():
        tag = tag_of(element)
        if tag == REGION or (tag in ("GraphicRegion", "CustomRegion") and _kind(element)):
            yield element


def _kind(element: Element) -> str:
    said = element.get("type", "")
    return said if said in (*GRAPHICS, "checkbox") else ""


def _unit(page: Element) -> str:
    """Lines where they have texts, or where nothing within them has; else the deeper level that has."""
    for unit, levels in LEVELS.items():
        if any(tag_of(element) == levels[-1] and _texts(element) for element in page.iter()):
            return unit
    return "line"


def _drafts(region: Element, unit: str) -> Iterator[Draft]:
    if kind := _kind(region):
        own = _own(region)
        label = with_extras(LabelledRegion((), as_text(own.get("text")), kind=kind), own)
        yield Draft(_corners(region), label)
        return
    lines = [line for line in region if tag_of(line) == LINE]
    if not lines and _texts(region):
        yield Draft(None, LabelledRegion((), ""), left_out=NO_LINES)
    for line in lines:
        for path in _paths(line, LEVELS[unit][1:]):
            yield _draft([region, line, *path])


def _paths(element: Element, levels: tuple[str, ...]) -> Iterator[list[Element]]:
    """The elements below one, down to the last of these levels."""
    if not levels:
        yield []
        return
    for child in element:
        if tag_of(child) == levels[0]:
            for below in _paths(child, levels[1:]):
                yield [child, *below]


def _draft(chain: list[Element]) -> Draft:
    """One label, with the elements in which it lies, the outermost first: what they say of it holds for it too."""
    element = chain[-1]
    lost: list[str] = []
    own = _own(element)
    texts = _texts(element)
    if len(texts) > 1:
        lost.append(OTHER_READINGS)
    direction = DIRECTIONS.get(_said(chain, "readingDirection"))
    production = _said(chain, "production")
    language = _said(chain, "language") or _said(chain, "primaryLanguage")
    if production and production not in WRITINGS:
        lost.append(f"production {production}")
    if language and language not in LANGUAGE_OF:
        lost.append(f"language {language}")
    if _number(chain[0].get("orientation")):
        lost.append("orientation of its text region")
    lost += [f"custom {name}" for name in NAMES.findall(element.get("custom", "")) if name not in KNOWN]
    label = LabelledRegion((), as_text(texts[0]) if texts else "", direction=direction, writing=WRITINGS.get(production),
                           language=LANGUAGE_OF.get(language))
    told = texts or "legible" in own
    return Draft(_corners(element), with_extras(label, own), lost=tuple(lost), doubts=() if told else (NO_TEXT,),
                 left_out=ENTITY if _has_entity(element) else "")


def _said(chain: list[Element], name: str) -> str:
    """An attribute of the innermost element that has it."""
    return next((value for element in reversed(chain) if (value := element.get(name))), "")


def _texts(element: Element) -> list[str]:
    """Readings of an element, the first by its index; an empty one is a reading too."""
    equivs = [child for child in element if tag_of(child) == "TextEquiv"]
    found = []
    for equiv in sorted(equivs, key=lambda one: _number(one.get("index"))):
        texts = {tag_of(child): _text(child) for child in equiv}
        if texts:
            found.append(texts.get("Unicode") or texts.get("PlainText", ""))
    return found


def _text(element: Element) -> str:
    """All of an element's text, also what stands behind comments within it."""
    return (element.text or "") + "".join((_text(child) if tag_of(child) else "") + (child.tail or "") for child in element)


def _has_entity(element: Element) -> bool:
    """Whether an entity that the document defines by itself stands in an element's readings: they are never resolved."""
    return any(callable(part.tag) and getattr(part, "name", None) for child in element if tag_of(child) == "TextEquiv"
               for part in child.iter())


def _corners(element: Element) -> list[list[str]] | None:
    """An outline: ``points`` of the schemas since 2013, ``Point`` elements of those before."""
    coords = next((child for child in element if tag_of(child) == "Coords"), None)
    if coords is None:
        return None
    if points := coords.get("points"):
        return [point.split(",") for point in points.split()]
    return [[point.get("x", ""), point.get("y", "")] for point in coords]


def _reading_order(page: Element) -> dict[str, int]:
    """Places of regions by id, as the document orders them; empty where it does not."""
    order = next((child for child in page if tag_of(child) == "ReadingOrder"), None)
    return {} if order is None else {one: place for place, one in enumerate(dict.fromkeys(_ordered(order)))}


def _ordered(group: Element) -> Iterator[str]:
    for element in sorted(group, key=lambda one: _number(one.get("index"))):
        if reference := element.get("regionRef"):
            yield reference
        yield from _ordered(element)


def _lost(page: Element, unit: str) -> Iterator[str]:
    """What of a page has no place here."""
    tags = {tag_of(element) for element in page.iter()}
    if "Baseline" in tags:
        yield "baselines"
    for other in LEVELS:
        if other != unit and other not in ("line", "word")[:len(LEVELS[unit]) - 1] and LEVELS[other][-1] in tags:
            yield f"its {other}s, beside its {unit}s"
    for tag in sorted(tags):
        if tag.endswith("Region") and tag != REGION and any(
                tag_of(element) == tag and not _kind(element) for element in page.iter()):
            yield f"{tag}: no text"


def _own(element: Element) -> dict[str, Any]:
    """Our own properties of an element; see ``page_writing``."""
    found = OWN.search(element.get("custom", ""))
    pairs = (part.strip(" ").partition(":") for part in found[1].split(";")) if found else ()
    given = {name: unquote(value) for name, _, value in pairs if name}
    return {name: value.split(",") if name in LISTS else SCALARS.get(value, value) if name in ("legible", "checked") else value
            for name, value in given.items()}


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
