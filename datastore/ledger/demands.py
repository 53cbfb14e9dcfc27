"""Slices that evaluations ask for, and what managers gave for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from more_itertools import chunked
from sqlalchemy import Row, select, update

from datastore.ledger.engine import Ledger
from datastore.ledger.readings import readings_by_id
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import accepted_readings, demands, submissions
from saegim.manifest import parse_name
from schemas.demand import AcceptedBonus, Demand, DemandReason, DemandRow, SentReading
from schemas.evaluation import SliceFacet, SliceName
from schemas.sources import PUBLIC
from schemas.submission import Outcome

READ_AT_ONCE = 500
"""Readings that are held in memory at once."""


def add_demands(ledger: Ledger, rows: Sequence[DemandRow]) -> int:
    """Notes what an evaluation asks for; what is noted of it already stays. Returns how many are new."""
    with ledger.write() as connection:
        return insert_or_ignore(connection, demands, [_columns(row) for row in rows])


def demands_of(ledger: Ledger, dataset: str = "") -> list[DemandRow]:
    """All demands, in order of time.

    Args:
        ledger: where.
        dataset: name of the dataset whose releases asked; all where empty.
    """
    query = select(demands).order_by(demands.c.asked_at, demands.c.evaluation_id, demands.c.facet, demands.c.name)
    if dataset:
        query = query.where(demands.c.release.startswith(f"{dataset}@", autoescape=True))
    with ledger.read() as connection:
        return [_demand_row(row) for row in connection.execute(query)]


def newest_demands(ledger: Ledger, dataset: str) -> list[DemandRow]:
    """What the newest evaluation of a dataset's newest evaluated release says of all slices that were ever asked for.

    Those that it asks for come first, in order of their ranks.
    """
    rows = demands_of(ledger, dataset)
    newest = max(rows, key=_age, default=None)
    found = [row for row in rows if newest and row.evaluation_id == newest.evaluation_id]
    return sorted(found, key=lambda row: (row.rank is None, row.rank or 0, row.demand.slice))


def add_bonus(ledger: Ledger, row: DemandRow, bonus: AcceptedBonus) -> bool:
    """Notes that a manager gave points for a demand. True where it was not noted."""
    this = (demands.c.evaluation_id == row.evaluation_id, demands.c.facet == row.demand.slice.facet,
            demands.c.name == row.demand.slice.name)
    with ledger.write() as connection:
        there = _demand_row(connection.execute(select(demands).where(*this)).one())
        if bonus in there.accepted:
            return False
        given = replace(there, accepted=(*there.accepted, bonus))
        connection.execute(update(demands).where(*this).values(accepted=_columns(given)["accepted"]))
    return True


def accepted_of_sent_after(ledger: Ledger, moment: datetime) -> Iterator[SentReading]:
    """Accepted readings of photographs that were sent after a moment, one an image, by image id; no public data set's."""
    query = (select(submissions.c.image_id, submissions.c.sent_at, submissions.c.campaign, accepted_readings.c.reading_id)
             .join(accepted_readings, accepted_readings.c.image_id == submissions.c.image_id)
             .where(submissions.c.sent_at > moment, submissions.c.outcome == Outcome.ACCEPTED,
                    ~accepted_readings.c.annotation_config.startswith(f"{PUBLIC}/"))
             .order_by(submissions.c.image_id, accepted_readings.c.annotation_config))
    with ledger.read() as connection:
        rows = {row.image_id: row for row in reversed(connection.execute(query).all())}
    for some in chunked(sorted(rows), READ_AT_ONCE):
        with ledger.read() as connection:
            found = readings_by_id(connection, [rows[name].reading_id for name in some])
        for name in some:
            yield SentReading(rows[name].sent_at, rows[name].campaign or "", found[rows[name].reading_id])


def _age(row: DemandRow) -> tuple[int, int, datetime, str]:
    name = parse_name(row.release)
    return name.number or 0, name.revision or 0, row.asked_at, row.evaluation_id


def _columns(row: DemandRow) -> dict[str, Any]:
    demand = asdict(row.demand)
    name = demand.pop("slice")
    accepted = [asdict(bonus) | {"first_day": str(bonus.first_day), "last_day": str(bonus.last_day)} for bonus in row.accepted]
    return {"evaluation_id": row.evaluation_id, "release": row.release, "asked_at": row.asked_at, "rank": row.rank,
            "accepted": accepted, **demand, **name}


def _demand_row(row: Row[Any]) -> DemandRow:
    demand = Demand(SliceName(SliceFacet(row.facet), row.name), DemandReason(row.reason), row.figure, row.half_width, row.regions,
                    row.wanted, row.weight)
    accepted = tuple(AcceptedBonus(item["campaign"], item["points"], date.fromisoformat(item["first_day"]),
                                   date.fromisoformat(item["last_day"])) for item in row.accepted)
    return DemandRow(row.evaluation_id, row.release, row.asked_at, row.rank, demand, accepted)
