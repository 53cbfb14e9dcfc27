"""Arrivals: raw objects between their first listing and their outcome.

They are settled in the order in which they were sent, whoever decodes them: one whose elders are still being decoded
waits. So that the earliest submission wins, and two workers leave the same ledger as one. What costs time, comparing
pictures, any worker may do ahead, in any order: whoever settles takes what there is and compares the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, or_, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore, is_among, update_rows
from datastore.ledger.tables import arrivals, leases, submissions
from schemas.recorded import SubmissionRow
from schemas.submission import (
    CanonicalImage,
    Compared,
    Original,
    Outcome,
    RawObject,
    Reason,
    Rejection,
    Submission,
    Verdict,
    sender_of,
)

COMPARE = "compare"
"""Kind of the leases on arrivals that are being compared."""


@dataclass(frozen=True, slots=True)
class DecodedArrival:
    """An arrival that waits for its turn.

    Attributes:
        submission: what the decoder found.
        compared: what its picture was compared with ahead, by image id; None where nobody has done that.
    """

    submission: Submission
    compared: dict[str, Compared] | None

    @property
    def submission_id(self) -> str:
        """Id of the submission that it becomes."""
        return self.submission.raw.submission_id


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
        # What has no picture has nothing that could be compared.
        update_rows(connection, arrivals, [
            {"submission_id": item.raw.submission_id, "decoded": packed(item), "compared": None if item.image else {}}
            for item in decoded], arrivals.c.decoded.is_(None))
        for chunk in in_chunks(gone):
            connection.execute(delete(arrivals).where(arrivals.c.submission_id.in_(chunk), arrivals.c.decoded.is_(None)))


def ready(ledger: Ledger, limit: int) -> list[DecodedArrival]:
    """Decoded arrivals that no undecoded one precedes, in order of time sent and key, at most ``limit``."""
    with ledger.read() as connection:
        first = connection.execute(
            select(arrivals.c.sent_at, arrivals.c.key).where(arrivals.c.decoded.is_(None))
            .order_by(arrivals.c.sent_at, arrivals.c.key).limit(1)).one_or_none()
        query = select(arrivals).where(arrivals.c.decoded.is_not(None))
        if first:
            query = query.where(_is_before(first.sent_at, first.key))
        rows = connection.execute(query.order_by(arrivals.c.sent_at, arrivals.c.key).limit(limit))
        return [_decoded(row) for row in rows]


def uncompared(ledger: Ledger, limit: int) -> list[str]:
    """Ids of decoded arrivals that nobody has compared or is comparing, in order of time sent and key, at most ``limit``."""
    claimed = exists().where(leases.c.kind == COMPARE, leases.c.key == arrivals.c.submission_id,
                             leases.c.expires_at >= datetime.now(UTC))
    with ledger.read() as connection:
        return list(connection.scalars(
            select(arrivals.c.submission_id).where(arrivals.c.decoded.is_not(None), arrivals.c.compared.is_(None), ~claimed)
            .order_by(arrivals.c.sent_at, arrivals.c.key).limit(limit)))


def around(connection: Connection, submission_ids: Sequence[str], limit: int) -> list[DecodedArrival]:
    """Some decoded arrivals with those that wait before the last of them, in order of time sent and key.

    Args:
        connection: a transaction.
        submission_ids: of the arrivals; those that are settled by now are left out.
        limit: how many of the others at most, the nearest before.
    """
    query = select(arrivals).where(arrivals.c.decoded.is_not(None))
    asked = is_among(connection, arrivals.c.submission_id, submission_ids)
    rows = [*connection.execute(query.where(asked))]
    if not rows:
        return []
    last = max(rows, key=_place)
    rows += connection.execute(query.where(_is_before(last.sent_at, last.key), ~asked).order_by(
        arrivals.c.sent_at.desc(), arrivals.c.key.desc()).limit(limit))
    return [_decoded(row) for row in sorted(rows, key=_place)]


def store_compared(ledger: Ledger, found: Mapping[str, Sequence[Compared]]) -> None:
    """Writes what arrivals were compared with, by submission id; the first one to write wins, and of a settled one nothing."""
    with ledger.write() as connection:
        update_rows(connection, arrivals, [
            {"submission_id": name, "compared": {item.image_id: [item.verdict, item.figures] for item in compared}}
            for name, compared in found.items()], arrivals.c.decoded.is_not(None), arrivals.c.compared.is_(None))


def _place(row: Row[Any]) -> tuple[datetime, str]:
    return row.sent_at, row.key


def _is_before(sent_at: datetime, key: str) -> ColumnElement[bool]:
    """Whether an arrival comes before another one, in order of time sent and key."""
    return and_(arrivals.c.sent_at <= sent_at, or_(arrivals.c.sent_at < sent_at, arrivals.c.key < key))


def settled(connection: Connection, submission_ids: Sequence[str]) -> None:
    """Removes arrivals whose outcome is written in the same transaction."""
    connection.execute(delete(arrivals).where(is_among(connection, arrivals.c.submission_id, submission_ids)))


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


def _decoded(row: Row[Any]) -> DecodedArrival:
    compared = None if row.compared is None else {
        image_id: Compared(image_id, Verdict(verdict), figures) for image_id, (verdict, figures) in row.compared.items()}
    return DecodedArrival(unpacked(raw_object(row), row.decoded), compared)
