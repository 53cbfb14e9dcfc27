"""Images, and which of them wait to be read."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, exists, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import is_labelled, is_standing, reading_of_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import images, readings
from schemas.stored import StoredImage


def unread_images(ledger: Ledger, run: str, *, labelled: bool = False) -> list[StoredImage]:
    """Images that this run of a model has not read, in order of id: accepted ones, and held ones, whose texts help to decide.

    Args:
        ledger: where.
        run: of the model.
        labelled: also those that a person has read.
    """
    read = exists().where(readings.c.image_id == images.c.image_id, readings.c.run == run)
    conditions = [is_standing(), ~read] if labelled else [is_standing(), ~read, ~is_labelled()]
    with ledger.read() as connection:
        rows = connection.execute(
            select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
            .where(*conditions).order_by(images.c.image_id))
        return [StoredImage(*row) for row in rows]


def images_in_slice(ledger: Ledger, name: str, image_ids: Iterable[str]) -> set[str]:
    """Which of these images have a region in a slice, as people read them, or where nobody did, as any model did."""
    found: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            slices: dict[str, dict[bool, bool]] = {}
            for row in connection.execute(select(readings).where(readings.c.image_id.in_(chunk))):
                reading = reading_of_row(row)
                inside = any(name in region.attributes.slices() for region in reading.regions)
                by_reader = slices.setdefault(row.image_id, {})
                by_reader[reading.by_person] = by_reader.get(reading.by_person, False) or inside
            found.update(image_id for image_id, by_reader in slices.items() if by_reader.get(True, by_reader.get(False)))
    return found


def image_rows(connection: Connection, image_ids: Iterable[str]) -> dict[str, StoredImage]:
    """Images by id; unknown ids are left out."""
    found: dict[str, StoredImage] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
                                  .where(images.c.image_id.in_(chunk)))
        found.update({row.image_id: StoredImage(*row) for row in rows})
    return found
