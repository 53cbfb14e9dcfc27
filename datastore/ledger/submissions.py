"""Submissions and images in the ledger."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, exists, or_, select, true, update

from datastore.ledger import decisions
from datastore.ledger.engine import Ledger
from datastore.ledger.rows import every_submission, submission_row
from datastore.ledger.sql import in_chunks, insert_or_ignore, is_among
from datastore.ledger.tables import comparisons, images, readings, submissions, uploads
from schemas.ids import image_number
from schemas.reader import ReaderKind
from schemas.recorded import KnownImage, SubmissionRow
from schemas.submission import CATEGORIES, Outcome, Submission, Verdict
from schemas.text import normalise


def known_images(connection: Connection, *, ids: Iterable[str] = (), pixels: Iterable[str] = (), numbers: Iterable[int] = (),
                 clusters: Iterable[str] = ()) -> list[KnownImage]:
    """Images with one of these ids, pixels or numbers, and the representatives of these clusters."""
    found: dict[str, KnownImage] = {}
    wanted: list[tuple[Column[Any], Iterable[Any]]] = [
        (images.c.image_id, ids), (images.c.pixels_id, pixels), (images.c.number, numbers), (images.c.cluster_id, clusters)]
    for column, values in wanted:
        if listed := sorted(set(values)):
            rows = connection.execute(_known_images().where(
                is_among(connection, column, listed), images.c.represents if column is images.c.cluster_id else true()))
            found.update({row.image_id: _known_image(row) for row in rows})
    return list(found.values())


@functools.cache
def _known_images() -> Select[Any]:
    stands = submissions.alias("stands")
    return select(images.c.image_id, images.c.media_type, images.c.pixels_id, images.c.cluster_id, images.c.represents,
                  stands.c.submission_id, stands.c.sent_at, stands.c.key.label("submission_key"), stands.c.outcome).outerjoin(
        stands, (stands.c.image_id == images.c.image_id)
        & stands.c.outcome.in_((Outcome.ACCEPTED, Outcome.HELD, Outcome.REJECTED))).order_by(
        stands.c.outcome.desc(), stands.c.sent_at.desc(), stands.c.key.desc())


def _known_image(row: Row[Any]) -> KnownImage:
    return KnownImage(**{**row._mapping, "outcome": Outcome(row.outcome) if row.outcome else None})


def images_of_bytes(connection: Connection, digests: Iterable[str]) -> dict[str, str]:
    """Which images were made of raw files with these sha256 sums: another encoder would make other images of them."""
    listed = sorted(set(digests))
    if not listed:
        return {}
    rows = connection.execute(select(submissions.c.raw_sha256, submissions.c.own_image_id).where(
        is_among(connection, submissions.c.raw_sha256, listed), submissions.c.own_image_id.is_not(None),
        submissions.c.outcome != Outcome.WITHDRAWN))
    return {row.raw_sha256: row.own_image_id for row in rows}


def stood_for(connection: Connection, image_ids: Iterable[str]) -> dict[str, str]:
    """Images of duplicates: which image each of them repeats."""
    listed = sorted(set(image_ids))
    if not listed:
        return {}
    return dict(connection.execute(select(submissions.c.own_image_id, submissions.c.image_id).where(
        is_among(connection, submissions.c.own_image_id, listed), submissions.c.own_image_id != submissions.c.image_id,
        submissions.c.outcome != Outcome.WITHDRAWN)).tuples().all())


def record(connection: Connection, settled: Sequence[Submission], decisions_before: int | None = None) -> dict[str, Outcome]:
    """Writes submissions with their images and comparisons; those already there stay as they are.

    Where more follows than was seen when they were settled, it is worked out anew: for a duplicate that was sent before
    what it repeats, for what was taken back and is found once more, and where somebody decided meanwhile.

    Args:
        connection: a transaction that has the lock ``images``.
        settled: submissions with what was found of them.
        decisions_before: decisions that there were when they were compared; None for all that there are.

    Returns:
        What became of each, by submission id.
    """
    said = decisions.last_number(connection)
    before = said if decisions_before is None else decisions_before
    bringing = [item for item in settled if _brings_an_image(item)]
    there = {known.image_id for known in known_images(connection, ids=[item.own_image_id or "" for item in bringing])}
    insert_or_ignore(connection, images, [_image_row(item) for item in bringing if item.own_image_id not in there])
    insert_or_ignore(connection, comparisons, [
        {"submission_id": item.raw.submission_id, "image_id": found.image_id, "verdict": found.verdict,
         "picture_key": item.image.key, "figures": found.figures}
        for item in settled if item.image for found in item.comparisons])
    # Accepted ones first: a duplicate's row points at the row that it repeats.
    ordered = sorted(settled, key=lambda item: item.outcome is Outcome.DUPLICATE)
    insert_or_ignore(connection, submissions, [
        {**_row(item), "decisions_before": before, **({"outcome": Outcome.HELD} if item.own_image_id in there else {})}
        for item in ordered])
    stale = {item.own_image_id for item in settled if item.own_image_id and (
        said != before or item.own_image_id in there or item.outcome is Outcome.REJECTED)}
    stale |= _otherwise_by_now(connection, settled)
    if said:
        stale |= decisions.decided_images(connection, [item.raw.submission_id for item in settled])
    decisions.settle_anew(connection, sorted(stale))
    return outcomes(connection, [item.raw.submission_id for item in settled])


def add_image(connection: Connection, image_id: str, media_type: str, width: int, height: int, size: int) -> None:
    """Adds the image of a duplicate of which only the picture was kept."""
    insert_or_ignore(connection, images, [
        {"image_id": image_id, "number": image_number(image_id), "media_type": media_type, "width": width, "height": height,
         "bytes": size, "cluster_id": image_id, "represents": True, "encoder": "not noted"}])


def outcomes(connection: Connection, submission_ids: Iterable[str]) -> dict[str, Outcome]:
    """What became of some submissions, by id."""
    return {row.submission_id: Outcome(row.outcome) for chunk in in_chunks(sorted(set(submission_ids)))
            for row in connection.execute(select(submissions.c.submission_id, submissions.c.outcome).where(
                submissions.c.submission_id.in_(chunk)))}


def _otherwise_by_now(connection: Connection, settled: Sequence[Submission]) -> set[str]:
    """Images of those that repeat what does not stand, or what was sent later, or that joined what is no cluster any more."""
    originals = decisions.rows_by_id(connection, [item.duplicate_of for item in settled if item.duplicate_of])
    joined = {item.found_image_id for item in settled if item.found is Verdict.CLUSTER and item.found_image_id}
    clusters = {known.image_id: known.cluster_id for known in known_images(connection, ids=joined) if known.stands}

    def otherwise(item: Submission) -> bool:
        if item.duplicate_of:
            first = originals.get(item.duplicate_of)
            return first is None or first.outcome not in (Outcome.ACCEPTED, Outcome.HELD) or (
                (first.sent_at, first.key) > (item.raw.sent_at, item.raw.key)) or first.image_id != item.image_id
        return item.found is Verdict.CLUSTER and clusters.get(item.found_image_id or "") != item.cluster_id

    return {item.own_image_id for item in settled if item.own_image_id and otherwise(item)}


def reject_textless(connection: Connection, image_ids: Iterable[str]) -> int:
    """Rejects accepted submissions on whose images the model found no text. Returns how many.

    Those that claim a category stay: what the engine reads badly is what campaigns collect. So do those that a person or a
    public data set has read: a new model does not overrule people.
    """
    textless: list[str] = []
    labelled = exists().where(readings.c.image_id == submissions.c.image_id, or_(*(
        readings.c.reader.startswith(f"{kind}:") for kind in (ReaderKind.PERSON, ReaderKind.SOURCE))))
    for chunk in in_chunks(sorted(set(image_ids))):
        rows = connection.execute(
            select(submissions.c.image_id, submissions.c.claims, uploads.c.categories)
            .outerjoin(uploads, uploads.c.key == submissions.c.key)
            .where(submissions.c.image_id.in_(chunk), submissions.c.outcome == Outcome.ACCEPTED, ~labelled))
        textless += [row.image_id for row in rows if not row.claims.get(CATEGORIES) and not row.categories]
    refuse(connection, textless, Outcome.REJECTED, "the model found no region")
    return len(textless)


def quarantine(connection: Connection, image_id: str, trace: str) -> None:
    """Puts aside the submissions of an image on which something nobody foresaw failed; ``saegim ingest retry`` has them back."""
    refuse(connection, [image_id], Outcome.QUARANTINED, trace)


def refuse(connection: Connection, image_ids: Sequence[str], outcome: Outcome, why: str) -> None:
    """Nobody takes these images any more, whoever sent them. The caller has the lock ``images``."""
    for chunk in in_chunks(image_ids):
        connection.execute(update(images).where(images.c.image_id.in_(chunk)).values(refused=outcome, why_refused=why))
    decisions.settle_anew(connection, image_ids)


def submission_rows(ledger: Ledger, campaign: str | None = None) -> list[SubmissionRow]:
    """All submissions, of one campaign or of all, in order of time sent and key."""
    query = every_submission.order_by(submissions.c.sent_at, submissions.c.key)
    if campaign is not None:
        query = query.where(submissions.c.campaign == normalise(campaign))
    with ledger.read() as connection:
        return [submission_row(row) for row in connection.execute(query)]


def _brings_an_image(item: Submission) -> bool:
    return item.image is not None and item.own_image_id == item.image.image_id and item.found_image_id != item.own_image_id


def _image_row(item: Submission) -> dict[str, Any]:
    image = item.image
    if image is None:
        raise ValueError("no image")
    return {"image_id": image.image_id, "number": image_number(image.image_id), "media_type": image.media_type,
            "width": image.width, "height": image.height, "bytes": image.size, "pixels_id": image.pixels_id,
            "cluster_id": item.cluster_id or image.image_id, "represents": item.cluster_id == image.image_id,
            "encoder": image.encoder}


def _row(item: Submission) -> dict[str, Any]:
    return {
        "submission_id": item.raw.submission_id, "bucket": item.raw.bucket, "key": item.raw.key,
        "version": item.raw.version, "size": item.raw.size, "sent_at": item.raw.sent_at,
        "campaign": item.sender.campaign if item.sender else None,
        "submitter": item.sender.submitter if item.sender else None,
        "claims": item.claims, "raw_sha256": item.raw_sha256, "outcome": item.outcome,
        "reason": item.rejection.reason if item.rejection else None,
        "detail": item.rejection.detail if item.rejection else item.trace,
        "image_id": item.image_id, "duplicate_of": item.duplicate_of, "own_image_id": item.own_image_id, "found": item.found,
        "found_image_id": item.found_image_id, "uncompared": item.uncompared,
        "original": asdict(item.image.original) if item.image else None,
    }
