"""Evaluations that were made: what they are of, and where their files lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore
from datastore.ledger.tables import evaluations
from schemas.reader import Reader
from schemas.stored import StoredEvaluation


def add_evaluation(ledger: Ledger, made: StoredEvaluation) -> bool:
    """Notes an evaluation; one that is there already stays as it is. True where it is new."""
    with ledger.write() as connection:
        return bool(insert_or_ignore(connection, evaluations, [asdict(made)]))


def evaluations_made(ledger: Ledger, release: str = "") -> list[StoredEvaluation]:
    """All evaluations, the newest first.

    Args:
        ledger: where.
        release: only of this one; of all where empty.
    """
    query = select(evaluations).order_by(evaluations.c.made_at.desc(), evaluations.c.evaluation_id)
    if release:
        query = query.where(evaluations.c.release == release)
    with ledger.read() as connection:
        return [StoredEvaluation(**row._mapping) for row in connection.execute(query)]


def evaluations_named(made: Sequence[StoredEvaluation], name: str) -> list[StoredEvaluation]:
    """Those whose id begins with ``name``, or whose reader is it, in their order."""
    return [item for item in made if item.evaluation_id.startswith(name) or name in (item.reader, Reader(item.reader).name)]
