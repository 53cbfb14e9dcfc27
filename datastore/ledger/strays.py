"""Strays: submissions to a campaign that has no file. They are held unread, until it has one or somebody moves them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import and_, delete, func, select

from datastore.ledger import arrivals
from datastore.ledger.engine import Ledger
from datastore.ledger.rows import every_submission, submission_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import submissions
from schemas.submission import Outcome, Reason

STRAY = and_(submissions.c.raw_sha256.is_(None),  # nothing of them was read; the column's index finds them among millions
             submissions.c.outcome == Outcome.HELD, submissions.c.reason == Reason.UNKNOWN_CAMPAIGN)


def strays(ledger: Ledger) -> dict[str, str]:
    """Campaign of each stray, by submission id."""
    with ledger.read() as connection:
        rows = connection.execute(select(submissions.c.submission_id, submissions.c.campaign).where(STRAY))
        return {row.submission_id: row.campaign for row in rows}


def counts(ledger: Ledger) -> Counter[str]:
    """How many strays there are, by campaign."""
    with ledger.read() as connection:
        rows = connection.execute(select(submissions.c.campaign, func.count()).where(STRAY).group_by(submissions.c.campaign))
        return Counter({row[0]: row[1] for row in rows})


def let_in(ledger: Ledger, campaigns: Collection[str]) -> int:
    """Makes the strays of campaigns that have a file now arrivals again. Returns how many."""
    ids = [name for name, campaign in strays(ledger).items() if campaign in campaigns]
    for chunk in in_chunks(ids):
        with ledger.write(alone="images") as connection:
            rows = connection.execute(every_submission.where(submissions.c.submission_id.in_(chunk), STRAY))
            arrivals.take_back(connection, [submission_row(row) for row in rows])
            connection.execute(delete(submissions).where(submissions.c.submission_id.in_(chunk), STRAY))
    return len(ids)


def forget(ledger: Ledger, submission_ids: Sequence[str]) -> None:
    """Removes strays whose objects are gone, such as those that somebody moved to where they belong."""
    for chunk in in_chunks(submission_ids):
        with ledger.write(alone="images") as connection:
            connection.execute(delete(submissions).where(submissions.c.submission_id.in_(chunk), STRAY))
