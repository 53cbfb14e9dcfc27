"""watch: how runs ended that could not say it, and which troubles are new."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import workbench.watching
from adapters.prefect_server.flow_runs import ToldState
from datastore.ledger import leases, runs
from schemas.morning import MorningTrouble, TroubleKind
from schemas.runs import RunState, VerbRun
from tests.empty_ledger import empty_ledger
from tests.made_morning import well
from tests.portal import settings_of
from workbench.bench import Workbench
from workbench.report import WatchReport
from workbench.verb_runs import begin_run, end_run
from workbench.watching import LONGEST, UNKNOWN_AFTER, ended, keep_watch, new_troubles

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ID = "6f6f1c1a-52f4-4a53-9b0e-0d7c1f6b2a11"
RUN = VerbRun(ID, "ingest", "brave-otter", NOW - timedelta(hours=1))
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


def test_a_backup_is_over_a_day_after_it_began_unless_it_is_seen_alive() -> None:
    backup = replace(RUN, run_id="backup-20261127T080000Z", verb="backup", holder="elsewhere:1:1:a")
    assert ended(backup, None, backup.started_at + LONGEST - timedelta(seconds=1)) is None
    dead = ended(backup, None, backup.started_at + LONGEST)
    assert dead and dead.state is RunState.DEAD
    assert ended(replace(backup, holder=leases.own_holder()), None, backup.started_at + 2 * LONGEST) is None


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """Systems whose morning has one trouble."""
    empty_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    monkeypatch.setattr(workbench.watching, "look", lambda _bench, _now: well(troubles=(FULL,)))
    return Workbench(settings_of(tmp_path))


def prefect(monkeypatch: pytest.MonkeyPatch, answers: httpx.MockTransport) -> None:
    monkeypatch.setattr(workbench.watching, "prefect_of", lambda _settings: httpx.Client(transport=answers, base_url="http://p/api"))


def begun(bench: Workbench, name: str, holder: str) -> None:
    runs.begin(bench.ledger, replace(RUN, run_id=name, holder=holder, started_at=datetime.now(UTC) - timedelta(hours=1)))


def test_prefect_is_asked_about_its_own_runs_alone(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.read().decode())
        return httpx.Response(200, json=[])

    prefect(monkeypatch, httpx.MockTransport(answer))
    begun(bench, "backup-20261127T080000Z", "elsewhere:1:1:a")
    begun(bench, ID, "elsewhere:2:1:b")
    report = keep_watch(bench)
    assert ID in asked[0] and not any("backup-" in text for text in asked)
    assert report.ended == 1
    assert [run.run_id for run in runs.at_work(bench.ledger)] == ["backup-20261127T080000Z"]


def test_a_prefect_that_answers_with_an_error_hides_neither_the_dead_nor_the_morning(
        bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    prefect(monkeypatch, httpx.MockTransport(lambda request: httpx.Response(422 if "filter" in str(request.url) else 201)))
    machine, pid, _, _ = leases.own_holder().split(":")
    begun(bench, ID, f"{machine}:{pid}:1.00:gone")
    begun(bench, ID.replace("6f6f", "7a7a"), "elsewhere:2:1:b")
    report = keep_watch(bench)
    assert report.ended == 1 and [run.holder for run in runs.at_work(bench.ledger)] == ["elsewhere:2:1:b"]
    assert report.morning is not None and report.troubles == (FULL,) and not report.failed
    assert any("422" in note for note in report.notes) and any(FULL.what in note for note in report.notes)


def test_what_prefect_does_not_take_is_a_failure_beside_the_morning(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    prefect(monkeypatch, httpx.MockTransport(
        lambda request: httpx.Response(503 if "events" in str(request.url) else 200, json=[])))
    report = keep_watch(bench)
    assert report.morning is not None and [type(error) for error in report.failed] == [httpx.HTTPStatusError]


def test_a_run_ends_though_its_state_folder_is_gone(bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = begin_run(bench.ledger, ID, "ingest", "brave-otter")
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path / "no" / "such"))
    end_run(bench.ledger, run, RunState.COMPLETED)
    [found] = runs.newest_runs(bench.ledger, ["ingest"], [RunState.COMPLETED]).values()
    assert found.free_bytes is None
