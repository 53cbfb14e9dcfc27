"""No question to the ledger goes through a big table again and again: what a run costs grows with what is new."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint

from datastore.ledger.tables import metadata
from tests.empty_ledger import empty_ledger
from tests.filled_ledger import fill
from tests.ledger_questions import WHOLE, functions, questions, sqlite_scans

pytestmark = pytest.mark.slow


def test_no_question_goes_through_a_table_for_each_row_of_another(tmp_path: Path) -> None:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    asked = questions(ledger, fill(ledger, 300))
    assert {question.function for question in asked} >= functions().keys() - {"connection.is_among"}
    with ledger.read() as connection:
        wrong = [line for question in asked for line in sqlite_scans(connection, question)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_only_functions_that_there_are_may_go_through_a_table() -> None:
    assert functions().keys() >= WHOLE


def test_what_a_row_points_at_finds_the_row() -> None:
    """Without an index, a row that is deleted or changed costs a look through the whole table of what points at it."""
    without = []
    for table in metadata.tables.values():
        leading = {next(iter(index.columns)).name for index in table.indexes if index.dialect_options["sqlite"]["where"] is None}
        leading |= {next(iter(rule.columns)).name for rule in table.constraints
                    if isinstance(rule, UniqueConstraint | PrimaryKeyConstraint)}
        without += [f"{table.name}.{key.parent.name}" for key in table.foreign_keys if key.parent.name not in leading]
    assert not without
