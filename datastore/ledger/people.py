"""Who labels what."""

from __future__ import annotations

from sqlalchemy import select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import upsert
from datastore.ledger.tables import people
from schemas.labelling import Annotator, Side


def add_person(ledger: Ledger, person: Annotator) -> None:
    """Notes on which side somebody works."""
    with ledger.write() as connection:
        upsert(connection, people, {"email": person.email, "annotation_config": person.annotation_config,
                                    "side": person.side, "name": person.name})


def person_rows(ledger: Ledger, name: str | None = None) -> list[Annotator]:
    """Annotators, by config, side and address."""
    query = select(people.c.email, people.c.annotation_config, people.c.side, people.c.name).order_by(
        people.c.annotation_config, people.c.side, people.c.email)
    if name:
        query = query.where(people.c.annotation_config == name)
    with ledger.read() as connection:
        return [Annotator(row.email, row.annotation_config, Side(row.side), row.name) for row in connection.execute(query)]
