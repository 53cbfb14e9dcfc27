"""Points and evaluations: what the ledger keeps of the two verbs that only compute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import and_, delete, insert, select

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import reading_of_row
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import accepted_readings, points, readings, submissions
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


def replace_points(ledger: Ledger, campaign: str, lines: Iterable[dict[str, Any]]) -> bool:
    """Makes these the points of a campaign; True where they differ from what was there."""
    new = sorted(lines, key=_line)
    with ledger.write(alone=f"points {campaign}") as connection:
        rows = connection.execute(select(points).where(points.c.campaign == campaign))
        # Sorted here: a database may sort as its language does.
        if sorted((dict(row._mapping) for row in rows), key=_line) == new:
            return False
        connection.execute(delete(points).where(points.c.campaign == campaign))
        for chunk in in_chunks(new):
            connection.execute(insert(points), list(chunk))
    return True


def _line(line: dict[str, Any]) -> tuple[str, str]:
    return line["submission_id"], line["rule"]


