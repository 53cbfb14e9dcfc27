"""Ledgers of this version with nothing in them, without running all migrations for each test."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from datastore.ledger import Ledger
from datastore.ledger.engine import file_of


def empty_ledger(url: str) -> Ledger:
    """A ledger that is made now: SQLite's is a copy of one that ran the migrations, which takes half a second each time."""
    ledger = Ledger(url)
    if path := file_of(url):
        path.write_bytes(_migrated())
    else:
        ledger.migrate()
    return ledger


@functools.cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        ledger = Ledger(f"sqlite:///{path}")
        ledger.migrate()
        ledger.close()  # the last connection brings the log into the file
        return path.read_bytes()
