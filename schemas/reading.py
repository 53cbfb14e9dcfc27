"""What a reader saw on an image, and the fixed vocabulary to describe it.

The vocabulary is defined here and nowhere else: each value is a region attribute, a slice, a bonus category of
campaigns and a choice on the Label Studio screen.
"""

from __future__ import annotations

import functools
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from schemas.ids import digest
from schemas.reader import Reader

Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Pixels of the canonical image, clockwise on the screen from the reading start, at least three corners, not closed."""


class Unit(StrEnum):
    """What one region is."""

    WORD = "word"
    LINE = "line"
    CHARACTER = "character"


class Direction(StrEnum):
    """How the text runs."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    CURVED = "curved"


class Writing(StrEnum):
    """By machine or by hand."""

    PRINTED = "printed"
    HANDWRITTEN = "handwritten"


class Effect(StrEnum):
    """What makes letters hard to read; a region may have several."""

    EMBOSSED = "embossed"
    DOT_MATRIX = "dot_matrix"
    BOUNDARY_VIOLATION = "boundary_violation"
    REFLECTIVE = "reflective"


class Language(StrEnum):
    """Language of the text."""

    KO = "ko"
    EN = "en"
    MIXED = "mixed"
    DIGITS = "digits"
    OTHER = "other"


class Kind(StrEnum):
    """What the region holds."""

    TEXT = "text"
    CHECKBOX = "checkbox"
    STAMP = "stamp"
    SIGNATURE = "signature"


class ImageKind(StrEnum):
    """What the photograph shows."""

    SCENE = "scene"
    DOCUMENT = "document"


class Condition(StrEnum):
    """State of the photographed thing or of the photograph; an image may have several."""

    WRINKLED = "wrinkled"
    DAMAGED = "damaged"
    LOW_LIGHT = "low_light"
    BLURRED = "blurred"


REGION_VOCABULARY: dict[str, tuple[str, ...]] = {
    "direction": tuple(Direction),
    "writing": tuple(Writing),
    "effects": tuple(Effect),
    "language": tuple(Language),
    "kind": tuple(Kind),
}
"""Region attributes whose values are names. ``legible`` and ``checked`` are true or false."""


ALL_SLICES = tuple(sorted({value for values in REGION_VOCABULARY.values() for value in values} | {"illegible"}))
"""Names of all slices."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """Attributes of one region. ``legible=False`` is "don't care" in every metric and format."""

    direction: Direction = Direction.HORIZONTAL
    writing: Writing = Writing.PRINTED
    effects: tuple[Effect, ...] = ()
    language: Language = Language.OTHER
    legible: bool = True
    kind: Kind = Kind.TEXT
    checked: bool | None = None

    @functools.cache  # noqa: B019  there are a few hundred combinations, and a release has millions of regions
    def slices(self) -> tuple[str, ...]:
        """Names of the slices that a region with these attributes belongs to, sorted."""
        names = {str(self.direction), str(self.writing), str(self.language), str(self.kind), *map(str, self.effects)}
        return tuple(sorted(names if self.legible else names | {"illegible"}))


@dataclass(frozen=True, slots=True)
class Region:
    """One piece of text, check box or stamp on an image.

    Attributes:
        region_id: kept from prediction through annotation to the release.
        polygon: see ``Polygon``.
        text: NFC; empty where there is none.
        score: the model's confidence in [0, 1], three decimals; None for a person.
        replaces: id of the region that this one was redrawn from.
        recogniser: which of a model's recognisers read the text, joined by ``+`` where several did; None for a person.
    """

    region_id: str
    polygon: Polygon
    text: str
    attributes: Attributes = field(default_factory=Attributes)
    score: float | None = None
    replaces: str | None = None
    recogniser: str | None = None


LOOKED_AGAIN = 1
"""Revision of a model's reading that has what its second look found, as campaigns that collect displays ask for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All regions of one image as one reader saw them.

    The key is (image_id, reader, run, revision). ``reader`` is ``model:<name>``, ``person:<pseudonym>``,
    ``merged:<digest>`` for what was merged of several people's readings, or ``source:<source>`` for labels of a public data
    set; ``run`` is the model run's digest, ``<annotation config>@<version>`` or the source; ``revision`` orders the states of
    one annotation, or of a source's labels, and is 0 for a model, or ``LOOKED_AGAIN``. ``width`` and
    ``height`` are those of the canonical image.
    """

    image_id: str
    reader: str
    run: str
    revision: int
    unit: Unit
    width: int
    height: int
    regions: tuple[Region, ...]
    image_kind: ImageKind = ImageKind.SCENE
    conditions: tuple[Condition, ...] = ()

    @property
    def reading_id(self) -> str:
        """Its natural key, hashed: what the ledger names it by."""
        return digest("reading", self.image_id, self.reader, self.run, str(self.revision), length=32)

    @property
    def by_person(self) -> bool:
        """Whether a person made it, or several did."""
        return Reader(self.reader).by_person

    def regions_json(self) -> str:
        """Regions as compact JSON with sorted keys; ``regions_from_json`` reads it back."""
        return regions_to_json(self.regions)


def regions_to_json(regions: Sequence[Region]) -> str:
    """Regions as compact JSON with sorted keys; ``regions_from_json`` reads it back."""
    return json.dumps([_plain(region) for region in regions], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(region: Region) -> dict[str, Any]:
    """The same as ``dataclasses.asdict``, which copies every corner: a quarter of the time that collecting took."""
    found = {name: getattr(region, name) for name in Region.__slots__}
    return {**found, "attributes": {name: getattr(region.attributes, name) for name in Attributes.__slots__}}


@dataclass(frozen=True, slots=True)
class Summary:
    """What ordering many images needs to know of a reading.

    Attributes:
        regions: how many it has.
        uncertainty: 1 less the mean score of its regions, three decimals; 0 where none has a score.
        slices: names of the slices that its regions belong to, sorted.
        lines: how many of its regions are text that does not run downwards.
        line_height: median of the heights of these, in pixels of the canonical image, one decimal; 0 where there is none.
    """

    regions: int
    uncertainty: float
    slices: tuple[str, ...]
    lines: int = 0
    line_height: float = 0


def summarise(regions: Sequence[Region]) -> Summary:
    """The summary of a reading with these regions."""
    score = mean_score(regions)
    slices = sorted({name for region in regions for name in region.attributes.slices()})
    heights = [line_height(region.polygon) for region in regions
               if region.attributes.kind is Kind.TEXT and region.attributes.direction is not Direction.VERTICAL]
    return Summary(len(regions), 0.0 if score is None else round(1 - score, 3), tuple(slices), len(heights),
                   round(statistics.median(heights), 1) if heights else 0)


def mean_score(regions: Sequence[Region]) -> float | None:
    """The mean of the scores of regions, in [0, 1]; None where none has one."""
    scores = [region.score for region in regions if region.score is not None]
    return sum(scores) / len(scores) if scores else None


def line_height(polygon: Polygon) -> float:
    """How high a line is, in pixels: the short side of its outline; of one with more than four corners, of the box around it."""
    if len(polygon) == 4:
        sides = [math.dist(polygon[place - 1], polygon[place]) for place in range(4)]
        return min(sides[0] + sides[2], sides[1] + sides[3]) / 2
    across = [x for x, _ in polygon]
    down = [y for _, y in polygon]
    return min(max(across) - min(across), max(down) - min(down))


def attributes_from_dict(values: dict[str, Any]) -> Attributes:
    """Builds attributes from plain values.

    Raises:
        ValueError: a value outside the vocabulary.
    """
    return Attributes(
        direction=Direction(values.get("direction", Direction.HORIZONTAL)),
        writing=Writing(values.get("writing", Writing.PRINTED)),
        effects=tuple(sorted({Effect(effect) for effect in values.get("effects") or ()})),
        language=Language(values.get("language", Language.OTHER)),
        legible=bool(values.get("legible", True)),
        kind=Kind(values.get("kind", Kind.TEXT)),
        checked=values.get("checked"),
    )


def regions_from_json(text: str) -> tuple[Region, ...]:
    """Reads what ``regions_to_json`` wrote."""
    return tuple(
        Region(
            region_id=item["region_id"],
            polygon=tuple((float(x), float(y)) for x, y in item["polygon"]),
            text=item["text"],
            attributes=attributes_from_dict(item["attributes"]),
            score=item["score"],
            replaces=item["replaces"],
            recogniser=item.get("recogniser"),  # readings older than 0.2 do not say
        )
        for item in json.loads(text)
    )
