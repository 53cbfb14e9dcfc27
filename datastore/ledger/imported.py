"""Labels of public data sets, picture by picture, from their import until they are readings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select, union, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, upsert
from datastore.ledger.tables import imported, submissions
from schemas.reading import Condition, ImageKind, Unit, regions_from_json, regions_to_json
from schemas.sources import PUBLIC, ImportedLabels, ImportedPicture, PictureCopy, SettledLabels
from schemas.submission import Outcome

ROWS_A_READ = 1000
STANDS_FOR = case((submissions.c.outcome == Outcome.HELD, submissions.c.found_image_id), else_=submissions.c.image_id)
"""The image that an imported picture is, or repeats; where a manager has not decided yet, the one that it may repeat."""
STAND = (submissions.c.campaign == PUBLIC,
         submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.HELD)))
"""Which submissions of imported pictures count."""


def raw_digests(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """sha256 sums of the pictures that were sent under some keys; those of which nothing is known are left out."""
    return {row.key: row.raw_sha256 for some in in_chunks(sorted(set(keys))) for row in connection.execute(
        select(imported.c.key, imported.c.raw_sha256).where(imported.c.key.in_(some)))}


def put_labels(connection: Connection, new: Sequence[ImportedLabels]) -> int:
    """Writes labels; those that say what was said before stay settled.

    Returns:
        How many are new, or say something else.
    """
    known: dict[str, str] = {}
    for some in in_chunks(sorted(item.key for item in new)):
        known |= {row.key: row.digest for row in connection.execute(
            select(imported.c.key, imported.c.digest).where(imported.c.key.in_(some)))}
    for item in new:
        values = _values(item)
        if known.get(item.key) == item.digest:
            connection.execute(update(imported).where(imported.c.key == item.key).values(
                {name: values[name] for name in ("name", "licence", "split", "part_of")}))
        else:
            upsert(connection, imported, {**values, "settled_at": None, "problem": None})
    return sum(known.get(item.key) != item.digest for item in new)


def labels_by_key(connection: Connection, keys: Iterable[str]) -> dict[str, ImportedLabels]:
    """Labels of pictures; unknown keys are left out."""
    return {row.key: _labels(row) for some in in_chunks(sorted(set(keys)))
            for row in connection.execute(select(imported).where(imported.c.key.in_(some)))}


def waiting_pictures(ledger: Ledger, bucket: str, after: str = "", limit: int = ROWS_A_READ) -> list[ImportedPicture]:
    """Pictures whose labels nobody has settled, or whose pictures came to stand since.

    Args:
        ledger: where.
        bucket: of submissions.
        after: only keys behind this one.
        limit: at most about so many, in order of key.
    """
    behind = imported.c.key > after
    # Each half has an index of its own; an OR of both would go through all that was ever imported.
    keys = union(select(imported.c.key).where(imported.c.settled_at.is_(None), behind),
                 select(imported.c.key).where(imported.c.reading_id.is_(None), imported.c.regions.is_not(None), behind))
    query = _pictures(bucket).where(imported.c.key.in_(keys.scalar_subquery()), or_(
        imported.c.settled_at.is_(None), submissions.c.outcome == Outcome.ACCEPTED))
    with ledger.read() as connection:
        rows = connection.execute(query.limit(limit)).all()
    found = _newest(rows)
    # The last key may have more submissions than were read.
    return found[:-1] if len(rows) == limit and len(found) > 1 else found


def pictures_of_source(ledger: Ledger, bucket: str, source: str) -> list[ImportedPicture]:
    """All pictures of a source, in order of key."""
    with ledger.read() as connection:
        return _newest(connection.execute(_pictures(bucket).where(imported.c.source == source)))


def other_key_of(connection: Connection, reading_id: str, key: str) -> str | None:
    """Key of a picture, other than this one, whose labels became a reading."""
    return connection.scalar(select(imported.c.key).where(
        imported.c.reading_id == reading_id, imported.c.key != key).order_by(imported.c.key).limit(1))


def parts_of_sources(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """(image, what it is a part of) of all that was imported; also of pictures of ours that a data set has, or a copy of them."""
    query = select(submissions.c.image_id, imported.c.source, imported.c.part_of).join_from(
        submissions, imported, submissions.c.key == imported.c.key).where(
        submissions.c.campaign == PUBLIC, submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.DUPLICATE)),
        imported.c.part_of != "").order_by(imported.c.source, imported.c.part_of, submissions.c.image_id)
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=ROWS_A_READ).execute(query):
            yield row.image_id, f"{row.source}/{row.part_of}"


def splits_of_sources(ledger: Ledger) -> list[str]:
    """Names of the splits that data sets have, sorted."""
    with ledger.read() as connection:
        return sorted(connection.scalars(select(imported.c.split).distinct().where(imported.c.split != "")))


def images_in_splits(ledger: Ledger, splits: Collection[str]) -> Iterator[tuple[str, str]]:
    """(image, split) of all pictures that data sets have in some splits, in order of image id.

    The image is the one that stands for the picture, which may be a photograph of ours; where a manager has not decided yet
    whether it repeats one, that one.
    """
    query = select(STANDS_FOR.label("image_id"), imported.c.split).distinct().join_from(
        submissions, imported, submissions.c.key == imported.c.key).where(
        *STAND, imported.c.split.in_(splits), STANDS_FOR.is_not(None)).order_by("image_id", imported.c.split)
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=ROWS_A_READ).execute(query):
            yield row.image_id, row.split


def copies_of(connection: Connection, image_ids: Iterable[str]) -> list[PictureCopy]:
    """All imported pictures that some images stand for, also those that may repeat one of them; those of one image by key."""
    found: list[PictureCopy] = []
    for some in in_chunks(sorted(set(image_ids))):
        query = select(STANDS_FOR.label("image_id"), imported.c.key, imported.c.split).distinct().join_from(
            submissions, imported, submissions.c.key == imported.c.key).where(
            *STAND, or_(submissions.c.image_id.in_(some), submissions.c.found_image_id.in_(some)),
            STANDS_FOR.in_(some)).order_by(imported.c.key)
        found += [PictureCopy(**row._mapping) for row in connection.execute(query)]
    return found


def counts_by_source(ledger: Ledger) -> dict[str, tuple[int, int]]:
    """How many pictures were imported, and the labels of how many are readings, by source."""
    columns = imported.c.source, func.count().label("pictures"), func.count(imported.c.reading_id).label("readings")
    with ledger.read() as connection:
        return {row.source: (row.pictures, row.readings) for row in connection.execute(
            select(*columns).group_by(imported.c.source))}


def settle_labels(connection: Connection, settled: Iterable[SettledLabels], at: datetime) -> None:
    """Notes what became of labels; where others came meanwhile, nothing is written."""
    for item in settled:
        connection.execute(update(imported).where(imported.c.key == item.key, imported.c.digest == item.digest).values(
            settled_at=at, reading_id=item.reading_id, problem=item.problem))


def _pictures(bucket: str) -> Select[Any]:
    first = submissions.alias("first")
    return (select(imported.c.key, imported.c.source, imported.c.name, imported.c.digest, imported.c.reading_id,
                   imported.c.problem, imported.c.split, imported.c.licence, imported.c.regions.is_not(None).label("has_labels"),
                   imported.c.settled_at.is_not(None).label("settled"), submissions.c.submission_id, submissions.c.outcome,
                   submissions.c.reason, submissions.c.detail, submissions.c.image_id, submissions.c.own_image_id,
                   first.c.key.label("repeats"))
            .outerjoin(submissions, and_(submissions.c.bucket == bucket, submissions.c.key == imported.c.key))
            .outerjoin(first, first.c.submission_id == submissions.c.duplicate_of)
            .order_by(imported.c.key, submissions.c.sent_at, submissions.c.submission_id))


def _newest(rows: Iterable[Row[Any]]) -> list[ImportedPicture]:
    """Each picture with its newest submission: a file that was replaced and sent again is another one under the same key."""
    return list({row.key: ImportedPicture(**{**row._mapping, "outcome": Outcome(row.outcome) if row.outcome else None})
                 for row in rows}.values())


def _values(item: ImportedLabels) -> dict[str, Any]:
    return {"key": item.key, "source": item.source, "name": item.name, "raw_sha256": item.raw_sha256, "licence": item.licence,
            "split": item.split, "part_of": item.part_of, "unit": item.unit, "image_kind": item.image_kind,
            "conditions": list(item.conditions), "width": item.width, "height": item.height,
            "regions": None if item.regions is None else regions_to_json(item.regions), "digest": item.digest}


def _labels(row: Row[Any]) -> ImportedLabels:
    return ImportedLabels(
        key=row.key, source=row.source, name=row.name, raw_sha256=row.raw_sha256, width=row.width, height=row.height,
        unit=Unit(row.unit), regions=None if row.regions is None else regions_from_json(row.regions), licence=row.licence,
        split=row.split, part_of=row.part_of, image_kind=ImageKind(row.image_kind) if row.image_kind else None,
        conditions=tuple(map(Condition, row.conditions)))
