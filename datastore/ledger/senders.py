"""Everybody who sent something to a campaign, counted; and photographs that wait for a manager, in order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import flags, point_entries, submissions
from schemas.flags import FlagDecision
from schemas.submission import Outcome


@dataclass(slots=True)
class SenderCounts:
    """What one submitter sent to a campaign.

    Attributes:
        outcomes: how many photographs ended as what.
        provisional: points that may still change.
        final: points that people confirmed.
        open_flags: that nobody has decided.
        confirmed_flags: of photographs that do not count.
        last_sent_at: in UTC; None where nothing was sent.
    """

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    provisional: int = 0
    final: int = 0
    open_flags: int = 0
    confirmed_flags: int = 0
    last_sent_at: datetime | None = None


def sender_counts(ledger: Ledger, campaign: str) -> dict[str, SenderCounts]:
    """Everybody who sent something to a campaign, by name."""
    found: dict[str, SenderCounts] = {}
    sent = (select(submissions.c.submitter, submissions.c.outcome, func.count().label("count"),
                   func.max(submissions.c.sent_at).label("last"))
            .where(submissions.c.campaign == campaign).group_by(submissions.c.submitter, submissions.c.outcome))
    points = (select(point_entries.c.submitter, func.sum(point_entries.c.provisional).label("provisional"),
                     func.sum(point_entries.c.final).label("final"))
              .where(point_entries.c.campaign == campaign).group_by(point_entries.c.submitter))
    flagged = (select(submissions.c.submitter, flags.c.decision, func.count().label("count"))
               .join(submissions, submissions.c.submission_id == flags.c.submission_id)
               .where(flags.c.campaign == campaign).group_by(submissions.c.submitter, flags.c.decision))
    with ledger.read() as connection:
        for row in connection.execute(sent):
            one = found.setdefault(row.submitter or "", SenderCounts())
            one.outcomes[Outcome(row.outcome)] = row[2]
            one.last_sent_at = max(row.last, one.last_sent_at or row.last)
        for row in connection.execute(points):
            one = found.setdefault(row.submitter, SenderCounts())
            one.provisional = int(row.provisional)
            one.final = int(row.final)
        for row in connection.execute(flagged):
            one = found.setdefault(row.submitter or "", SenderCounts())
            if row.decision is None:
                one.open_flags += row[2]
            elif row.decision == FlagDecision.CONFIRMED:
                one.confirmed_flags += row[2]
    return found


def held_ids(ledger: Ledger, campaign: str) -> list[str]:
    """Held submissions of a campaign whose picture is known, in the order in which they were sent."""
    query = (select(submissions.c.submission_id)
             .where(submissions.c.campaign == campaign, submissions.c.outcome == Outcome.HELD,
                    submissions.c.own_image_id.is_not(None))
             .order_by(submissions.c.sent_at, submissions.c.key))
    with ledger.read() as connection:
        return list(connection.scalars(query))
