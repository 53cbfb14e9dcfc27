"""Arrivals: raw objects between their first listing and their outcome.

They are settled in the order in which they were sent, whoever decodes them: one whose elders are still being decoded
waits. So that the earliest submission wins, and two workers leave the same ledger as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, or_, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import arrivals, submissions
from schemas.recorded import SubmissionRow
from schemas.submission import CanonicalImage, Original, Outcome, RawObject, Reason, Rejection, Submission, sender_of


def register(ledger: Ledger, listed: Sequence[RawObject]) -> int:
    """Notes listed objects that the ledger has not seen. Returns how many were new."""
    known: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks([raw.submission_id for raw in listed]):
            for table in (submissions, arrivals):
                known.update(connection.scalars(select(table.c.submission_id).where(table.c.submission_id.in_(chunk))))
    new = [raw for raw in listed if raw.submission_id not in known]
    if not new:
        return 0
    with ledger.write() as connection:
        return insert_or_ignore(connection, arrivals, [
            {"submission_id": raw.submission_id, "bucket": raw.bucket, "key": raw.key, "version": raw.version,
             "size": raw.size, "sent_at": raw.sent_at} for raw in new])


def undecoded(ledger: Ledger, among: Sequence[str] | None = None) -> list[RawObject]:
    """Arrivals that nobody has decoded, in order of time sent and key; of all, or among some submission ids."""
    query = select(arrivals).where(arrivals.c.decoded.is_(None))
    with ledger.read() as connection:
        rows = connection.execute(query).all() if among is None else [
            row for chunk in in_chunks(among) for row in connection.execute(query.where(arrivals.c.submission_id.in_(chunk)))]
    return sorted((raw_object(row) for row in rows), key=lambda raw: (raw.sent_at, raw.key))


def store(ledger: Ledger, decoded: Sequence[Submission], gone: Sequence[str]) -> None:
    """Writes what the decoders found; the first one to write wins.

    Args:
        ledger: where.
        decoded: submissions as far as they can be told without the others: rejected, quarantined, or accepted for now.
        gone: ids of those whose objects were replaced or deleted since they were listed: they are no arrivals any more.
    """
    with ledger.write() as connection:
        if decoded:
            connection.execute(
                update(arrivals).where(arrivals.c.submission_id == bindparam("id"), arrivals.c.decoded.is_(None))
                .values(decoded=bindparam("record")),
                [{"id": item.raw.submission_id, "record": packed(item)} for item in decoded])
        for chunk in in_chunks(gone):
            connection.execute(delete(arrivals).where(arrivals.c.submission_id.in_(chunk), arrivals.c.decoded.is_(None)))


def ready(ledger: Ledger, limit: int) -> list[Submission]:
    """Decoded arrivals that no undecoded one precedes, in order of time sent and key, at most ``limit``."""
    with ledger.read() as connection:
        first = connection.execute(
            select(arrivals.c.sent_at, arrivals.c.key).where(arrivals.c.decoded.is_(None))
            .order_by(arrivals.c.sent_at, arrivals.c.key).limit(1)).one_or_none()
        query = select(arrivals).where(arrivals.c.decoded.is_not(None))
        if first:
            query = query.where(or_(arrivals.c.sent_at < first.sent_at,
                                    and_(arrivals.c.sent_at == first.sent_at, arrivals.c.key < first.key)))
        rows = connection.execute(query.order_by(arrivals.c.sent_at, arrivals.c.key).limit(limit))
        return [unpacked(raw_object(row), row.decoded) for row in rows]


def settled(connection: Connection, submission_ids: Sequence[str]) -> None:
    """Removes arrivals whose outcome is written in the same transaction."""
    for chunk in in_chunks(submission_ids):
        connection.execute(delete(arrivals).where(arrivals.c.submission_id.in_(chunk)))


def waiting(ledger: Ledger) -> int:
    """How many arrivals have no outcome yet."""
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(arrivals)) or 0


def waiting_ids(ledger: Ledger) -> set[str]:
    """Ids of all that have no outcome yet, those that are decided anew among them."""
    with ledger.read() as connection:
        return set(connection.scalars(select(arrivals.c.submission_id)))


def packed(item: Submission) -> dict[str, Any]:
    """A decoded submission as JSON, without what the row has."""
    return {"claims": item.claims, "raw_sha256": item.raw_sha256, "outcome": item.outcome.value, "trace": item.trace,
            "thumbnail": item.thumbnail,
            "rejection": asdict(item.rejection) if item.rejection else None,
            "image": _packed_image(item.image) if item.image else None}


def _packed_image(image: CanonicalImage) -> dict[str, Any]:
    # asdict would copy the words one by one: a sixth of what an image costs
    fields = {name: getattr(image, name) for name in CanonicalImage.__dataclass_fields__}
    return {**fields, "original": asdict(image.original)}


def unpacked(raw: RawObject, record: dict[str, Any]) -> Submission:
    """The submission that ``packed`` was given."""
    rejection = record["rejection"]
    image = record["image"]
    return Submission(
        raw, sender_of(raw.key), record["claims"], Outcome(record["outcome"]), record["raw_sha256"],
        Rejection(Reason(rejection["reason"]), rejection["detail"]) if rejection else None,
        CanonicalImage(**{**image, "words": tuple(image["words"]), "original": Original(**image["original"])})
        if image else None,
        trace=record["trace"], thumbnail=record["thumbnail"])


def take_back(connection: Connection, rows: Sequence[SubmissionRow]) -> None:
    """Makes settled submissions arrivals again: the next ingest decides anew. Their rows are removed by the caller."""
    insert_or_ignore(connection, arrivals, [
        {"submission_id": row.submission_id, "bucket": row.bucket, "key": row.key, "version": row.version,
         "size": row.size, "sent_at": row.sent_at} for row in rows])


def raw_object(row: Row[Any]) -> RawObject:
    """The raw object that a row of ``arrivals`` is."""
    return RawObject(row.bucket, row.key, row.version, row.size, row.sent_at)
