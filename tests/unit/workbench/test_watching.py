"""watch: how runs ended that could not say it, and which troubles are new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.prefect_server.flow_runs import ToldState
from schemas.morning import MorningTrouble, TroubleKind
from schemas.runs import RunState, VerbRun
from workbench.report import WatchReport
from workbench.watching import UNKNOWN_AFTER, ended, new_troubles

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
RUN = VerbRun("1", "ingest", "brave-otter", NOW - timedelta(hours=1))
FULL = MorningTrouble(TroubleKind.DISK, "worker-1", "1 % is free", "Make room.")


@pytest.mark.parametrize(("told", "state"), [
    ("CRASHED", RunState.DEAD), ("CANCELLED", RunState.CANCELLED), ("CANCELLING", RunState.CANCELLED),
    ("FAILED", RunState.FAILED), ("COMPLETED", RunState.COMPLETED), ("RUNNING", None), ("PENDING", None), ("PAUSED", None)])
def test_what_prefect_says_of_a_run_stands(told: str, state: RunState | None) -> None:
    found = ended(RUN, ToldState(told, "as Prefect says"), NOW)
    assert (found.state if found else None) is state
    if found:
        assert found.ended_at == NOW
        assert found.error == (None if state is RunState.COMPLETED else "as Prefect says")
        assert bool(found.notes) is (state is RunState.COMPLETED)


def test_a_run_of_a_server_that_is_gone_is_dead_after_a_while() -> None:
    dead = ended(RUN, None, NOW)
    assert dead and dead.state is RunState.DEAD
    assert ended(RUN, None, RUN.started_at + UNKNOWN_AFTER - timedelta(seconds=1)) is None


def test_a_trouble_is_new_once_whatever_its_sentence() -> None:
    before = WatchReport(troubles=[FULL])
    later = MorningTrouble(TroubleKind.DISK, "worker-1", "0.5 % is free", "Make room.")
    other = MorningTrouble(TroubleKind.DISK, "worker-2", "1 % is free", "Make room.")
    assert new_troubles([later, other], before.counts) == [other]
    assert new_troubles([FULL], WatchReport().counts) == [FULL]
