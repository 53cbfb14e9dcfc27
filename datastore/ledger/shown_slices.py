"""What models and people read on the photographs of a campaign, and what senders claim: what points are counted from."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Row, select

from datastore.ledger.engine import Ledger
from datastore.ledger.tables import accepted_readings, readings, submissions
from schemas.reader import ReaderKind


@dataclass(frozen=True, slots=True)
class ShownSlices:
    """What one reading shows.

    Attributes:
        image_id: of the image.
        reading_id: of the reading; named slices are looked up by it.
        run: that made it.
        slices: of the vocabulary that have a region of it.
    """

    image_id: str
    reading_id: str
    run: str
    slices: frozenset[str]


def accepted_slices(ledger: Ledger, campaign: str, annotation_config: str) -> list[ShownSlices]:
    """Of the readings of a campaign's images that are accepted under an annotation config."""
    query = (select(readings.c.image_id, readings.c.reading_id, readings.c.run, readings.c.summary)
             .join(accepted_readings, accepted_readings.c.reading_id == readings.c.reading_id)
             .where(accepted_readings.c.annotation_config == annotation_config,
                    accepted_readings.c.image_id.in_(select(submissions.c.image_id).where(submissions.c.campaign == campaign))))
    with ledger.read() as connection:
        return [_shown(row) for row in connection.execute(query)]


def suggested_slices(ledger: Ledger, campaign: str) -> list[ShownSlices]:
    """Of all readings of a campaign's images that models made."""
    query = (select(readings.c.image_id, readings.c.reading_id, readings.c.run, readings.c.summary)
             .where(readings.c.image_id.in_(select(submissions.c.image_id).where(submissions.c.campaign == campaign)),
                    readings.c.reader.startswith(f"{ReaderKind.MODEL}:")))
    with ledger.read() as connection:
        return [_shown(row) for row in connection.execute(query)]


def claims_of(ledger: Ledger, campaign: str) -> dict[str, dict[str, str]]:
    """User metadata of a campaign's submissions, by submission id; those that have none are left out."""
    with ledger.read() as connection:
        rows = connection.execute(select(submissions.c.submission_id, submissions.c.claims).where(
            submissions.c.campaign == campaign))
        return {row.submission_id: row.claims for row in rows if row.claims}


def _shown(row: Row[tuple[str, str, str, dict[str, list[str]]]]) -> ShownSlices:
    return ShownSlices(row.image_id, row.reading_id, row.run, frozenset(row.summary["slices"]))
