"""Points: the list of their changes, and the readings that they are counted from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from sqlalchemy import and_, func, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import reading_of_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import accepted_readings, point_entries, readings, submissions
from schemas.points import PointEntry, PointReason, PointSum
from schemas.reading import Reading

ROWS_A_READ = 500
"""Readings that are in memory together."""


def accepted_of_campaign(ledger: Ledger, campaign: str, annotation_config: str) -> Iterator[Reading]:
    """Readings of a campaign's images that are accepted under an annotation config; a million of them stream through."""
    query = (select(readings)
             .join(accepted_readings, accepted_readings.c.reading_id == readings.c.reading_id)
             .join(submissions, and_(submissions.c.image_id == readings.c.image_id,
                                     submissions.c.campaign == campaign))
             .where(accepted_readings.c.annotation_config == annotation_config))
    with ledger.read() as connection:
        for row in connection.execution_options(yield_per=ROWS_A_READ).execute(query):
            yield reading_of_row(row)


def entries_of(ledger: Ledger, campaign: str, submitter: str) -> list[PointEntry]:
    """What changed of the points of one submitter in a campaign, the newest first."""
    query = (select(*(point_entries.c[item.name] for item in fields(PointEntry)))
             .where(point_entries.c.campaign == campaign, point_entries.c.submitter == submitter)
             .order_by(point_entries.c.number.desc()))
    with ledger.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [PointEntry(**{**row, "reason": PointReason(row["reason"]), "detail": row["detail"] or ""}) for row in rows]


def sums_of(ledger: Ledger, submission_ids: Iterable[str]) -> dict[str, PointSum]:
    """Points of some submissions by all rules, by submission id; those without an entry are left out."""
    found: dict[str, PointSum] = {}
    with ledger.read() as connection:
        for chunk in in_chunks(sorted(set(submission_ids))):
            rows = connection.execute(
                select(point_entries.c.submission_id, func.sum(point_entries.c.provisional), func.sum(point_entries.c.final))
                .where(point_entries.c.submission_id.in_(chunk)).group_by(point_entries.c.submission_id))
            found.update({submission_id: PointSum(provisional, final) for submission_id, provisional, final in rows.tuples()})
    return found
