"""Submissions and images in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, exists, func, select, true, update

from datastore.ledger.connection import Ledger, in_chunks, insert_or_ignore
from datastore.ledger.gate import numbered
from datastore.ledger.tables import comparisons, images, readings, submissions
from schemas.submission import CATEGORIES, Outcome, Reason, Submission, image_key
from schemas.text import normalise


@dataclass(frozen=True, slots=True)
class KnownImage:
    """An image that the ledger has, with the submission that it stands on (None: withdrawn since).

    ``outcome`` is that submission's: accepted, held, or rejected where no text was found on the image.
    """

    image_id: str
    number: int
    media_type: str
    pixels_id: str | None
    cluster_id: str
    represents: bool
    submission_id: str | None
    sent_at: datetime | None
    key: str | None
    outcome: str | None

    @property
    def stands(self) -> bool:
        """Whether others can repeat it."""
        return self.outcome in (Outcome.ACCEPTED, Outcome.HELD)

    @property
    def image_key(self) -> str:
        """Where its picture is in the bucket ``images``."""
        return image_key(self.image_id, self.media_type)


def known_images(connection: Connection, *, ids: Iterable[str] = (), pixels: Iterable[str] = (), numbers: Iterable[int] = (),
                 clusters: Iterable[str] = ()) -> list[KnownImage]:
    """Images with one of these ids, pixels or numbers, and the representatives of these clusters."""
    stands = submissions.alias("stands")
    query = select(images.c.image_id, images.c.number, images.c.media_type, images.c.pixels_id, images.c.cluster_id,
                   images.c.represents, stands.c.submission_id, stands.c.sent_at, stands.c.key, stands.c.outcome).outerjoin(
        stands, (stands.c.image_id == images.c.image_id)
        & stands.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD, Outcome.REJECTED))).order_by(stands.c.outcome.desc())
    found: dict[str, KnownImage] = {}
    wanted: list[tuple[Column[Any], Iterable[Any]]] = [
        (images.c.image_id, ids), (images.c.pixels_id, pixels), (images.c.number, numbers), (images.c.cluster_id, clusters)]
    for column, values in wanted:
        for chunk in in_chunks(sorted(set(values))):
            rows = connection.execute(query.where(column.in_(chunk),
                                                  images.c.represents if column is images.c.cluster_id else true()))
            found.update({row.image_id: KnownImage(**row._mapping) for row in rows})
    return list(found.values())


def images_of_bytes(connection: Connection, digests: Iterable[str]) -> dict[str, str]:
    """Which images were made of raw files with these sha256 sums: another encoder would make other images of them."""
    found: dict[str, str] = {}
    for chunk in in_chunks(sorted(set(digests))):
        rows = connection.execute(select(submissions.c.raw_sha256, submissions.c.image_id).where(
            submissions.c.raw_sha256.in_(chunk), submissions.c.image_id.is_not(None),
            submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD, Outcome.REJECTED))))
        found.update({row.raw_sha256: row.image_id for row in rows})
    return found


def record(connection: Connection, settled: Sequence[Submission]) -> int:
    """Writes submissions with their images and comparisons; those already there stay as they are.

    A duplicate that was sent before what it repeats (it arrived late) takes its place: the earliest submission wins.

    Returns:
        How many submissions were new.
    """
    new_images = [_image_row(item) for item in settled if _brings_an_image(item)]
    if insert_or_ignore(connection, images, new_images) < len(new_images):  # some were taken back and are decided anew
        for row in new_images:
            connection.execute(update(images).where(images.c.image_id == row["image_id"]).values(
                cluster_id=row["cluster_id"], represents=row["represents"]))
    insert_or_ignore(connection, comparisons, [
        {"submission_id": item.raw.submission_id, "image_id": found.image_id, "verdict": found.verdict,
         "picture_key": item.image.key, "figures": found.figures}
        for item in settled if item.image for found in item.comparisons])
    # Accepted ones first: a duplicate's row points at the row that it repeats.
    ordered = sorted(settled, key=lambda item: item.outcome is Outcome.DUPLICATE)
    new = insert_or_ignore(connection, submissions, [_row(item) for item in ordered])
    for item in settled:
        if item.outcome is Outcome.DUPLICATE:
            _let_the_earliest_win(connection, item)
    return new


def reject_textless(connection: Connection, image_ids: Iterable[str]) -> int:
    """Rejects accepted submissions on whose images the model found no text. Returns how many.

    Those that claim a category stay: what the engine reads badly is what campaigns collect. So do those that a person has
    read: a new model does not overrule people.
    """
    count = 0
    labelled = exists().where(readings.c.image_id == submissions.c.image_id, readings.c.reader.startswith("person:"))
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(select(submissions.c.submission_id, submissions.c.claims).where(
            submissions.c.image_id.in_(chunk), submissions.c.outcome == Outcome.ACCEPTED, ~labelled))
        textless = [row.submission_id for row in rows if not row.claims.get(CATEGORIES)]
        if textless:
            count += connection.execute(update(submissions).where(
                submissions.c.submission_id.in_(textless), submissions.c.outcome == Outcome.ACCEPTED).values(
                outcome=Outcome.REJECTED, reason=Reason.NO_TEXT, detail="the model found no region")).rowcount
    return count


def quarantine(connection: Connection, image_id: str, trace: str) -> None:
    """Puts aside the submission of an image on which something nobody foresaw failed; ``saegim ingest retry`` has it back."""
    connection.execute(update(submissions).where(
        submissions.c.image_id == image_id, submissions.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD))).values(
        outcome=Outcome.QUARANTINED, detail=trace))


def _let_the_earliest_win(connection: Connection, item: Submission) -> None:
    other = connection.execute(select(submissions).where(
        submissions.c.submission_id == item.duplicate_of)).one()
    if (other.sent_at, other.key) <= (item.raw.sent_at, item.raw.key):
        return
    mine = submissions.c.submission_id == item.raw.submission_id
    for condition in (submissions.c.submission_id == other.submission_id, submissions.c.duplicate_of == other.submission_id):
        connection.execute(update(submissions).where(condition, ~mine).values(
            outcome=Outcome.DUPLICATE, duplicate_of=item.raw.submission_id))
    connection.execute(update(submissions).where(mine).values(outcome=other.outcome, duplicate_of=None))


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
        query = query.where(submissions.c.campaign == normalise(campaign))
    with ledger.read() as connection:
        return list(connection.execute(query))


def _brings_an_image(item: Submission) -> bool:
    return item.outcome in (Outcome.ACCEPTED, Outcome.HELD) and item.image is not None and item.image_id == item.image.image_id


def _image_row(item: Submission) -> dict[str, Any]:
    image = item.image
    if image is None:
        raise ValueError("no image")
    return {"image_id": image.image_id, "number": numbered(image.image_id), "media_type": image.media_type,
            "width": image.width, "height": image.height, "bytes": image.size, "pixels_id": image.pixels_id,
            "cluster_id": item.cluster_id, "represents": item.cluster_id == image.image_id, "encoder": image.encoder}


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
