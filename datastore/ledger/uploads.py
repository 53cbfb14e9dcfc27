"""Places in the bucket of submissions that the portal gave out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import submissions, uploads
from schemas.submission import RawObject
from schemas.upload import Upload


def add(connection: Connection, new: Sequence[Upload]) -> None:
    """Notes places; one that a page has asked for before stays as it was given."""
    insert_or_ignore(connection, uploads, [{**asdict(item), "categories": list(item.categories)} for item in new])


def by_client(connection: Connection, campaign: str, submitter: str, client_ids: Iterable[str]) -> dict[str, Upload]:
    """Somebody's places by the page's names of them; those that there are not are left out."""
    found: dict[str, Upload] = {}
    for some in in_chunks(sorted(set(client_ids))):
        rows = connection.execute(select(uploads).where(
            uploads.c.campaign == campaign, uploads.c.submitter == submitter, uploads.c.client_id.in_(some)))
        found |= {row.client_id: _upload(row) for row in rows}
    return found


def count_given(connection: Connection, campaign: str, submitter: str, since: datetime, only_empty: bool = False) -> int:
    """How many places somebody was given from a moment on; of all, or of those of which no page said that they are filled."""
    query = select(func.count()).select_from(uploads).where(
        uploads.c.campaign == campaign, uploads.c.submitter == submitter, uploads.c.issued_at >= since)
    if only_empty:
        query = query.where(uploads.c.arrived_at.is_(None))
    return connection.scalar(query) or 0


def count_from_demo(connection: Connection, campaign: str, since: datetime) -> int:
    """How many places of a campaign were given to photographs from the demo page from a moment on, to whomever."""
    return connection.scalar(select(func.count()).select_from(uploads).where(
        uploads.c.campaign == campaign, uploads.c.from_demo, uploads.c.issued_at >= since)) or 0


def mark_arrived(ledger: Ledger, keys: Sequence[str], at: datetime) -> None:
    """Notes that the bucket has what was to go to these places; the first moment stays."""
    with ledger.write() as connection:
        for some in in_chunks(keys):
            connection.execute(update(uploads).where(uploads.c.key.in_(some), uploads.c.arrived_at.is_(None))
                               .values(arrived_at=at))


def note_categories(ledger: Ledger, campaign: str, submitter: str, keys: Sequence[str], categories: Sequence[str]) -> int:
    """Notes what somebody says that photographs of theirs show; returns how many there are of these keys."""
    with ledger.write() as connection:
        return sum(connection.execute(update(uploads).where(
            uploads.c.campaign == campaign, uploads.c.submitter == submitter, uploads.c.key.in_(some))
            .values(categories=list(categories))).rowcount for some in in_chunks(keys))


def second_at_place(connection: Connection, listed: Sequence[RawObject]) -> set[str]:
    """Which of some objects were sent to a place of the portal after another one: a form can be posted again until it expires.

    Returns:
        Their submission ids. Keys that the portal did not give out are whoever's they are: what is sent there again is new.
    """
    given: set[str] = set()
    came: dict[str, dict[str, datetime]] = {}
    for some in in_chunks(sorted({raw.key for raw in listed})):
        given.update(connection.scalars(select(uploads.c.key).where(uploads.c.key.in_(some))))
        for row in connection.execute(select(submissions.c.key, submissions.c.submission_id, submissions.c.sent_at).where(
                submissions.c.bucket.in_({raw.bucket for raw in listed}), submissions.c.key.in_(some))):
            came.setdefault(row.key, {})[row.submission_id] = row.sent_at
    second: set[str] = set()
    for raw in sorted((raw for raw in listed if raw.key in given), key=lambda raw: raw.sent_at):
        others = came.setdefault(raw.key, {})
        if any(at <= raw.sent_at for name, at in others.items() if name != raw.submission_id):
            second.add(raw.submission_id)
        others[raw.submission_id] = raw.sent_at
    return second


def claimed_categories(ledger: Ledger, campaign: str) -> dict[str, tuple[str, ...]]:
    """What the senders of a campaign's photographs say that these show, by key; those of which nothing is said are left out."""
    with ledger.read() as connection:
        rows = connection.execute(select(uploads.c.key, uploads.c.categories).where(uploads.c.campaign == campaign))
        return {row.key: tuple(row.categories) for row in rows if row.categories}


def _upload(row: Row[Any]) -> Upload:
    return Upload(**{**row._mapping, "categories": tuple(row.categories)})
