"""Readings in the ledger, and which of them a release may take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore, upsert
from datastore.ledger.tables import accepted_readings, images, readings, submissions
from schemas.reader import ReaderKind
from schemas.reading import Condition, ImageKind, Reading, Unit, regions_from_json, summarise
from schemas.sources import PUBLIC
from schemas.stored import StoredReading
from schemas.submission import Outcome


def add_readings(connection: Connection, new: Sequence[Reading]) -> int:
    """Writes readings; the first one written for a key wins (design D8). Returns how many were new."""
    return insert_or_ignore(connection, readings, [
        {"reading_id": item.reading_id, "image_id": item.image_id, "reader": item.reader, "run": item.run,
         "revision": item.revision, "unit": item.unit, "width": item.width, "height": item.height,
         "regions": item.regions_json(), "image_kind": item.image_kind, "conditions": list(item.conditions),
         "summary": asdict(summarise(item.regions))}
        for item in new])


def readings_of_run(ledger: Ledger, run: str, image_ids: Iterable[str]) -> dict[str, Reading]:
    """What one run of a model read, by image id, after its last look; images that it has not read are left out."""
    return {image_id: item.decoded() for image_id, item in stored_readings_of_run(ledger, run, image_ids).items()}


def stored_readings_of_run(ledger: Ledger, run: str, image_ids: Iterable[str]) -> dict[str, StoredReading]:
    """The same as they are kept: another process may decode them."""
    found: dict[str, StoredReading] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            rows = connection.execute(select(readings).where(readings.c.run == run, readings.c.image_id.in_(chunk))
                                      .order_by(readings.c.revision))  # the last one of an image counts
            found.update({row.image_id: _stored(row) for row in rows})
    return found


def images_of_run(ledger: Ledger, run: str, image_ids: Iterable[str]) -> set[str]:
    """Those of some images that one run of a model has read."""
    found: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            found.update(connection.scalars(select(readings.c.image_id).where(readings.c.run == run,
                                                                              readings.c.image_id.in_(chunk))))
    return found


def readings_of_image(ledger: Ledger, image_id: str) -> list[Reading]:
    """All readings of an image, superseded ones too: models' first, then people's by revision."""
    query = select(readings).where(readings.c.image_id == image_id).order_by(
        readings.c.reader.startswith(f"{ReaderKind.MODEL}:").desc(), readings.c.run, readings.c.revision, readings.c.reader)
    with ledger.read() as connection:
        return [reading_of_row(row) for row in connection.execute(query)]


def newest_reading(connection: Connection, image_id: str, reader: str, run: str) -> Reading | None:
    """The newest reading of an image by one reader under one run."""
    row = connection.execute(select(readings).where(readings.c.image_id == image_id, readings.c.reader == reader,
                                                    readings.c.run == run).order_by(readings.c.revision.desc()).limit(1)).first()
    return reading_of_row(row) if row else None


def readings_by_id(connection: Connection, reading_ids: Iterable[str]) -> dict[str, Reading]:
    """Readings by their ids; unknown ids are left out."""
    found: dict[str, Reading] = {}
    for chunk in in_chunks(sorted(set(reading_ids))):
        rows = connection.execute(select(readings).where(readings.c.reading_id.in_(chunk)))
        found.update({row.reading_id: reading_of_row(row) for row in rows})
    return found


def accept(connection: Connection, annotation_config: str, reading: Reading) -> None:
    """Makes a reading the accepted one of its image."""
    upsert(connection, accepted_readings, {
        "image_id": reading.image_id, "annotation_config": annotation_config, "reading_id": reading.reading_id})


def unaccept(connection: Connection, annotation_config: str, image_id: str) -> bool:
    """Leaves an image without an accepted reading; False where it had none."""
    return bool(connection.execute(delete(accepted_readings).where(
        accepted_readings.c.image_id == image_id, accepted_readings.c.annotation_config == annotation_config)).rowcount)


def accepted_ids(connection: Connection, annotation_config: str, image_ids: Sequence[str]) -> dict[str, str]:
    """Ids of the accepted readings, by image id."""
    found: dict[str, str] = {}
    for chunk in in_chunks(image_ids):
        rows = connection.execute(select(accepted_readings.c.image_id, accepted_readings.c.reading_id).where(
            accepted_readings.c.annotation_config == annotation_config, accepted_readings.c.image_id.in_(chunk)))
        found.update({row.image_id: row.reading_id for row in rows})
    return found


def accepted_everywhere(connection: Connection, image_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """Ids of the accepted readings of images under all annotation configs: by image id, then by name of the config, sorted."""
    found: dict[str, dict[str, str]] = {}
    for chunk in in_chunks(image_ids):
        for row in connection.execute(select(accepted_readings).where(accepted_readings.c.image_id.in_(chunk))
                                      .order_by(accepted_readings.c.annotation_config)):
            found.setdefault(row.image_id, {})[row.annotation_config] = row.reading_id
    return found


def accepted_under_other_versions(ledger: Ledger, annotation_config: str, run: str) -> list[StoredReading]:
    """Accepted readings of a config that were made under another of its versions than ``run``, in order of image id.

    A page that was read line by line was made under the config of lines, whose versions are none of this one's: it stays what
    it is, so that lines that are corrected later still become part of it.
    """
    query = (select(readings).join(accepted_readings, accepted_readings.c.reading_id == readings.c.reading_id)
             .where(accepted_readings.c.annotation_config == annotation_config, readings.c.run != run,
                    readings.c.run.startswith(f"{annotation_config}@", autoescape=True))
             .order_by(readings.c.image_id))
    with ledger.read() as connection:
        return list(map(_stored, connection.execute(query)))


def is_labelled(after: str = "") -> ColumnElement[bool]:
    """Whether a person has read an image of ``images``; ``after`` as in ``is_standing``."""
    return exists().where(readings.c.image_id == images.c.image_id, readings.c.image_id > after,
                          readings.c.reader.startswith(f"{ReaderKind.PERSON}:"))


def has_public_truth() -> ColumnElement[bool]:
    """Whether an image of ``images`` came with a public data set whose labels of it were accepted: nobody has to read it."""
    brought = exists().where(submissions.c.image_id == images.c.image_id, submissions.c.outcome == Outcome.ACCEPTED,
                             submissions.c.campaign == PUBLIC)
    return brought & exists().where(
        accepted_readings.c.image_id == images.c.image_id, accepted_readings.c.reading_id == readings.c.reading_id,
        readings.c.reader.startswith(f"{ReaderKind.SOURCE}:"))


def is_standing(after: str = "") -> ColumnElement[bool]:
    """Whether an image of ``images`` was taken, or is held: what is held is read too, for its text helps to decide.

    Args:
        after: an image id that the images asked about come after. Said here too, PostgreSQL begins there: it merges the indexes
            of many images, and goes through all that come before where only ``images`` is bounded.
    """
    return exists().where(submissions.c.image_id == images.c.image_id, submissions.c.image_id > after,
                          submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD)))


def _stored(row: Row[Any]) -> StoredReading:
    return StoredReading(row.image_id, row.reader, row.run, row.revision, Unit(row.unit), row.width, row.height, row.regions,
                         ImageKind(row.image_kind), tuple(map(Condition, row.conditions)), row.reading_id)


def reading_of_row(row: Row[Any]) -> Reading:
    """The reading that a row of ``readings`` is.

    Raises:
        ValueError: its regions have a value outside today's vocabulary.
    """
    return Reading(row.image_id, row.reader, row.run, row.revision, Unit(row.unit), row.width, row.height,
                   regions_from_json(row.regions), ImageKind(row.image_kind), tuple(map(Condition, row.conditions)))
