"""One region of an annotation, from all results that carry its id."""

from __future__ import annotations

import reprlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from adapters.label_studio.results import Renames, Result, chosen_values, foreign_error, only_value, written_text
from adapters.label_studio.screen import Screen, kind_of
from adapters.label_studio.shapes import DRAWS, outline
from schemas.errors import CodecError
from schemas.reading import Attributes, Direction, Effect, Kind, Language, Region, Writing
from schemas.recipes.annotation_config import CHOICES, ILLEGIBLE, LABELS, SHAPES, TEXT
from schemas.text import language_of

LONGEST_ID = 100
"""Characters of a region's id."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """What an annotation was drawn on, and the words that it was made in.

    Attributes:
        width: of the canonical image, in pixels.
        height: of the canonical image, in pixels.
        screen: what the config shows.
        renames: of the config's version that the annotation was made under.
    """

    width: int
    height: int
    screen: Screen
    renames: Renames

    def region(self, region_id: str, results: list[Result]) -> Region | None:
        """One region from all results with its id.

        Returns:
            None where its kind is dropped, or where less than a pixel of it lies on the image and it has no text.

        Raises:
            CodecError: the results are not one outline with one kind and values of the vocabulary, or lie outside the image.
        """
        where = _where(region_id, results)
        for result in results:
            self._check_size(result, where)
        shapes = [result for result in results if result["type"] in DRAWS or result["type"] in DRAWS.values()]
        if len(shapes) != 1 or shapes[0]["from_name"] not in SHAPES:
            kinds = ", ".join(sorted({reprlib.repr(result["type"]) for result in results})[:5])
            raise CodecError(f"{where} has {len(shapes)} outlines ({kinds}): draw it again as one polygon, rectangle or ellipse")
        [shape] = shapes
        by_control: dict[str, list[Result]] = defaultdict(list)
        for result in results:
            name = result["from_name"]
            if result is shape:
                continue
            if result["type"] != ("textarea" if name == TEXT else "choices") or name not in (TEXT, *CHOICES):
                raise foreign_error(result, where)
            by_control[name].append(result)
        if shape["type"] not in DRAWS or not shape["value"].get(shape["type"]):
            raise CodecError(f"{where} has no kind: choose one of {', '.join(Kind)}")
        polygon = outline(shape, where, self.width, self.height)
        label = only_value(chosen_values(shapes, shape["from_name"], where, self.renames), "", LABELS, where)
        if not label:
            return None
        kind = kind_of(label)
        text = written_text(by_control[TEXT], where) if self.screen.shows(TEXT, kind) else ""
        attributes = self._attributes(kind, by_control, text, where)
        if label == ILLEGIBLE:
            attributes = replace(attributes, legible=False)
        if polygon is None and text:
            raise CodecError(f"{where} lies outside the image, or has less than a pixel: draw it again or "
                             "delete it")
        return Region(region_id, polygon, text, attributes) if polygon else None

    def _attributes(self, kind: Kind, by_control: Mapping[str, list[Result]], text: str, where: str) -> Attributes:
        said = {name: chosen_values(by_control[name], name, where, self.renames)
                for name in CHOICES if name in by_control and self.screen.shows(name, kind)}

        def value(name: str, default: str) -> str:
            return only_value(said.get(name, []), default, name, where)

        plain = Attributes()
        return Attributes(
            direction=Direction(value("direction", plain.direction)),
            writing=Writing(value("writing", plain.writing)),
            effects=tuple(sorted(Effect(item) for item in said.get("effects", []))),
            language=Language(value("language", language_of(text))),
            legible=not said.get("legible"),
            kind=kind,
            checked={"checked": True, "unchecked": False}.get(value("checked", "")),
        )

    def _check_size(self, result: Result, where: str) -> None:
        found = result.get("original_width", self.width), result.get("original_height", self.height)
        if found != (self.width, self.height):
            shown = " × ".join(reprlib.repr(item) for item in found)
            raise CodecError(f"{where} was drawn on a picture of {shown} pixels, but the image has {self.width} × {self.height}: "
                             "the task shows another picture; delete the task and push it again")


def region_id_of(result: Result) -> str:
    """The id that a result carries.

    Raises:
        CodecError: there is none, or one that cannot be kept.
    """
    found = result.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID or not found.isprintable():
        raise CodecError(f"a result of {reprlib.repr(result['from_name'])} has the region id {reprlib.repr(found)}: delete that "
                         "region and draw it again")
    return found


def _where(region_id: str, results: list[Result]) -> str:
    """What messages call a region: by its id, which programs know, and by its first text, which people see."""
    values = [result["value"].get("text") for result in results if result["from_name"] == TEXT]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    return f"region {region_id} ({reprlib.repr(texts[0])})" if texts and isinstance(texts[0], str) else f"region {region_id}"
