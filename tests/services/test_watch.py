"""watch on a real stack: a run that was ended says so, one that was killed is found, and the morning is an artifact."""

from __future__ import annotations

import os
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from datastore.ledger import runs
from schemas.runs import RunState, VerbRun
from tests.services.conftest import PATIENCE, PYTHON, World
from workbench.bench import prefect_of
from workbench.settings import ROOT, Settings

SLOW = '''
import time
from prefect import flow
from datastore.ledger import Ledger, leases
from flows.endings import to_its_end
from workbench.report import Report
from workbench.settings import load_settings

@flow(name="slow")
@to_its_end
def slow() -> Report:
    leases.claim(Ledger(load_settings().ledger), "slow", ["work"], 3600)
    print("at work", flush=True)
    for _ in range(3000):
        time.sleep(0.1)
    return Report(verb="slow")

slow()
'''


def test_a_run_that_is_ended_says_so_and_a_killed_one_is_found_by_watch(world: World, stack: Settings, tmp_path: Path) -> None:
    ledger = world.bench.ledger
    (tmp_path / "slow.py").write_text(SLOW, encoding="utf-8")
    cancelled = _ended_by(world, tmp_path, signal.SIGTERM)
    assert cancelled.state is RunState.CANCELLED
    assert "the next run goes on from there" in (cancelled.error or "")
    killed = _ended_by(world, tmp_path, signal.SIGKILL)
    assert killed.state is RunState.AT_WORK  # nobody could say otherwise
    said = world.run("run", "watch").stdout
    assert "runs found dead or ended" in said
    assert _newest(world).state is RunState.DEAD
    with ledger.read() as connection:
        assert connection.exec_driver_sql("select count(*) from leases").scalar() == 0  # it held one
    assert runs.newest_runs(ledger, ["watch"], [RunState.COMPLETED])["watch"].counts["runs found dead or ended"] == 1
    with prefect_of(stack) as client:
        shown = client.post("artifacts/filter", json={"artifacts": {"key": {"any_": ["morning"]}}, "limit": 1}).json()
    assert shown and shown[0]["type"] == "markdown"


def _ended_by(world: World, folder: Path, ending: signal.Signals) -> VerbRun:
    """A run that gets a signal while it is at work, as the ledger has it then."""
    process = subprocess.Popen([PYTHON, folder / "slow.py"], cwd=folder, env={**os.environ, **world.env, "PYTHONPATH": str(ROOT)},
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout and process.stdout.readline() == "at work\n"
    process.send_signal(ending)
    process.wait(PATIENCE)
    return _newest(world)


def _newest(world: World) -> VerbRun:
    found = runs.runs_since(world.bench.ledger, datetime.now(UTC) - timedelta(hours=1))
    return next(run for run in found if run.verb == "slow")
