"""Our own dialect as JSON: ``{"image_id": …, "regions": [{"polygon", "text", "score"}]}``, a line an image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.predictions.dialect import Dialect, Document, SeenImage, SeenRegion, listed, mapped, names_of, pairs
from schemas.errors import PredictionsWrong
from schemas.reading import Attributes, attributes_from_dict

ATTRIBUTES = frozenset({"direction", "writing", "effects", "language", "legible", "kind", "checked"})
"""Of a region; each may be left out."""


def attributes_of(values: Mapping[str, Any], where: str) -> Attributes | None:
    """The attributes that a region says; None where it says none.

    Args:
        values: the region's, by name.
        where: the region, for people.

    Raises:
        PredictionsWrong: a value outside the vocabulary.
    """
    if ATTRIBUTES.isdisjoint(values):
        return None
    said = {name: values[name] for name in ATTRIBUTES if values.get(name) is not None}
    if not said:
        return None
    try:
        return attributes_from_dict(said)
    except (ValueError, TypeError) as error:
        raise PredictionsWrong(f"{where}: {error}. The names of attributes and their values are those of a release; leave out "
                               "what your engine does not say") from error


def _knows(document: Document) -> bool:
    return isinstance(document.value, dict) and "image_id" in document.value and "regions" in document.value


def _images(document: Document) -> Iterator[SeenImage]:
    regions = [
        _region(mapped(item, document.where, f"regions[{number}]"), f"{document.where}: regions[{number}]")
        for number, item in enumerate(listed(document.value["regions"], document.where, "regions"))]
    yield SeenImage(names_of(Document(None, ""), document.value["image_id"]), document.where, "regions", regions,
                    unit=document.value.get("unit"))


def _region(item: dict[str, Any], where: str) -> SeenRegion:
    return SeenRegion(pairs(item.get("polygon")), item.get("text"), item.get("score"), attributes_of(item, where))


OWN = Dialect("Saegim", None, '{"image_id": "3f9c…", "regions": [{"polygon": [[8, 8], [90, 8], [90, 40], [8, 40]], '
              '"text": "새김", "score": 0.98}]}', _knows, _images)
"""What ``saegim evaluate`` reads without losing anything."""
