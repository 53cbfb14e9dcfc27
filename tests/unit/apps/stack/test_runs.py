"""What doctor says of the scheduled runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from adapters.prefect_server.deployments import Deployment, Ended
from apps.stack.runs import expected_names, summary, troubles

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
NAMES = {"ingest", "collect", "evaluate"}


def deployment(name: str, due: float | None = 2, last: str | None = "COMPLETED", scheduled: bool = True,
               paused: bool = False) -> Deployment:
    """One whose next run is due in so many minutes, and whose last run ended three minutes ago."""
    ended = Ended("brave-fox", last, NOW - timedelta(minutes=3), "Flow run encountered an exception: no disk") if last else None
    return Deployment(name, scheduled, paused, None if due is None else NOW + timedelta(minutes=due), ended)


EVALUATE = deployment("evaluate", due=None, last=None, scheduled=False)


def said(*deployments: Deployment) -> str:
    return "; ".join(f"{item.what} → {item.repair}" for item in troubles([*deployments, EVALUATE], NAMES, NOW))


def test_all_is_well_where_runs_are_planned_and_were_finished() -> None:
    assert said(deployment("ingest"), deployment("collect", last=None)) == ""
    assert summary([deployment("ingest"), deployment("collect", last=None), EVALUATE], NOW) == (
        "finished last: ingest 3 min ago, collect not yet")


def test_a_scheduler_that_makes_no_runs_is_told() -> None:
    found = said(deployment("ingest"), deployment("collect", None))
    assert "no run is planned of collect: Prefect's scheduler does not work" in found


def test_runs_that_nobody_takes_are_told() -> None:
    assert said(deployment("ingest", -4), deployment("collect")) == ""
    assert "runs wait for a worker: ingest 11 min" in said(deployment("ingest", -11), deployment("collect"))


def test_a_run_that_went_wrong_is_told_with_what_it_said() -> None:
    for state in ("FAILED", "CRASHED", "CANCELLED"):
        found = said(deployment("ingest"), deployment("collect", last=state))
        assert f"the last run of collect (brave-fox) {state.lower()}: Flow run encountered an exception: no disk" in found
        assert "saegim run collect" in found


def test_what_is_missing_or_paused_is_told() -> None:
    assert said(deployment("ingest")).startswith("not registered: collect")
    paused = deployment("ingest", due=None, paused=True)
    assert said(paused, deployment("collect")) == ""
    assert summary([paused, deployment("collect")], NOW).endswith("; paused: ingest")
    assert summary([paused], NOW) == "schedules are off: saegim up turns them on"


def test_the_expected_names_are_those_of_the_file() -> None:
    assert {"ingest", "prelabel", "label", "collect", "export", "evaluate", "score"} <= expected_names()
