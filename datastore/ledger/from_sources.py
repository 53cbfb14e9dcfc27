"""Which public data set an accepted reading or its picture comes from, as a row of a query that joins both tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from datastore.ledger.tables import imported
from schemas.licences import allowed_uses
from schemas.sample import FromSource
from schemas.sources import PUBLIC, PublicSource

OF_LABELS = imported.alias("of_labels")
"""What was imported with the labels that a reading is; joined by the reading."""
OF_PICTURE = imported.alias("of_picture")
"""What was imported with the picture that an image is; joined by the key of its accepted submission."""
FIELDS = ("source", "name", "raw_sha256", "licence", "split")
COLUMNS = tuple(table.c[field].label(f"{table.name}_{field}") for table in (OF_LABELS, OF_PICTURE) for field in FIELDS)
"""Of a query that joins both, and has ``campaign`` and ``submitter`` of the submission."""


@dataclass(frozen=True, slots=True)
class _Imported:
    """One of the two in a row."""

    source: str
    name: str
    raw_sha256: str
    licence: str | None
    split: str


def from_source(row: Row[Any], known: Mapping[str, PublicSource]) -> FromSource | None:
    """Where a reading or its picture comes from a public data set; None where both are our own.

    A picture that was sent to a campaign before a data set had it stays ours. One that a data set brought stays the data set's,
    also where people of ours read it or send it again. What is not known of a source is forbidden.

    Args:
        row: of a query that has ``COLUMNS``.
        known: all sources by name.
    """
    both = [*_imported(row)]
    if not both:
        return None
    in_turn = both if len({item.source for item in both}) == len(both) else both[:1]
    of = [known.get(item.source) for item in in_turn]
    licences = tuple(item.licence or (source.licence if source else "") for item, source in zip(in_turn, of, strict=True))
    allowed = [allowed_uses(item.licence, source) if source else () for item, source in zip(in_turn, of, strict=True)]
    return FromSource(tuple(item.source for item in in_turn), in_turn[0].name, in_turn[0].raw_sha256, licences,
                      tuple(use for use in allowed[0] if all(use in uses for uses in allowed)),
                      next((item.split for item in in_turn if item.split), ""))


def _imported(row: Row[Any]) -> Iterator[_Imported]:
    """Whose labels they are, then whose picture it is."""
    values = row._mapping
    for table in (OF_LABELS, OF_PICTURE):
        if values[f"{table.name}_source"]:
            yield _Imported(*(values[f"{table.name}_{field}"] for field in FIELDS))
    if row.campaign == PUBLIC and not values[f"{OF_PICTURE.name}_source"]:  # somebody put it there by hand
        yield _Imported(f"{PUBLIC}/{row.submitter}", "", "", None, "")
