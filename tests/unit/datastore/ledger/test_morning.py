"""What the morning page asks of the ledger."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from datastore.ledger import morning
from datastore.ledger.tables import tasks
from tests.empty_ledger import empty_ledger
from tests.made_morning import OPEN, fill_mornings


def test_an_open_task_of_which_nobody_noted_when_it_came_waits_since_its_picture_was_sent(tmp_path: Path) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    fill_mornings(ledger)
    known = morning.open_tasks(ledger)
    with ledger.write() as connection:
        connection.execute(update(tasks).values(posted_at=None))
    unknown = morning.open_tasks(ledger)
    assert unknown.items == known.items == OPEN
    assert known.oldest_at and unknown.oldest_at and unknown.oldest_at < known.oldest_at
