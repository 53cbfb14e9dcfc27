"""Figures of models on releases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import upsert
from datastore.ledger.tables import evaluations


def add_evaluation(ledger: Ledger, release: str, run: str, reader: str, metrics: dict[str, Any],
                   report_key: str) -> bool:
    """Keeps the figures of one model run on one release; True where they differ from what was there."""
    row = {"release": release, "run": run, "reader": reader, "metrics": metrics, "report_key": report_key}
    with ledger.write() as connection:
        there = connection.execute(select(evaluations).where(evaluations.c.release == release,
                                                             evaluations.c.run == run)).one_or_none()
        if there and dict(there._mapping) == row:
            return False
        upsert(connection, evaluations, row)
    return True
