"""Points and evaluations: what the ledger keeps of the two verbs that only compute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, delete, insert, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks
from datastore.ledger.tables import accepted_readings, points, readings, submissions
from schemas.reading import regions_from_json


def slices_by_image(ledger: Ledger, campaign: str, annotation_config: str) -> dict[str, frozenset[str]]:
    """Slices of the readings of a campaign's images that are accepted under an annotation config, by image id."""
    query = (select(readings.c.image_id, readings.c.regions)
             .join(accepted_readings, accepted_readings.c.reading_id == readings.c.reading_id)
             .join(submissions, and_(submissions.c.image_id == readings.c.image_id,
                                     submissions.c.campaign == campaign))
             .where(accepted_readings.c.annotation_config == annotation_config))
    found: dict[str, frozenset[str]] = {}
    with ledger.read() as connection:
        for row in connection.execute(query):
            names = {name for region in regions_from_json(row.regions) for name in region.attributes.slices()}
            found[row.image_id] = found.get(row.image_id, frozenset()) | names
    return found


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


