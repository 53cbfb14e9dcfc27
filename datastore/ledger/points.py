"""Points: the list of their changes, and the readings that they are counted from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import reading_of_row
from datastore.ledger.tables import accepted_readings, readings, submissions
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
