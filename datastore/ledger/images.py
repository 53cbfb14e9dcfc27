"""Images, and which of them wait to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import has_public_truth, is_labelled, is_standing, reading_of_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import images, readings, submissions
from schemas.reading import LOOKED_AGAIN, Reading
from schemas.stored import StoredImage
from schemas.submission import Outcome

SlicesOf = Callable[[Sequence[Reading], Sequence[str]], Sequence[AbstractSet[str]]]
"""Of each reading, given with the campaign that its image was sent to, the names of some slices."""


def unread_images(ledger: Ledger, run: str, *, labelled: bool = False) -> list[StoredImage]:
    """Images that this run of a model has not read, in order of id: accepted ones, and held ones, whose texts help to decide.

    Those that came with accepted labels of a public data set count as read by a person.

    Args:
        ledger: where.
        run: of the model.
        labelled: also those that a person has read.
    """
    with ledger.read() as connection:
        rows = connection.execute(
            select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
            .where(*is_unread(run, labelled=labelled)).order_by(images.c.image_id))
        return [StoredImage(*row) for row in rows]


def is_unread(run: str, *, labelled: bool, after: str = "", displays: Sequence[str] = ()) -> list[ColumnElement[bool]]:
    """What holds of an image of ``images``, after an image id, that waits for a run of a model; see ``unread_images``.

    Args:
        run: of the model.
        labelled: also those that a person has read.
        after: an image id that they come after.
        displays: campaigns on whose images the model looks again: those wait until it has.
    """
    read = exists().where(readings.c.image_id == images.c.image_id, readings.c.image_id > after, readings.c.run == run)
    if displays:
        # Asked of a reading, and only of one that has to be asked: so PostgreSQL still merges the two tables. A campaign has many
        # rows: in ``coalesce`` it is no column of an index, which SQLite would go through for each image.
        asked = exists().where(submissions.c.image_id == readings.c.image_id,
                               func.coalesce(submissions.c.campaign, "").in_(displays))
        read = read.where(or_(readings.c.revision >= LOOKED_AGAIN, ~asked.correlate(readings)))
    waits = [images.c.image_id > after, is_standing(after), ~read]
    return waits if labelled else [*waits, ~is_labelled(after), ~has_public_truth()]


def slices_of_attributes(readings_found: Sequence[Reading], _campaigns: Sequence[str]) -> list[AbstractSet[str]]:
    """Of each reading, the slices of the vocabulary that have a region of it."""
    return [{name for region in reading.regions for name in region.attributes.slices()} for reading in readings_found]


def images_in_slice(ledger: Ledger, name: str, image_ids: Iterable[str],
                    slices_of: SlicesOf = slices_of_attributes) -> set[str]:
    """Which of these images have a region in a slice, as people read them, or where nobody did, as any model did.

    Args:
        ledger: where.
        name: of the slice.
        image_ids: of the images.
        slices_of: tells the slices of readings of images that were sent to some campaigns; empty for one that was sent to none.
    """
    found: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(image_ids))):
            rows = connection.execute(
                select(readings, submissions.c.campaign)
                .outerjoin(submissions, and_(submissions.c.image_id == readings.c.image_id,
                                             submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD))))
                .where(readings.c.image_id.in_(chunk))).all()
            read = [reading_of_row(row) for row in rows]
            inside: dict[str, dict[bool, bool]] = {}
            for reading, slices in zip(read, slices_of(read, [row.campaign or "" for row in rows]), strict=True):
                by_reader = inside.setdefault(reading.image_id, {})
                by_reader[reading.by_person] = by_reader.get(reading.by_person, False) or name in slices
            found.update(image_id for image_id, by_reader in inside.items() if by_reader.get(True, by_reader.get(False)))
    return found


def image_rows(connection: Connection, image_ids: Iterable[str]) -> dict[str, StoredImage]:
    """Images by id; unknown ids are left out."""
    found: dict[str, StoredImage] = {}
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(select(images.c.image_id, images.c.media_type, images.c.width, images.c.height)
                                  .where(images.c.image_id.in_(chunk)))
        found.update({row.image_id: StoredImage(*row) for row in rows})
    return found


def images_sent_to(ledger: Ledger, campaigns: Sequence[str], image_ids: Sequence[str]) -> set[str]:
    """Which of these images were sent to one of these campaigns, whatever became of the submission."""
    if not campaigns:
        return set()
    found: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks(image_ids):
            found.update(connection.scalars(select(submissions.c.image_id).where(
                submissions.c.image_id.in_(chunk), submissions.c.campaign.in_(campaigns))))
    return found
