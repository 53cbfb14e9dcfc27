"""What somebody sent to a campaign, the newest first, with what became of it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, exists, func, select

from datastore.ledger.cursors import listed_at
from datastore.ledger.engine import Ledger
from datastore.ledger.tables import comparisons, images, submissions, uploads
from schemas.submission import Outcome, Reason, image_key
from schemas.text import normalise
from schemas.upload import Upload


@dataclass(frozen=True, slots=True)
class SettledPhotograph:
    """A submission that ingest has decided on, with the place that it was sent to, where the portal gave it.

    Attributes:
        submission_id: which.
        key: its object's.
        sent_at: in UTC, by the storage's clock.
        outcome: where it ended.
        reason: why it is not taken, where there is a reason for submitters.
        file_name: as the sender's device called it.
        categories: what its sender says that it shows.
        from_demo: whether it was sent from the demo page.
        picture: key of its canonical picture; None where it has none, and of what was withdrawn.
        earlier_submitter: who sent what it repeats; None where it repeats nothing.
        earlier_name: the file name of that one.
        earlier_picture: key of the picture of that one.
    """

    submission_id: str
    key: str
    sent_at: datetime
    outcome: Outcome
    reason: Reason | None
    file_name: str
    categories: tuple[str, ...]
    from_demo: bool
    picture: str | None
    earlier_submitter: str | None
    earlier_name: str
    earlier_picture: str | None


def settled_photographs(ledger: Ledger, campaign: str, submitter: str, limit: int) -> list[SettledPhotograph]:
    """Submissions of one submitter in a campaign, the newest first, at most ``limit``."""
    with ledger.read() as connection:
        rows = connection.execute(_settled(), {"of": campaign, "by": submitter, "most": limit})
        return [_sent(row) for row in rows]


def sent_photograph(ledger: Ledger, campaign: str, submitter: str, key: str) -> SettledPhotograph | Upload | None:
    """One of them by its object's key, settled or known to have arrived; None where this submitter sent none there."""
    by = {"of": campaign, "by": submitter, "most": 1}
    with ledger.read() as connection:
        if row := connection.execute(_settled().where(submissions.c.key == key), by).one_or_none():
            return _sent(row)
        row = connection.execute(select(uploads).where(
            uploads.c.key == key, uploads.c.campaign == campaign, uploads.c.submitter == submitter,
            uploads.c.arrived_at.is_not(None))).one_or_none()
        return _upload(row) if row else None


def unlisted_places(ledger: Ledger, bucket: str, campaign: str) -> dict[str, datetime]:
    """Places of a campaign that are filled, of which nothing is settled, and that the last listing cannot have seen.

    Returns:
        When each place was given, by key. What was listed and waits for its outcome may be among them.
    """
    listed = listed_at(ledger, campaign)
    settled = exists().where(submissions.c.bucket == bucket, submissions.c.key == uploads.c.key)
    query = select(uploads.c.key, uploads.c.issued_at).where(
        uploads.c.campaign == normalise(campaign), uploads.c.arrived_at.is_not(None), ~settled)
    with ledger.read() as connection:
        return dict(connection.execute(query if listed is None else query.where(uploads.c.arrived_at >= listed)).tuples().all())


def waiting_photographs(ledger: Ledger, bucket: str, campaign: str, submitter: str, limit: int) -> list[Upload]:
    """What the portal knows to have arrived of one submitter and ingest has not decided on, the newest first."""
    with ledger.read() as connection:
        rows = connection.execute(_waiting(), {"in": bucket, "of": campaign, "by": submitter, "most": limit})
        return [_upload(row) for row in rows]


# Pages ask both questions again and again: they are built once, which takes as long as to answer them.
@functools.cache
def _waiting() -> Select[Any]:
    settled = exists().where(submissions.c.bucket == bindparam("in"), submissions.c.key == uploads.c.key)
    return (select(uploads).where(uploads.c.campaign == bindparam("of"), uploads.c.submitter == bindparam("by"),
                                  uploads.c.arrived_at.is_not(None), ~settled)
            .order_by(uploads.c.issued_at.desc(), uploads.c.key).limit(bindparam("most", type_=Integer)))


@functools.cache
def _settled() -> Select[Any]:
    earlier = submissions.alias("earlier")
    earlier_upload = uploads.alias("earlier_upload")
    earlier_image = images.alias("earlier_image")
    # A duplicate's own picture is kept beside its comparison: the ledger has no image of it.
    compared = (select(comparisons.c.picture_key).where(comparisons.c.submission_id == submissions.c.submission_id)
                .limit(1).scalar_subquery())
    return (select(submissions.c.submission_id, submissions.c.key, submissions.c.sent_at, submissions.c.outcome,
                   submissions.c.reason, uploads.c.file_name, uploads.c.categories, uploads.c.from_demo,
                   images.c.image_id, images.c.media_type, compared.label("compared"),
                   earlier.c.submitter.label("earlier_submitter"), earlier.c.key.label("earlier_key"),
                   earlier_upload.c.file_name.label("earlier_name"),
                   earlier_image.c.image_id.label("earlier_image"), earlier_image.c.media_type.label("earlier_type"))
            .outerjoin(uploads, uploads.c.key == submissions.c.key)
            .outerjoin(images, images.c.image_id == func.coalesce(submissions.c.own_image_id, submissions.c.image_id))
            .outerjoin(earlier, earlier.c.submission_id == submissions.c.duplicate_of)
            .outerjoin(earlier_upload, earlier_upload.c.key == earlier.c.key)
            .outerjoin(earlier_image, earlier_image.c.image_id == earlier.c.image_id)
            .where(submissions.c.campaign == bindparam("of"), submissions.c.submitter == bindparam("by"))
            .order_by(submissions.c.sent_at.desc(), submissions.c.key).limit(bindparam("most", type_=Integer)))


def _sent(row: Row[Any]) -> SettledPhotograph:
    own = image_key(row.image_id, row.media_type) if row.image_id else row.compared
    if row.outcome == Outcome.WITHDRAWN:
        own = None
    earlier = image_key(row.earlier_image, row.earlier_type) if row.earlier_image else None
    return SettledPhotograph(
        row.submission_id, row.key, row.sent_at, Outcome(row.outcome), Reason(row.reason) if row.reason else None,
        row.file_name or _last_part(row.key), tuple(row.categories or ()), bool(row.from_demo), own, row.earlier_submitter,
        row.earlier_name or _last_part(row.earlier_key or ""), earlier)


def _upload(row: Row[Any]) -> Upload:
    return Upload(**{**row._mapping, "categories": tuple(row.categories)})


def _last_part(key: str) -> str:
    return key.rpartition("/")[2]
