"""What became of submissions, as a list that people page through: the newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import arrivals, submissions
from schemas.submission import sender_of
from schemas.text import normalise

ROWS_A_READ = 1000
WAITING = "waiting"
"""In place of an outcome: the next ingest decides."""
UNDECODED = "not decoded yet"
DECODED = "decoded; settled once all that were sent before it are decoded"


class ListPosition(Protocol):
    """Where a submission stands in the list."""

    @property
    def sent_at(self) -> datetime:
        """When it was sent."""

    @property
    def key(self) -> str:
        """Its object's."""

    @property
    def submission_id(self) -> str:
        """Its id."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one submission. ``earlier_key`` and ``earlier_submitter`` are those of the one that it repeats."""

    submission_id: str
    key: str
    campaign: str | None
    submitter: str | None
    sent_at: datetime
    outcome: str
    reason: str | None
    detail: str | None
    image_id: str | None
    earlier_key: str | None
    earlier_submitter: str | None


def outcomes(ledger: Ledger, campaign: str | None = None, after: ListPosition | None = None,
             limit: int | None = None) -> Iterator[Told]:
    """Submissions with the key and the submitter of the one that they repeat; the newest first, at one moment by key.

    They stream by: all of a million are never in memory.

    Args:
        ledger: where.
        campaign: only this one's.
        after: only those behind this submission.
        limit: at most so many.
    """
    earlier = submissions.alias("earlier")
    query = (select(submissions.c.submission_id, submissions.c.key, submissions.c.campaign, submissions.c.submitter,
                    submissions.c.sent_at, submissions.c.outcome, submissions.c.reason, submissions.c.detail,
                    submissions.c.image_id, earlier.c.key.label("earlier_key"), earlier.c.submitter.label("earlier_submitter"))
             .outerjoin(earlier, earlier.c.submission_id == submissions.c.duplicate_of)
             .where(_of_campaign(campaign), _behind(after))
             .order_by(submissions.c.sent_at.desc(), submissions.c.key, submissions.c.submission_id).limit(limit))
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=ROWS_A_READ).execute(query):
            yield Told(*row)


def waiting(ledger: Ledger, campaign: str | None = None) -> Iterator[Told]:
    """Raw objects that have no outcome yet, also those that are tried again; the newest first. They stream by.

    Args:
        ledger: where.
        campaign: only this one's.
    """
    query = (select(arrivals.c.submission_id, arrivals.c.key, arrivals.c.sent_at,
                    arrivals.c.decoded.is_not(None).label("is_decoded"))
             .order_by(arrivals.c.sent_at.desc(), arrivals.c.key))
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=ROWS_A_READ).execute(query):
            sender = sender_of(row.key)
            of, by = (sender.campaign, sender.submitter) if sender else (None, None)
            if campaign is None or of == normalise(campaign):
                yield Told(row.submission_id, row.key, of, by, row.sent_at, WAITING, None,
                           DECODED if row.is_decoded else UNDECODED, None, None, None)


def count_behind(ledger: Ledger, campaign: str | None, last: ListPosition) -> int:
    """How many submissions ``outcomes`` has behind one of them."""
    query = select(func.count()).select_from(submissions).where(_of_campaign(campaign), _behind(last))
    with ledger.read() as connection:
        return connection.scalar(query) or 0


def _of_campaign(campaign: str | None) -> ColumnElement[bool]:
    return true() if campaign is None else submissions.c.campaign == normalise(campaign)


def _behind(last: ListPosition | None) -> ColumnElement[bool]:
    if last is None:
        return true()
    # The first condition finds the place in the index on the time; the others tell those of one moment apart.
    return and_(submissions.c.sent_at <= last.sent_at, or_(
        submissions.c.sent_at < last.sent_at, submissions.c.key > last.key,
        and_(submissions.c.key == last.key, submissions.c.submission_id > last.submission_id)))
