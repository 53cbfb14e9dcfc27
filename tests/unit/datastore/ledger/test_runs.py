"""Runs of verbs in the ledger: begun once, ended once, and the old ones forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from datastore.ledger import Ledger, runs
from schemas.runs import RunState, VerbRun
from tests.empty_ledger import empty_ledger

NINE = datetime(2026, 11, 27, 9, tzinfo=UTC)
RUN = VerbRun("r1", "ingest", "brave-otter", NINE, None, "host", "holder")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def test_the_first_word_of_others_on_a_run_stands(ledger: Ledger) -> None:
    runs.begin(ledger, RUN)
    done = replace(RUN, state=RunState.COMPLETED, ended_at=NINE + timedelta(minutes=1), counts={"accepted": 3}, notes=("well",))
    assert runs.end(ledger, done)
    assert not runs.end(ledger, replace(done, state=RunState.DEAD))
    assert not runs.end_unheard(ledger, replace(done, state=RunState.DEAD))
    assert runs.runs_since(ledger, NINE) == [done]
    assert runs.newest_runs(ledger, ["ingest", "label"], [RunState.COMPLETED]) == {"ingest": done}


@pytest.mark.parametrize("taken_for", [RunState.DEAD, RunState.CANCELLED])
def test_a_run_that_was_taken_for_ended_has_the_last_word(ledger: Ledger, taken_for: RunState) -> None:
    runs.begin(ledger, RUN)
    assert runs.end_unheard(ledger, replace(RUN, state=taken_for, ended_at=NINE, error="Nothing was heard of it."))
    assert not runs.end_unheard(ledger, replace(RUN, state=RunState.FAILED, ended_at=NINE))
    done = replace(RUN, state=RunState.COMPLETED, ended_at=NINE + timedelta(minutes=1), counts={"accepted": 3})
    assert runs.end(ledger, done)
    assert runs.runs_since(ledger, NINE) == [done]


def test_a_run_that_begins_again_is_at_work_and_its_earlier_process_has_no_word(ledger: Ledger) -> None:
    runs.begin(ledger, RUN)
    runs.end_unheard(ledger, replace(RUN, state=RunState.DEAD, ended_at=NINE, error="Its process was killed."))
    again = replace(RUN, started_at=NINE + timedelta(minutes=5), holder="another process")
    runs.begin(ledger, again)
    assert runs.at_work(ledger) == [again]
    assert not runs.end(ledger, replace(RUN, state=RunState.COMPLETED, ended_at=NINE))
    assert not runs.end_unheard(ledger, replace(RUN, state=RunState.DEAD, ended_at=NINE))
    assert runs.at_work(ledger) == [again]


def test_the_newest_of_each_verb_in_each_state_is_kept(ledger: Ledger) -> None:
    for day in range(5):
        for state in (RunState.COMPLETED, RunState.FAILED):
            runs.begin(ledger, replace(RUN, run_id=f"{day} {state}", started_at=NINE + timedelta(days=day), state=state))
    assert runs.forget_before(ledger, NINE + timedelta(days=9)) == 8
    assert {run.run_id for run in runs.runs_since(ledger, NINE)} == {"4 completed", "4 failed"}
