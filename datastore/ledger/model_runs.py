"""Runs of models: what made a model's readings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from datastore.ledger.engine import Ledger
from datastore.ledger.sql import insert_or_ignore, upsert
from datastore.ledger.tables import model_runs, models


def set_model_run(ledger: Ledger, name: str, reader: str, run: str, details: dict[str, Any]) -> None:
    """Notes which run a model's name stands for now, and what that run is made of.

    Args:
        ledger: where.
        name: the model as people call it.
        reader: the reader that it became, such as ``model:ppocr-korean@1``.
        run: digest of model files, configuration, engine, provider and precision.
        details: what the digest was made of.
    """
    with ledger.write() as connection:
        upsert(connection, models, {"name": name, "reader": reader, "run": run})
        insert_or_ignore(connection, model_runs, [{"run": run, "reader": reader, "details": details}])


def model_run(ledger: Ledger, name: str) -> str | None:
    """The run that a model's name stands for; None where prelabel has never run with it."""
    with ledger.read() as connection:
        run: Any = connection.scalar(select(models.c.run).where(models.c.name == name))
        return str(run) if run else None


def model_reader(ledger: Ledger, name: str) -> str | None:
    """Who read when prelabel last ran with a model: the model, or the one that stood in for it; None where it never ran."""
    with ledger.read() as connection:
        reader: Any = connection.scalar(select(models.c.reader).where(models.c.name == name))
        return str(reader) if reader else None
