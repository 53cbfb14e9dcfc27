"""Images, and which of them wait to be read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import _labelled, _reading, _standing
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import images, readings


@dataclass(frozen=True, slots=True)
class ImageRow:
    """What the ledger knows of a canonical image; sizes in pixels."""

    image_id: str
    media_type: str
    width: int
    height: int


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


def image_rows(connection: Connection, image_ids: Iterable[str]) -> dict[str, ImageRow]:
    """Images by id; unknown ids are left out."""
    found: dict[str, ImageRow] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
                                  .where(images.c.image_id.in_(chunk)))
        found.update({row.image_id: ImageRow(*row) for row in rows})
    return found
