"""Whose readings are judged: a model's from the ledger, read now where it has not read yet, or a file's of another engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from adapters.ocr.engine import OcrEngine, open_engine
from adapters.predictions.images import ImageOfRelease
from adapters.predictions.read import Predictions, read_predictions
from datastore.ledger import Ledger, model_runs, readings
from schemas.errors import ModelUnavailable, PredictionsWrong, SettingError, UnitMismatch
from schemas.evaluation import Faults
from schemas.reading import Reading, Unit
from schemas.shown_text import shortened, visible
from schemas.stored import StoredImage, StoredReading
from workbench.bench import Workbench
from workbench.evaluate.question import Question, ReleaseImages
from workbench.models import model_at, note_run, open_model

ReadImages = Callable[[Workbench, OcrEngine, Sequence[StoredImage]], None]
"""Lets an engine read images and keeps the readings in the ledger."""
ACROSS = "then regions match where they lie on each other by half, which says something of detection and little of texts"
NAMED = 5
"""So many names stand in a message."""
LONGEST = 40
"""So many characters of each."""


@dataclass(frozen=True, slots=True)
class ReadBy:
    """Whose readings are judged.

    Attributes:
        reader: such as ``model:ppocr-korean@1`` or ``file:clova.json``.
        run: digest of the model's run, or of the file.
        of: readings by image id, asked for some hundred images at a time; the ledger's as it keeps them.
        has_read: those of some images that were read.
        faults: of a file.
    """

    reader: str
    run: str
    of: Callable[[Sequence[str]], Mapping[str, Reading | StoredReading]]
    has_read: Callable[[Sequence[str]], AbstractSet[str]]
    faults: Faults = field(default_factory=Faults)


def decoded(read: Reading | StoredReading) -> Reading:
    """A reading, however it is kept."""
    return read.decoded() if isinstance(read, StoredReading) else read


def read_by(bench: Workbench, question: Question, release: ReleaseImages, read_images: ReadImages | None) -> ReadBy | None:
    """Whose readings a question is about; None where the model in use has not read anything yet and nobody is to read now.

    Args:
        bench: the systems.
        question: what somebody wants to know.
        release: its images.
        read_images: lets a model read what it has not read; None to leave that out.

    Raises:
        PredictionsWrong: a file cannot be read, or lacks images of the release or names others, and nobody allowed that.
        UnitMismatch: words are to be compared with lines, and nobody asked for it.
        ModelUnavailable: the model's files cannot be had.
    """
    if question.predictions:
        return _of_file(question.predictions, question, release)
    if question.model:
        return _of_model(bench, question, release, read_images)
    return _of_model_in_use(bench, release, read_images)


def _of_model_in_use(bench: Workbench, release: ReleaseImages, read_images: ReadImages | None) -> ReadBy | None:
    """The readings that prelabel has made with the model in use, or the one that stood in for it; the rest is read now."""
    run = model_runs.model_run(bench.ledger, bench.model)
    reader = model_runs.model_reader(bench.ledger, bench.model)
    if not reader or not run:
        return None
    if read_images and (todo := _unread(bench.ledger, run, release)):
        try:
            engine = open_model(bench, bench.run.say).engine
        except (ModelUnavailable, SettingError) as error:  # there are figures of what it has read all the same
            bench.run.say(f"{len(todo)} images stay unread: {error}")
        else:
            if engine.run == run:  # else prelabel runs elsewhere, as on another provider: its next run reads them
                read_images(bench, engine, todo)
    return _in_ledger(bench.ledger, reader, run)


def _unread(ledger: Ledger, run: str, release: ReleaseImages) -> list[StoredImage]:
    there = readings.images_of_run(ledger, run, [image.image_id for image in release.images])
    return [image for image in release.images if image.image_id not in there]


def _in_ledger(ledger: Ledger, reader: str, run: str) -> ReadBy:
    return ReadBy(reader, run, lambda image_ids: readings.stored_readings_of_run(ledger, run, image_ids),
                  lambda image_ids: readings.images_of_run(ledger, run, image_ids))


def _of_model(bench: Workbench, question: Question, release: ReleaseImages, read_images: ReadImages | None) -> ReadBy:
    found = model_at(bench, question.model, bench.run.say)
    engine = open_engine(found.bundle, found.folder, bench.settings.onnx_provider)
    unit = Unit(release.manifest.unit)
    if engine.unit is not unit and not question.across_units:
        raise UnitMismatch(f"{found.bundle.label} reads {engine.unit}s and {release.manifest.name} has {unit}s. Take a release "
                           f"of {engine.unit}s, or say --across-units: {ACROSS}")
    note_run(bench, question.model, found.bundle, engine)
    if read_images and (todo := _unread(bench.ledger, engine.run, release)):
        read_images(bench, engine, todo)
    return _in_ledger(bench.ledger, found.bundle.reader, engine.run)


def _of_file(path: Path, question: Question, release: ReleaseImages) -> ReadBy:
    unit = Unit(release.manifest.unit)
    images = [ImageOfRelease(image.image_id, image.width, image.height) for image in (*release.images, *release.others)]
    found = read_predictions(path, images, unit, question.join_lines)
    if found.unit is not unit and not question.across_units:
        how = "; --join-lines makes lines of its words where it says that one ends" if found.unit is Unit.WORD else ""
        raise UnitMismatch(f"{path} has {found.unit}s and {release.manifest.name} has {unit}s{how}. Else take a "
                           f"release of {found.unit}s, or say --across-units: {ACROSS}")
    missing = sorted({image.image_id for image in release.images}.intersection(found.missing))
    if (found.unknown or missing) and not question.allow_missing:
        raise PredictionsWrong(_lacks(found, missing, question, release))
    return ReadBy(found.reader, found.digest, lambda image_ids: {
        image_id: found.readings[image_id] for image_id in image_ids if image_id in found.readings},
        lambda image_ids: found.readings.keys() & set(image_ids), found.faults)


def _lacks(found: Predictions, missing: Sequence[str], question: Question, release: ReleaseImages) -> str:
    said = [f"{question.predictions} ({found.dialect}) and {release.manifest.name}"
            + (f", split {release.split}" if release.split else "") + ":"]
    if missing:
        said.append(f"the file lacks {len(missing)} of the {len(release.images)} images: {_some(missing)}.")
    if found.unknown:
        said.append(f"{len(found.unknown)} of its names mean no image of the release: {_some(found.unknown)}.")
    said.append("Say --allow-missing to have figures of the images that are in both, or take the images of the release: "
                f"saegim datasets pull {release.manifest.name}")
    return " ".join(said)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(shortened(visible(name), LONGEST) for name in names[:NAMED])
    return shown + (" …" if len(names) > NAMED else "")
