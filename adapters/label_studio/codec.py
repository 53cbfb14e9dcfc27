"""Readings to Label Studio's results, and its annotations to readings. Percent exists here and in ``shapes`` only (design D6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from adapters.label_studio.regions import Canvas, region_id_of
from adapters.label_studio.results import Renames, Result, chosen_values, foreign_error, only_value, results_of, written_text
from adapters.label_studio.screen import Screen, screen_of
from schemas.errors import CodecError
from schemas.reading import Condition, ImageKind, Reading, Region, mean_score
from schemas.recipes.annotation_config import IMAGE, LABELS, OF_THE_IMAGE, TEXT, AnnotationConfig

PERCENT_DECIMALS = 6
"""Of a coordinate that is sent: 0.001 pixels on a picture 100,000 pixels wide."""
CHECK = "◆ 확인 · check"
"""What the screen says of a line that a person should look at first."""
WHOLE = "the whole image"
"""What messages call the results that belong to no region."""


def to_prediction(reading: Reading, config: AnnotationConfig, *, name: str | None = None,
                  marked: Mapping[str, float] | None = None) -> dict[str, Any]:
    """A reading as a prediction, which Label Studio shows to an annotator.

    Each result of a region carries the region's id. Values of controls that the config does not show for the region's kind are
    left out: Label Studio would keep them where nobody sees them.

    Only marked regions carry a score, which Label Studio shows in its list and over the picture: a number is the mark. The
    model's own scores look alike, whatever they are worth, and stay out.

    Args:
        reading: by a model, or by a person whose reading is put up for a second look.
        config: the annotation config of the project.
        name: what the screen calls it; where left out, the model's name, and ``person`` for every person.
        marked: chances in (0, 1] that the text is right, by the ids of the regions that a person should look at first.

    Returns:
        Label Studio's ``model_version`` and ``result``; of a model also ``score``, the mean of its regions' scores, to three
        decimals, 0 where none has one.

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
    results = [result for region in reading.regions for result in _region_results(region, reading, screen, marked or {})]
    results += _image_results(config.as_shown(reading), screen)
    prediction: dict[str, Any] = {"model_version": name or _shown_name(reading), "result": results}
    if not reading.by_person:
        prediction["score"] = round(mean_score(reading.regions) or 0.0, 3)
    return prediction


def from_annotation(annotation: Mapping[str, Any], *, image_id: str, width: int, height: int, revision: int, reader: str,
                    config: AnnotationConfig, renames: Renames | None = None) -> Reading:
    """What an annotator submitted, as a reading.

    Values of controls that the config hides for a region's kind are not read, because Label Studio keeps the text of a region
    that became a check box; they, and what nobody chose, get the defaults of ``Attributes``. Where nobody chose a language it
    is that of the text, and where nobody chose a kind of picture it is the config's. A region without text of which less than
    a pixel lies on the image is left out. What ``to_prediction`` wrote comes back equal to ``config.as_shown`` of its reading,
    except that scores and recognisers, which only a model's regions have, are gone.

    Args:
        annotation: Label Studio's annotation, with ``result``; an empty list says that there is no text on the image.
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
    canvas = Canvas(width, height, screen_of(config.xml), renames)
    by_region: dict[str, list[Result]] = defaultdict(list)
    whole: dict[str, list[Result]] = defaultdict(list)
    for result in results_of(annotation):
        if result["from_name"] in OF_THE_IMAGE:
            if result["type"] != "choices":
                raise foreign_error(result, WHOLE)
            whole[result["from_name"]].append(result)
        else:
            by_region[region_id_of(result)].append(result)
    said = {name: chosen_values(results, name, WHOLE, renames) for name, results in whole.items() if canvas.screen.shows(name)}
    return Reading(
        image_id, reader, config.run, revision, config.unit, width, height,
        tuple(region for region_id, results in by_region.items() if (region := canvas.region(region_id, results))),
        ImageKind(only_value(said.get("image_kind", []), config.image_kind, "image_kind", WHOLE)),
        tuple(sorted(Condition(value) for value in said.get("condition", []))))


def to_line_prediction(text: str, legible: bool, *, name: str, score: float | None = None) -> dict[str, Any]:
    """One line as the prediction of a task about its crop: results of the task, none of a region.

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
            raise foreign_error(result, where)
    text = written_text([result for result in results if result["from_name"] == TEXT], where)
    marks = chosen_values([result for result in results if result["from_name"] == "legible"], "legible", where, renames or {})
    return text, not marks


def _region_results(region: Region, reading: Reading, screen: Screen, marked: Mapping[str, float]) -> Iterable[Result]:
    points = [[round(x / reading.width * 100, PERCENT_DECIMALS), round(y / reading.height * 100, PERCENT_DECIMALS)]
              for x, y in region.polygon]
    common = {"id": region.region_id, "to_name": IMAGE, "original_width": reading.width, "original_height": reading.height,
              "image_rotation": 0}
    if region.region_id in marked:
        common |= {"score": marked[region.region_id], "meta": {"text": [CHECK]}}
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

    yield result(LABELS, "polygonlabels", [screen.label_of(attributes)])
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


def _shown_name(reading: Reading) -> str:
    return "person" if reading.by_person else reading.reader.removeprefix("model:")
