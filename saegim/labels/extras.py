"""What a JSON format has no field for, beside its own fields under one key: so that what we write comes back whole."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from saegim.labels.labelled import LabelledImage, LabelledRegion
from saegim.labels.texts import as_text

KEY = "saegim"
"""Key of a region, of an image or of a data set in a JSON format, beside the keys that its own readers know."""
EXTRAS_OF_REGIONS = ("legible", "direction", "writing", "effects", "language", "kind", "checked", "region_id")
"""Fields of ``LabelledRegion``, besides polygon and text."""
EXTRAS_OF_IMAGES = ("unit", "split", "group", "image_id", "image_kind", "conditions", "source", "licence")
"""Fields of ``LabelledImage``, besides its name, picture, size and regions."""
VOCABULARY: dict[str, frozenset[object]] = {
    "legible": frozenset({True, False}),
    "checked": frozenset({True, False}),
    "direction": frozenset({"horizontal", "vertical", "curved"}),
    "writing": frozenset({"printed", "handwritten"}),
    "effects": frozenset({"embossed", "dot_matrix", "boundary_violation", "reflective"}),
    "language": frozenset({"ko", "en", "mixed", "digits", "other"}),
    "kind": frozenset({"text", "checkbox", "stamp", "signature"}),
    "unit": frozenset({"word", "line", "character"}),
    "image_kind": frozenset({"scene", "document"}),
    "conditions": frozenset({"wrinkled", "damaged", "low_light", "blurred"}),
}
"""Values that a field may have; fields that are not here are texts. Anything else is not taken from a file."""
IMAGE_ID = re.compile("[0-9a-f]{64}")
"""A sha256."""
LISTS = ("effects", "conditions")
"""Fields with several values."""


def extras_of(region: LabelledRegion, held: Collection[str] = ()) -> dict[str, Any]:
    """What of a region a format has no field for, as JSON holds it; attributes that say nothing are not there.

    ``legible`` is always there (where the format has no field), since a text may look like "don't care"; the text of an
    illegible region is there too, unless the format keeps it.

    Args:
        region: as it is written.
        held: fields of ``LabelledRegion`` for which the format has a field of its own, ``text`` among them where it keeps
            the text of illegible regions.
    """
    given = _said(region, [name for name in EXTRAS_OF_REGIONS if name not in held])
    if "text" not in held and not region.legible and region.text:
        given["text"] = region.text
    if given.get("kind") == "text":
        del given["kind"]
    return given


def extras_json(region: LabelledRegion) -> str:
    """``extras_of`` as JSON, without its closing brace so that more can follow: many times as fast, for attributes repeat."""
    known = attributes_json(region.legible, region.direction, region.writing, region.effects, region.language, region.kind,
                            region.checked)
    named = f'{known}, "region_id": {encode_basestring(region.region_id)}' if region.region_id else known
    return named if region.legible or not region.text else f'{named}, "text": {encode_basestring(region.text)}'


@lru_cache(maxsize=1024)
def attributes_json(legible: bool, direction: str | None, writing: str | None, effects: tuple[str, ...], language: str | None,
                    kind: str, checked: bool | None) -> str:
    """``extras_json`` of a region of which nothing but these attributes is known."""
    region = LabelledRegion((), "", legible, direction, writing, effects, language, kind, checked)
    return json.dumps(extras_of(region), ensure_ascii=False).removesuffix("}")


def with_extras(region: LabelledRegion, given: object) -> LabelledRegion:
    """A region that was read by a format's own fields, with what stands in ``extras_of``; what is no such thing is passed over.

    Args:
        region: as the format's own fields say it.
        given: under ``KEY`` in the file; None and anything else that is no object changes nothing.
    """
    found = _taken(given, EXTRAS_OF_REGIONS)
    if isinstance(given, Mapping) and "legible" in found:
        kept = given.get("text")
        text = region.text if found["legible"] else as_text(kept)
        return replace(region, text=text, **found)
    return replace(region, **found)


def extras_of_image(image: LabelledImage, held: Collection[str] = ()) -> dict[str, Any]:
    """What of an image a format has no field for, as JSON holds it; what is empty is not there.

    Args:
        image: as it is written.
        held: fields of ``LabelledImage`` for which the format has a field, a folder or a file of its own.
    """
    return _said(image, [name for name in EXTRAS_OF_IMAGES if name not in held])


def with_image_extras(image: LabelledImage, given: object) -> LabelledImage:
    """An image that was read by a format's own fields, with what stands in ``extras_of_image``."""
    return replace(image, **_taken(given, EXTRAS_OF_IMAGES))


def _said(record: LabelledRegion | LabelledImage, names: Collection[str]) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in names}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
            if value not in (None, "", ())}


def _taken(given: object, names: Collection[str]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return {}
    found = {name: _value(name, given[name]) for name in names if name in given}
    return {name: value for name, value in found.items() if value is not None}


def _value(name: str, value: object) -> object:
    """A value of a field; None where it is none that the field may have."""
    if name in LISTS:
        items = value if isinstance(value, list) else []
        return tuple(sorted({item for item in items if isinstance(item, str) and item in VOCABULARY[name]}))
    if name in VOCABULARY:
        return value if isinstance(value, str | bool) and value in VOCABULARY[name] else None
    if name == "image_id":  # others have columns of that name, with numbers of their own
        return value if isinstance(value, str) and IMAGE_ID.fullmatch(value) else None
    return as_text(value) if isinstance(value, str) else None
