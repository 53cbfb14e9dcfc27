"""Submissions and images in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore
from datastore.ledger.tables import images, submissions
from schemas.submission import Outcome, RawObject, Submission


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image that the ledger has, with the submission that it was accepted for (None: withdrawn since)."""

    image_id: str
    pixels_id: str
    cluster_id: str
    accepted: str | None


def unseen(ledger: Ledger, objects: Sequence[RawObject]) -> list[RawObject]:
    """Those of the raw objects that have no row yet, in the same order."""
    seen: set[str] = set()
    with ledger.read() as connection:
        for chunk in in_chunks([raw.submission_id for raw in objects]):
            seen.update(connection.scalars(
                select(submissions.c.submission_id).where(submissions.c.submission_id.in_(chunk))))
    return [raw for raw in objects if raw.submission_id not in seen]


def known_images(connection: Connection, image_ids: Iterable[str], pixels_ids: Iterable[str]) -> list[KnownImage]:
    """Images with one of these ids or the same pixels."""
    accepted = submissions.alias("accepted")
    query = select(images.c.image_id, images.c.pixels_id, images.c.cluster_id, accepted.c.submission_id).outerjoin(
        accepted, (accepted.c.image_id == images.c.image_id) & (accepted.c.outcome == Outcome.ACCEPTED))
    found: dict[str, KnownImage] = {}
    for column, values in ((images.c.image_id, image_ids), (images.c.pixels_id, pixels_ids)):
        for chunk in in_chunks(sorted(set(values))):
            found.update({row.image_id: KnownImage(*row) for row in connection.execute(query.where(column.in_(chunk)))})
    return list(found.values())


def cluster_representatives(connection: Connection) -> dict[str, str]:
    """Fingerprint of each cluster's founding image, by cluster id."""
    rows = connection.execute(
        select(images.c.cluster_id, images.c.fingerprint).where(images.c.image_id == images.c.cluster_id))
    return {row.cluster_id: row.fingerprint for row in rows}


def record(connection: Connection, settled: Sequence[Submission]) -> int:
    """Writes submissions and their images; those already there stay as they are.

    Returns:
        How many submissions were new.
    """
    new_images = {
        item.image.image_id: {
            "image_id": item.image.image_id, "media_type": item.image.media_type, "width": item.image.width,
            "height": item.image.height, "bytes": len(item.image.data), "pixels_id": item.image.pixels_id,
            "fingerprint": item.image.fingerprint, "cluster_id": item.cluster_id, "encoder": item.image.encoder,
        }
        for item in settled if item.outcome is Outcome.ACCEPTED and item.image and item.image_id == item.image.image_id
    }
    insert_or_ignore(connection, images, list(new_images.values()))
    # Accepted ones first: a duplicate's row points at the row that it repeats.
    ordered = sorted(settled, key=lambda item: item.outcome is not Outcome.ACCEPTED)
    return insert_or_ignore(connection, submissions, [_row(item) for item in ordered])


def outcome_counts(ledger: Ledger) -> dict[tuple[str, str | None], int]:
    """How many submissions ended where, by (outcome, reason)."""
    with ledger.read() as connection:
        rows = connection.execute(
            select(submissions.c.outcome, submissions.c.reason, func.count()).group_by(
                submissions.c.outcome, submissions.c.reason))
        return {(row[0], row[1]): row[2] for row in rows}


def submission_rows(ledger: Ledger, campaign: str | None = None) -> list[Row[Any]]:
    """All submissions, of one campaign or of all, in order of time sent and key."""
    query = select(submissions).order_by(submissions.c.sent_at, submissions.c.key)
    if campaign is not None:
        query = query.where(submissions.c.campaign == campaign)
    with ledger.read() as connection:
        return list(connection.execute(query))


def _row(item: Submission) -> dict[str, Any]:
    return {
        "submission_id": item.raw.submission_id, "bucket": item.raw.bucket, "key": item.raw.key,
        "version": item.raw.version, "size": item.raw.size, "sent_at": item.raw.sent_at,
        "campaign": item.sender.campaign if item.sender else None,
        "submitter": item.sender.submitter if item.sender else None,
        "claims": item.claims, "raw_sha256": item.raw_sha256, "outcome": item.outcome,
        "reason": item.rejection.reason if item.rejection else None,
        "detail": item.rejection.detail if item.rejection else item.trace,
        "image_id": item.image_id, "duplicate_of": item.duplicate_of,
        "original": asdict(item.image.original) if item.image else None,
    }
