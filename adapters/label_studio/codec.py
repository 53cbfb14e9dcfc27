"""Label Studio's JSON ↔ readings. Percent exists only in here (design D6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.label_studio.annotation_config import IMAGE, LABELS, TEXT, AnnotationConfig
from schemas.errors import CodecError
from schemas.geometry import tidy
from schemas.reading import (
    REGION_VOCABULARY,
    Attributes,
    Condition,
    Direction,
    Effect,
    ImageKind,
    Kind,
    Language,
    Reading,
    Region,
    Writing,
)
from schemas.text import normalise

Result = dict[str, Any]


def to_prediction(reading: Reading, config: AnnotationConfig) -> dict[str, Any]:
    """A reading as Label Studio shows it to an annotator. Every result of a region carries the region's id.

    Raises:
        CodecError: the reading's unit is not the config's.
    """
    if reading.unit is not config.unit:
        raise CodecError(f"a reading of {reading.unit}s cannot be shown in {config.run}, which labels {config.unit}s")
    scores = [region.score for region in reading.regions if region.score is not None]
    results = [result for region in reading.regions for result in _results(region, reading.width, reading.height)]
    results += _image_results(reading)
    return {
        "model_version": reading.reader.removeprefix("model:"),
        "score": round(sum(scores) / len(scores), 3) if scores else 0.0,
        "result": results,
    }


def from_annotation(annotation: Mapping[str, Any], *, image_id: str, width: int, height: int, revision: int,
                    reader: str, config: AnnotationConfig) -> Reading:
    """What an annotator submitted, as a reading.

    Args:
        annotation: Label Studio's annotation, with ``result``.
        image_id: the image that its task shows.
        width: of the canonical image, in pixels.
        height: of the canonical image, in pixels.
        revision: orders the states of one annotation.
        reader: ``person:<name>``.
        config: the annotation config of the project.

    Raises:
        CodecError: a result that the config does not allow; the message names the region and the repair.
    """
    by_region: dict[str, list[Result]] = defaultdict(list)
    whole: dict[str, list[str]] = {}
    for result in annotation.get("result") or []:
        if result.get("type") == "choices" and result.get("from_name") in ("image_kind", "condition"):
            whole[result["from_name"]] = list(result["value"].get("choices") or [])
        else:
            by_region[str(result.get("id"))].append(result)
    regions = (_region(region_id, results, width, height) for region_id, results in by_region.items())
    try:
        image_kind = ImageKind((whole.get("image_kind") or [ImageKind.SCENE])[0])
        conditions = tuple(sorted(Condition(value) for value in whole.get("condition", [])))
    except ValueError as error:
        raise CodecError(f"{error}: choose one of the listed values") from None
    return Reading(image_id, reader, config.run, revision, config.unit, width, height,
                   tuple(region for region in regions if region), image_kind, conditions)


def _results(region: Region, width: int, height: int) -> Iterable[Result]:
    points = [[x / width * 100, y / height * 100] for x, y in region.polygon]
    common = {"id": region.region_id, "to_name": IMAGE, "original_width": width, "original_height": height,
              "image_rotation": 0}
    if region.score is not None:
        common["score"] = region.score

    def result(name: str, kind: str, values: Iterable[str]) -> Result:
        key = "text" if kind == "textarea" else kind
        return {**common, "from_name": name, "type": kind,
                "value": {"points": points, "closed": True, key: list(values)}}

    attributes = region.attributes
    yield result(LABELS, "polygonlabels", [attributes.kind])
    if region.text:
        yield result(TEXT, "textarea", [region.text])
    yield result("direction", "choices", [attributes.direction])
    yield result("writing", "choices", [attributes.writing])
    yield result("language", "choices", [attributes.language])
    if attributes.effects:
        yield result("effects", "choices", attributes.effects)
    if not attributes.legible:
        yield result("legible", "choices", ["illegible"])
    if attributes.checked is not None:
        yield result("checked", "choices", ["checked" if attributes.checked else "unchecked"])


def _image_results(reading: Reading) -> Iterable[Result]:
    def result(name: str, values: Iterable[str]) -> Result:
        return {"id": f"{name}-{reading.image_id[:10]}", "from_name": name, "to_name": IMAGE, "type": "choices",
                "value": {"choices": list(values)}}

    yield result("image_kind", [reading.image_kind])
    if reading.conditions:
        yield result("condition", reading.conditions)


def _region(region_id: str, results: list[Result], width: int, height: int) -> Region | None:
    """One region from all results with its id; None where nothing of it lies on the image."""
    shapes = [result for result in results if result.get("type") == "polygonlabels"]
    if len(shapes) != 1:
        types = ", ".join(sorted({str(result.get("type")) for result in results}))
        raise CodecError(f"region {region_id} has {len(shapes)} polygons ({types}): draw it again as one polygon")
    [shape] = shapes
    values: dict[str, list[str]] = {}
    for result in results:
        name = str(result.get("from_name"))
        if result.get("type") == "textarea" and name == TEXT:
            values[name] = [str(text) for text in _listed(result["value"].get("text"))]
        elif result.get("type") == "choices":
            values[name] = [str(value) for value in _listed(result["value"].get("choices"))]
        elif result is not shape:
            raise CodecError(f"region {region_id}: {result.get('type')} {name!r} is not part of the annotation config")
    texts = values.pop(TEXT, [])
    if len(texts) > 1:
        raise CodecError(f"region {region_id} has {len(texts)} texts: keep one")
    polygon = tidy([(x / 100 * width, y / 100 * height) for x, y in shape["value"]["points"]], width, height)
    if polygon is None:
        return None
    return Region(region_id, polygon, normalise(texts[0]) if texts else "",
                  _attributes(region_id, shape["value"]["polygonlabels"], values))


def _attributes(region_id: str, labels: list[str], values: dict[str, list[str]]) -> Attributes:
    checked = values.pop("checked", [])
    illegible = values.pop("legible", [])
    unknown = sorted(set(values) - set(REGION_VOCABULARY))
    if unknown:
        raise CodecError(f"region {region_id}: {', '.join(unknown)} is not part of the annotation config")
    try:
        return Attributes(
            direction=Direction((values.get("direction") or [Direction.HORIZONTAL])[0]),
            writing=Writing((values.get("writing") or [Writing.PRINTED])[0]),
            effects=tuple(sorted(Effect(value) for value in values.get("effects", []))),
            language=Language((values.get("language") or [Language.OTHER])[0]),
            legible=not illegible,
            kind=Kind(labels[0]),
            checked=checked[0] == "checked" if checked else None,
        )
    except (ValueError, IndexError) as error:
        raise CodecError(f"region {region_id}: {error}; choose one of the listed values") from None


def _listed(value: Any) -> list[Any]:
    """Label Studio writes a single text now as a list, now as a string."""
    return [] if value is None else [value] if isinstance(value, str) else list(value)
