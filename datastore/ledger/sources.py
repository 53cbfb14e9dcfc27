"""Public data sets that were imported, and what may be done with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import in_chunks, upsert
from datastore.ledger.tables import imported, sources
from schemas.reading import Unit
from schemas.sources import PublicSource, Use


def put_source(connection: Connection, source: PublicSource) -> None:
    """Writes a source, or replaces what was known of it."""
    upsert(connection, sources, {
        "source": source.source, "licence": source.licence, "allows": list(source.allows), "form": source.form,
        "unit": source.unit, "is_truth": source.is_truth, "added_at": source.added_at, "changed_at": source.changed_at,
        "details": dict(source.details)})


def source_named(connection: Connection, name: str) -> PublicSource | None:
    """A source; None where none of this name was imported."""
    row = connection.execute(select(sources).where(sources.c.source == name)).first()
    return _source(row) if row else None


def sources_named(connection: Connection, names: Iterable[str]) -> dict[str, PublicSource]:
    """Sources by name; unknown ones are left out."""
    return {row.source: _source(row) for some in in_chunks(sorted(set(names)))
            for row in connection.execute(select(sources).where(sources.c.source.in_(some)))}


def all_sources(ledger: Ledger) -> list[PublicSource]:
    """All that were imported, by name."""
    with ledger.read() as connection:
        return [_source(row) for row in connection.execute(select(sources).order_by(sources.c.source))]


def licences_of_pictures(ledger: Ledger) -> set[str]:
    """Licences that data sets give single pictures."""
    with ledger.read() as connection:
        return {text for text in connection.scalars(select(imported.c.licence).distinct()) if text}


def _source(row: Row[Any]) -> PublicSource:
    return PublicSource(**{**row._mapping, "allows": tuple(use for use in Use if use in row.allows), "unit": Unit(row.unit)})
