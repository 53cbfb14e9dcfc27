"""Label Studio's JSON ↔ readings. Percent exists only in here and in ``shapes`` (design D6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from adapters.label_studio.regions import Frame, region_id_of
from adapters.label_studio.results import Renames, Result, chosen, foreign, one, results_of, written
from adapters.label_studio.screen import Screen, screen_of
from schemas.errors import CodecError
from schemas.reading import Condition, ImageKind, Reading, Region
from schemas.recipes.annotation_config import IMAGE, LABELS, OF_THE_IMAGE, TEXT, AnnotationConfig

PERCENT_DECIMALS = 6
"""A thousandth of a pixel on 100,000; more digits only make the import longer."""
WHOLE = "the whole image"
"""What messages call what belongs to no region."""


class State(StrEnum):
    """What an annotator did with a task."""

    SUBMITTED = "submitted"
    SKIPPED = "skipped"
    DRAFT = "draft"


def state_of(item: Mapping[str, Any]) -> State:
    """Tells a submitted annotation, a skipped one and a draft apart, as ``/api/tasks?fields=all`` returns them.

    Label Studio lists drafts apart from annotations, under ``drafts``, and only those of the user who asks; a draft of a
    change to an annotation names it in ``annotation``, which itself stays as it was. A skipped annotation may hold results;
    they count for nothing. A submitted one without results says that there is no text on the image.
    """
    if "was_postponed" in item:  # which only drafts have
        return State.DRAFT
    return State.SKIPPED if item.get("was_cancelled") else State.SUBMITTED


def to_prediction(reading: Reading, config: AnnotationConfig, *, name: str | None = None) -> dict[str, Any]:
    """A reading as Label Studio shows it to an annotator. Every result of a region carries the region's id.

    A control that the config does not show for a region's kind is left out: Label Studio would keep its value where nobody
    sees it. So a check box carries its state and no text or language where the config asks for none.

    Args:
        reading: by a model, or by a person whose reading is put up for a second look.
        config: the annotation config of the project.
        name: what the screen calls it. Else a model's name; a person is called ``person``: the screen shows no names.

    Raises:
        CodecError: the reading's unit or a region's kind is not in the config.
    """
    if reading.unit is not config.unit:
        raise CodecError(f"a reading of {reading.unit}s cannot be shown in {config.run}, which labels {config.unit}s")
    screen = screen_of(config.xml)
    for region in reading.regions:
        if region.attributes.kind not in screen.kinds:
            raise CodecError(f"region {region.region_id} is a {region.attributes.kind}, which {config.run} does not offer: add "
                             f"it to the labels of {LABELS!r} in config.xml")
    results = [result for region in reading.regions for result in _results(region, reading, screen)]
    results += _image_results(reading, screen)
    prediction: dict[str, Any] = {"model_version": name or _name(reading), "result": results}
    if not reading.by_person:
        scores = [region.score for region in reading.regions if region.score is not None]
        prediction["score"] = round(sum(scores) / len(scores), 3) if scores else 0.0
    return prediction


def from_annotation(annotation: Mapping[str, Any], *, image_id: str, width: int, height: int, revision: int, reader: str,
                    config: AnnotationConfig, renames: Renames | None = None) -> Reading:
    """What an annotator submitted, as a reading.

    What the config hides for a region's kind is not read: Label Studio keeps the text of a region that became a check box.
    It gets the default of ``Attributes``, as does what nobody chose. A region of which less than a pixel lies on the image,
    and that has no text, is a slip of the mouse and left out. All else comes back from ``to_prediction`` as it went in, but
    for scores and recognisers, which are a model's.

    Args:
        annotation: Label Studio's annotation, with ``result``. An empty one says that there is no text.
        image_id: the image that its task shows.
        width: of the canonical image, in pixels.
        height: of the canonical image, in pixels.
        revision: orders the states of one annotation.
        reader: ``person:<name>``.
        config: the annotation config of the project.
        renames: of the config's version that the project was made with. A region whose kind is dropped is left out.

    Raises:
        CodecError: a result that the config does not allow; the message names the region and the repair.
    """
    renames = renames or {}
    frame = Frame(width, height, screen_of(config.xml), renames)
    by_region: dict[str, list[Result]] = defaultdict(list)
    whole: dict[str, list[Result]] = defaultdict(list)
    for result in results_of(annotation):
        if result["from_name"] in OF_THE_IMAGE:
            if result["type"] != "choices":
                raise foreign(result, WHOLE)
            whole[result["from_name"]].append(result)
        else:
            by_region[region_id_of(result)].append(result)
    said = {name: chosen(results, name, WHOLE, renames) for name, results in whole.items() if frame.screen.shows(name)}
    return Reading(
        image_id, reader, config.run, revision, config.unit, width, height,
        tuple(region for region_id, results in by_region.items() if (region := frame.region(region_id, results))),
        ImageKind(one(said.get("image_kind", []), ImageKind.SCENE, "image_kind", WHOLE)),
        tuple(sorted(Condition(value) for value in said.get("condition", []))))


def to_line_prediction(text: str, legible: bool, *, name: str, score: float | None = None) -> dict[str, Any]:
    """One line as a task about a crop shows it: nothing is drawn, the text is the task's.

    Args:
        text: what was read; empty for nothing.
        legible: whether it can be read.
        name: of the model, as the screen shows it.
        score: the model's confidence; None for a person.
    """
    results = [_of_the_task(TEXT, "textarea", [text])] if text else []
    if not legible:
        results.append(_of_the_task("legible", "choices", ["illegible"]))
    return {"model_version": name, "result": results, **({} if score is None else {"score": score})}


def line_from_annotation(annotation: Mapping[str, Any], *, renames: Renames | None = None) -> tuple[str, bool]:
    """Text and legibility of the one line that a task shows.

    Args:
        annotation: Label Studio's annotation, with ``result``.
        renames: of the config's version that the project was made with.

    Raises:
        CodecError: anything but one text and one mark.
    """
    results = results_of(annotation)
    where = "the line"
    for result in results:
        if (result["from_name"], result["type"]) not in ((TEXT, "textarea"), ("legible", "choices")):
            raise foreign(result, where)
    text = written([result for result in results if result["from_name"] == TEXT], where)
    marks = chosen([result for result in results if result["from_name"] == "legible"], "legible", where, renames or {})
    return text, not marks


def _results(region: Region, reading: Reading, screen: Screen) -> Iterable[Result]:
    points = [[round(x / reading.width * 100, PERCENT_DECIMALS), round(y / reading.height * 100, PERCENT_DECIMALS)]
              for x, y in region.polygon]
    common = {"id": region.region_id, "to_name": IMAGE, "original_width": reading.width, "original_height": reading.height,
              "image_rotation": 0}
    if region.score is not None and not reading.by_person:
        common["score"] = region.score
    attributes = region.attributes
    checked = {True: ["checked"], False: ["unchecked"], None: []}[attributes.checked]
    answers: dict[str, Iterable[str]] = {
        TEXT: [region.text] if region.text else [],
        "direction": [attributes.direction],
        "writing": [attributes.writing],
        "language": [attributes.language],
        "effects": attributes.effects,
        "legible": [] if attributes.legible else ["illegible"],
        "checked": checked,
    }

    def result(name: str, kind: str, values: Iterable[str]) -> Result:
        return {**common, "from_name": name, "type": kind, "value": {
            "points": points, "closed": True, "text" if kind == "textarea" else kind: [str(value) for value in values]}}

    yield result(LABELS, "polygonlabels", [attributes.kind])
    for name, values in answers.items():
        if values and screen.shows(name, attributes.kind):
            yield result(name, "textarea" if name == TEXT else "choices", values)


def _image_results(reading: Reading, screen: Screen) -> Iterable[Result]:
    for name, values in (("image_kind", [reading.image_kind]), ("condition", reading.conditions)):
        if values and screen.shows(name):
            yield {**_of_the_task(name, "choices", values), "id": f"{name}-{reading.image_id[:10]}"}


def _of_the_task(name: str, kind: str, values: Iterable[str]) -> Result:
    """A result that belongs to no region."""
    return {"id": name, "from_name": name, "to_name": IMAGE, "type": kind,
            "value": {"text" if kind == "textarea" else kind: [str(value) for value in values]}}


def _name(reading: Reading) -> str:
    return "person" if reading.by_person else reading.reader.removeprefix("model:")
