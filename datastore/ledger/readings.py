"""Readings in the ledger, and which of them a release may take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, select

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore, upsert
from datastore.ledger.tables import accepted_readings, images, model_runs, models, readings, submissions
from schemas.ids import digest
from schemas.reading import Condition, ImageKind, Reading, Region, Unit, regions_from_json, summarise
from schemas.submission import Outcome


@dataclass(frozen=True, slots=True)
class ImageRow:
    """What the ledger knows of a canonical image; sizes in pixels."""

    image_id: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading as the ledger keeps it: ``regions`` is JSON whose values may be outside today's vocabulary."""

    image_id: str
    reader: str
    run: str
    revision: int
    unit: Unit
    width: int
    height: int
    regions: str
    image_kind: ImageKind
    conditions: tuple[Condition, ...]
    reading_id: str

    def reading(self, run: str, regions: tuple[Region, ...]) -> Reading:
        """The same under another run, with these regions."""
        return Reading(self.image_id, self.reader, run, self.revision, self.unit, self.width, self.height, regions,
                       self.image_kind, self.conditions)


def reading_id(reading: Reading) -> str:
    """Id of a reading: its natural key, hashed."""
    return digest("reading", reading.image_id, reading.reader, reading.run, str(reading.revision), length=32)


def set_model_run(ledger: Ledger, name: str, reader: str, run: str, details: dict[str, Any]) -> None:
    """Notes which run a model's name stands for now, and what that run is made of.

    Args:
        ledger: where.
        name: the model as people call it.
        reader: the reader that it became, such as ``model:ppocr-korean@1``.
        run: digest of model files, configuration, engine, provider and precision.
        details: what the digest was made of.
    """
    with ledger.write() as connection:
        upsert(connection, models, {"name": name, "reader": reader, "run": run})
        insert_or_ignore(connection, model_runs, [{"run": run, "reader": reader, "details": details}])


def model_run(ledger: Ledger, name: str) -> str | None:
    """The run that a model's name stands for; None where prelabel has never run with it."""
    with ledger.read() as connection:
        run: Any = connection.scalar(select(models.c.run).where(models.c.name == name))
        return str(run) if run else None


def model_reader(ledger: Ledger, name: str) -> str | None:
    """Who read when prelabel last ran with a model: the model, or the one that stood in for it; None where it never ran."""
    with ledger.read() as connection:
        reader: Any = connection.scalar(select(models.c.reader).where(models.c.name == name))
        return str(reader) if reader else None


def run_details(ledger: Ledger, run: str) -> dict[str, Any]:
    """What a run's readings were made with; empty for a run that nobody noted."""
    with ledger.read() as connection:
        return dict(connection.scalar(select(model_runs.c.details).where(model_runs.c.run == run)) or {})


def unread_images(ledger: Ledger, run: str, *, labelled: bool = False) -> list[ImageRow]:
    """Images that this run of a model has not read, in order of id: accepted ones, and held ones, whose texts help to decide.

    Args:
        ledger: where.
        run: of the model.
        labelled: also those that a person has read.
    """
    read = exists().where(readings.c.image_id == images.c.image_id, readings.c.run == run)
    conditions = [_standing(), ~read] if labelled else [_standing(), ~read, ~_labelled()]
    with ledger.read() as connection:
        rows = connection.execute(
            select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
            .where(*conditions).order_by(images.c.image_id))
        return [ImageRow(*row) for row in rows]


def images_in_slice(ledger: Ledger, name: str, image_ids: Iterable[str]) -> set[str]:
    """Which of these images have a region in a slice, as people read them, or where nobody did, as any model did."""
    found: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            slices: dict[str, dict[bool, bool]] = {}
            for row in connection.execute(select(readings).where(readings.c.image_id.in_(chunk))):
                reading = _reading(row)
                inside = any(name in region.attributes.slices() for region in reading.regions)
                by_reader = slices.setdefault(row.image_id, {})
                by_reader[reading.by_person] = by_reader.get(reading.by_person, False) or inside
            found.update(image_id for image_id, by_reader in slices.items() if by_reader.get(True, by_reader.get(False)))
    return found


def add_readings(connection: Connection, new: Sequence[Reading]) -> int:
    """Writes readings; the first one written for a key wins (design D8). Returns how many were new."""
    return insert_or_ignore(connection, readings, [
        {"reading_id": reading_id(item), "image_id": item.image_id, "reader": item.reader, "run": item.run,
         "revision": item.revision, "unit": item.unit, "width": item.width, "height": item.height,
         "regions": item.regions_json(), "image_kind": item.image_kind, "conditions": list(item.conditions),
         "summary": asdict(summarise(item.regions))}
        for item in new])


def readings_of_run(ledger: Ledger, run: str, image_ids: Iterable[str]) -> dict[str, Reading]:
    """What one run of a model read, by image id; images that it has not read are left out."""
    found: dict[str, Reading] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            rows = connection.execute(select(readings).where(readings.c.run == run, readings.c.image_id.in_(chunk)))
            found.update({row.image_id: _reading(row) for row in rows})
    return found


def image_rows(connection: Connection, image_ids: Iterable[str]) -> dict[str, ImageRow]:
    """Images by id; unknown ids are left out."""
    found: dict[str, ImageRow] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
                                  .where(images.c.image_id.in_(chunk)))
        found.update({row.image_id: ImageRow(*row) for row in rows})
    return found


def newest_reading(connection: Connection, image_id: str, reader: str, run: str) -> Reading | None:
    """The newest reading of an image by one reader under one run."""
    row = connection.execute(select(readings).where(readings.c.image_id == image_id, readings.c.reader == reader,
                                                    readings.c.run == run).order_by(readings.c.revision.desc()).limit(1)).first()
    return _reading(row) if row else None


def readings_by_id(connection: Connection, reading_ids: Iterable[str]) -> dict[str, Reading]:
    """Readings by their ids; unknown ids are left out."""
    found: dict[str, Reading] = {}
    for chunk in in_chunks(sorted(set(reading_ids))):
        rows = connection.execute(select(readings).where(readings.c.reading_id.in_(chunk)))
        found.update({row.reading_id: _reading(row) for row in rows})
    return found


def accept(connection: Connection, annotation_config: str, reading: Reading) -> None:
    """Makes a reading the accepted one of its image."""
    upsert(connection, accepted_readings, {
        "image_id": reading.image_id, "annotation_config": annotation_config, "reading_id": reading_id(reading)})


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


def accepted_under_other_versions(ledger: Ledger, annotation_config: str, run: str) -> list[StoredReading]:
    """Accepted readings of a config that were made under another version than ``run``, in order of image id."""
    query = (select(readings).join(accepted_readings, accepted_readings.c.reading_id == readings.c.reading_id)
             .where(accepted_readings.c.annotation_config == annotation_config, readings.c.run != run)
             .order_by(readings.c.image_id))
    with ledger.read() as connection:
        return [StoredReading(row.image_id, row.reader, row.run, row.revision, Unit(row.unit), row.width, row.height, row.regions,
                              ImageKind(row.image_kind), tuple(map(Condition, row.conditions)), row.reading_id)
                for row in connection.execute(query)]


def _labelled() -> Any:
    return exists().where(readings.c.image_id == images.c.image_id, readings.c.reader.startswith("person:"))


def _standing() -> Any:
    return exists().where(submissions.c.image_id == images.c.image_id,
                          submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD)))


def _reading(row: Row[Any]) -> Reading:
    return Reading(row.image_id, row.reader, row.run, row.revision, Unit(row.unit), row.width, row.height,
                   regions_from_json(row.regions), ImageKind(row.image_kind), tuple(map(Condition, row.conditions)))
