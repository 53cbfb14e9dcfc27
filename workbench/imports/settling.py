"""Labels become readings once ingest has said what their pictures are; those whose pictures are held wait on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from datastore.ledger import Connection, imported, readings, sources
from datastore.ledger.images import image_rows
from schemas.reader import Reader
from schemas.reading import ImageKind, Reading
from schemas.sources import ImportedLabels, ImportedPicture, SettledLabels
from schemas.stored import StoredImage
from schemas.submission import Outcome
from workbench.bench import Workbench

PICTURE_REFUSED = "its picture was not taken"
EDITED_COPY = "its picture is an edited copy of another one"
TWICE = "its picture is in the data set twice, and the other one's labels count"
OTHER_SIZE = "its labels are those of a picture of another size"


@dataclass(slots=True)
class SettledSources:
    """What was settled in one run.

    Attributes:
        readings: new ones.
        problems: pictures whose labels became none.
    """

    readings: int = 0
    problems: int = 0


def settle_imported(bench: Workbench) -> SettledSources:
    """Makes readings of all labels that can be settled; run again, it changes nothing."""
    done = SettledSources()
    after = ""
    while pictures := imported.waiting_pictures(bench.ledger, bench.settings.bucket_raw, after):
        after = pictures[-1].key
        with bench.ledger.write(alone="images") as connection:
            _settle(connection, pictures, done)
    return done


def _settle(connection: Connection, pictures: Sequence[ImportedPicture], done: SettledSources) -> None:
    labels = imported.labels_by_key(connection, [item.key for item in pictures])
    known = sources.sources_named(connection, {item.source for item in pictures})
    images = image_rows(connection, [item.image_id for item in pictures if item.image_id])
    for picture, labelled in _in_turn(pictures, labels):
        problem = _problem(connection, picture, labelled, images)
        reading = None if problem or labelled.regions is None else _reading(connection, picture, labelled)
        if reading:
            done.readings += readings.add_readings(connection, [reading])
        _accept(connection, picture, reading, is_truth=known[picture.source].is_truth)
        now = SettledLabels(picture.key, picture.digest, reading.reading_id if reading else None, problem)
        if not picture.settled or (now.reading_id, now.problem) != (picture.reading_id, picture.problem):
            imported.settle_labels(connection, [now], datetime.now(UTC))
            done.problems += problem is not None


def _in_turn(pictures: Sequence[ImportedPicture], labels: dict[str, ImportedLabels]) -> Iterator[
        tuple[ImportedPicture, ImportedLabels]]:
    """Those that can be settled, and that say the same as when they were found. Accepted ones first: what repeats them waits."""
    ready = [item for item in pictures if item.outcome not in (None, Outcome.HELD)
             and item.key in labels and labels[item.key].digest == item.digest]
    for item in sorted(ready, key=lambda item: item.outcome is not Outcome.ACCEPTED):
        yield item, labels[item.key]


def _problem(connection: Connection, picture: ImportedPicture, labels: ImportedLabels,
             images: Mapping[str, StoredImage]) -> str | None:
    """Why labels become no reading."""
    if picture.outcome not in (Outcome.ACCEPTED, Outcome.DUPLICATE) or picture.image_id is None:
        return f"{PICTURE_REFUSED}: {picture.reason or picture.outcome}"
    if picture.outcome is Outcome.DUPLICATE:
        if picture.image_id != picture.own_image_id:
            return f"{EDITED_COPY}: {picture.repeats}"
        if other := _other_copy(connection, picture):
            return f"{TWICE}: {other}"
    image = images[picture.image_id]
    if (image.width, image.height) != (labels.width, labels.height):
        return f"{OTHER_SIZE}: {labels.width} × {labels.height}, it has {image.width} × {image.height}"
    return None


def _other_copy(connection: Connection, picture: ImportedPicture) -> str | None:
    """Key of another picture of the source, the same by its bytes or pixels, whose labels count."""
    if picture.repeats and picture.repeats.startswith(f"{picture.source}/"):
        other = imported.labels_by_key(connection, [picture.repeats]).get(picture.repeats)
        return other.key if other and other.regions is not None else None
    newest = readings.newest_reading(connection, picture.image_id or "", Reader.source(picture.source), picture.source)
    return imported.other_key_of(connection, newest.reading_id, picture.key) if newest else None


def _reading(connection: Connection, picture: ImportedPicture, labels: ImportedLabels) -> Reading:
    """What the labels become: the newest reading of the source where it says the same, else a new revision."""
    image_id = picture.image_id or ""
    reader = Reader.source(picture.source)
    newest = readings.newest_reading(connection, image_id, reader, picture.source)
    revision = newest.revision if newest else 0
    made = Reading(image_id, reader, picture.source, revision, labels.unit, labels.width, labels.height, labels.regions or (),
                   labels.image_kind or ImageKind.SCENE, labels.conditions)
    return made if newest is None or made == newest else replace(made, revision=revision + 1)


def _accept(connection: Connection, picture: ImportedPicture, reading: Reading | None, is_truth: bool) -> None:
    if reading and is_truth:
        readings.accept(connection, picture.source, reading)
    elif reading is None and picture.reading_id:  # its labels were taken before, and are not any more
        for before in readings.readings_by_id(connection, [picture.reading_id]).values():
            readings.unaccept(connection, picture.source, before.image_id)
