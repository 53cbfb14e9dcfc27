"""What a campaign's photographs and points come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.outcomes import waiting
from datastore.ledger.sent_photographs import unlisted_places
from datastore.ledger.tables import accepted_readings, point_entries, submissions
from schemas.points import PointSum
from schemas.submission import Outcome
from schemas.text import normalise


@dataclass(frozen=True, slots=True)
class Between:
    """From a moment on, before another one."""

    since: datetime
    until: datetime


def count_waiting(ledger: Ledger, bucket: str, campaign: str, days: Between) -> int:
    """Photographs that were sent in these days and that ingest has not decided, also what no ingest has listed yet.

    Args:
        ledger: where.
        bucket: of raw objects.
        campaign: whose.
        days: when they were sent, by the store's clock; of what is not listed yet, when the portal gave the place.
    """
    listed = {item.key: item.sent_at for item in waiting(ledger, campaign)}
    unlisted = {key: issued_at for key, issued_at in unlisted_places(ledger, bucket, campaign).items() if key not in listed}
    return sum(days.since <= moment < days.until for moment in [*listed.values(), *unlisted.values()])


def count_outcomes(ledger: Ledger, campaign: str, days: Between) -> dict[Outcome, int]:
    """How many photographs that were sent in these days ended as what."""
    query = (select(submissions.c.outcome, func.count()).where(_sent(campaign, days)).group_by(submissions.c.outcome))
    with ledger.read() as connection:
        return {Outcome(outcome): count for outcome, count in connection.execute(query).tuples()}


def count_people(ledger: Ledger, campaign: str, days: Between) -> int:
    """How many people sent something in these days."""
    query = select(func.count(submissions.c.submitter.distinct())).where(_sent(campaign, days))
    with ledger.read() as connection:
        return connection.scalar(query) or 0


def count_to_label(ledger: Ledger, campaign: str, annotation_config: str, days: Between) -> int:
    """Accepted photographs of these days whose picture has no accepted reading under an annotation config."""
    read = exists().where(accepted_readings.c.image_id == submissions.c.image_id,
                          accepted_readings.c.annotation_config == annotation_config)
    query = select(func.count()).where(_sent(campaign, days), submissions.c.outcome == Outcome.ACCEPTED, ~read)
    with ledger.read() as connection:
        return connection.scalar(query) or 0


def count_by_days(ledger: Ledger, campaign: str, days: Sequence[Between]) -> list[int]:
    """How many photographs with an outcome were sent in each of some days."""
    with ledger.read() as connection:
        return [connection.scalar(select(func.count()).where(_sent(campaign, day))) or 0 for day in days]


def sum_of_points(ledger: Ledger, campaign: str) -> PointSum:
    """Points of all people together."""
    query = select(func.sum(point_entries.c.provisional), func.sum(point_entries.c.final)).where(
        point_entries.c.campaign == normalise(campaign))
    with ledger.read() as connection:
        provisional, final = connection.execute(query).one()
    return PointSum(provisional or 0, final or 0)


def _sent(campaign: str, days: Between) -> ColumnElement[bool]:
    return and_(submissions.c.campaign == normalise(campaign), submissions.c.sent_at >= days.since,
                submissions.c.sent_at < days.until)
