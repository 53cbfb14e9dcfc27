"""Submissions that people took back: nobody uses them any more, and nothing is a duplicate of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, null, select, update

from datastore.ledger import decisions
from datastore.ledger.duplicates import decide_anew
from datastore.ledger.engine import Ledger
from datastore.ledger.rows import every_submission, submission_row
from datastore.ledger.sql import in_chunks, insert_or_ignore
from datastore.ledger.tables import arrivals, comparisons, flags, submissions
from schemas.recorded import SubmissionRow
from schemas.submission import Outcome, RawObject, Verdict, sender_of


def withdrawn_ids(ledger: Ledger) -> set[str]:
    """Ids of all submissions that were withdrawn."""
    with ledger.read() as connection:
        return set(connection.scalars(select(submissions.c.submission_id).where(
            submissions.c.image_id.is_(None), submissions.c.outcome == Outcome.WITHDRAWN)))  # by the index of both


def withdraw_key(connection: Connection, bucket: str, key: str, lying: Sequence[RawObject], detail: str) -> int | None:
    """Withdraws all that was ever sent under a key; what repeated it is what it would be without it.

    Copies with the same bytes or pixels take its place at once, by the rule that there is: the one sent first. What was found
    to be an edited copy of it has not been compared with the others of these, and goes through the next ingest. A picture that
    waited only because it may repeat this one waits no longer.

    Args:
        connection: a transaction that has the lock ``images``.
        bucket: of the key.
        key: whose submissions.
        lying: what lies under the key now; it need not be known yet.
        detail: why, for the data manager.

    Returns:
        How many submissions were not withdrawn before; None where nothing was ever sent under the key.
    """
    rows = [submission_row(row) for row in connection.execute(every_submission.where(
        submissions.c.bucket == bucket, submissions.c.key == key))]
    known = {row.submission_id for row in rows}
    new = [raw for raw in lying if raw.submission_id not in known]
    insert_or_ignore(connection, submissions, [_unread(raw, detail) for raw in new])
    connection.execute(delete(arrivals).where(arrivals.c.submission_id.in_([raw.submission_id for raw in lying])))
    standing = [row for row in rows if row.outcome is not Outcome.WITHDRAWN]
    if standing:
        _leave(connection, standing, detail)
    return len(new) + len(standing) if rows or new else None


def _unread(raw: RawObject, detail: str) -> dict[str, Any]:
    sender = sender_of(raw.key)
    return {"submission_id": raw.submission_id, "bucket": raw.bucket, "key": raw.key, "version": raw.version, "size": raw.size,
            "sent_at": raw.sent_at, "campaign": sender.campaign if sender else None,
            "submitter": sender.submitter if sender else None, "claims": {}, "outcome": Outcome.WITHDRAWN, "detail": detail}


def _leave(connection: Connection, rows: Sequence[SubmissionRow], detail: str) -> None:
    names = [row.submission_id for row in rows]
    pictures = {own for row in rows if (own := row.own_image)}
    near = pictures | decisions.related(connection, pictures, names).images.keys()
    for row in rows:
        # Of what the file said only whose it is and when it came is kept; which picture it was tells whose task is not needed.
        connection.execute(update(submissions).where(submissions.c.submission_id == row.submission_id).values(
            outcome=Outcome.WITHDRAWN, reason=None, detail=detail, image_id=None, duplicate_of=None, own_image_id=row.own_image,
            found=None, found_image_id=None, uncompared=0, claims={}, raw_sha256=None, original=null()))
    connection.execute(delete(comparisons).where(comparisons.c.submission_id.in_(names)))
    connection.execute(delete(flags).where(flags.c.submission_id.in_(names), flags.c.decision.is_(None)))
    about = decisions.related(connection, near)
    in_doubt = _without_doubts(connection, pictures - {finding.image_id for finding in about.findings})
    ends = decisions.endings(about).submissions
    edited = [row for name, row in about.rows.items() if row.outcome is Outcome.DUPLICATE
              and row.found is Verdict.DUPLICATE and row.own_image != row.image_id and ends[name].image_id != row.image_id]
    if edited:
        decide_anew(connection, edited)
    decisions.settle_anew(connection, near, in_doubt)


def _without_doubts(connection: Connection, pictures: Collection[str]) -> set[str]:
    """Takes away what was found between some pictures and others; returns the submissions that it was found of."""
    found: set[str] = set()
    for chunk in in_chunks(sorted(pictures)):
        found.update(connection.scalars(select(comparisons.c.submission_id).where(comparisons.c.image_id.in_(chunk))))
        connection.execute(delete(comparisons).where(comparisons.c.image_id.in_(chunk)))
    return found
