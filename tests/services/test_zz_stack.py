"""The local stack's life: a killed supervisor, Ctrl-C, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import select

from adapters.prefect_server.deployments import ENDED
from apps.stack import supervision
from apps.stack.dead_runs import FLOW_RUN, MESSAGE
from datastore.ledger import Ledger
from datastore.ledger.tables import leases
from saegim.patience import unattended
from tests.services.conftest import PATIENCE, SAEGIM
from tests.services.test_killed_and_run_again import picture
from workbench.bench import Workbench, prefect_of
from workbench.settings import ROOT, load_settings

PHOTOGRAPHS = 250
"""So many keep ingest at work for seconds: thirty were through before the processes to kill had been looked for."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def saegim(*arguments: str, code: int = 0) -> str:
    done = subprocess.run([str(SAEGIM), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(1800)  # three stacks start beside each other on two cores, and this one more than once
def test_a_stack_lives_through_kills_and_leaves_nothing(home: Path) -> None:
    home.mkdir(mode=0o755)  # as an older version left it
    try:
        saegim("status", code=1)
        saegim("up", "--no-schedules")
        env = (home / "env").read_text()
        assert home.stat().st_mode & 0o777 == 0o700
        assert not [path for path in home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077
                    and path.suffix != ".vif"  # SeaweedFS gives that one its rights by itself
                    and home / "models" not in path.parents]  # published files, as their packages have them
        (home / "env").write_text(env + "SAEGIM_BATCH_SIZE=7\n")

        weed = (supervision.states() or {})["seaweedfs"]["pid"]
        os.kill(weed, signal.SIGKILL)
        for _ in range(5 * PATIENCE):
            if (state := (supervision.states() or {})["seaweedfs"])["pid"] not in (0, weed) and state["statename"] == "RUNNING":
                break
            time.sleep(0.2)
        assert state["pid"] != weed
        assert state["statename"] == "RUNNING"

        dead = killed_with_its_worker()
        supervisor = next(item for item in supervision.stack_processes() if "supervisor.supervisord" in item.cmdline())
        supervisor.kill()
        supervisor.wait(PATIENCE)
        assert supervision.stack_processes()  # orphans
        said = saegim("up", "--no-schedules")
        saegim("status", code=1)  # schedules are off, and a run has died: both need hands
        assert (home / "env").read_text() == env + "SAEGIM_BATCH_SIZE=7\n"

        assert f"dead runs marked as crashed: {dead['name']}; claims of dead processes removed: " in said
        with prefect_of(load_settings()) as client:
            state = client.get(f"flow_runs/{dead['id']}").json()["state"]
        assert (state["type"], state["message"]) == ("CRASHED", MESSAGE)
        assert not claims()
        living = begun()
        assert "dead runs" not in saegim("up", "--no-schedules")  # it is left alone
        assert ended(living) == "COMPLETED"
    finally:
        saegim("down")
    assert not supervision.stack_processes()
    assert "Nothing was running" in saegim("down")


def killed_with_its_worker() -> dict[str, Any]:
    """A run of ingest that is killed at its work, and its worker with it: nobody tells Prefect."""
    bench = Workbench(load_settings())
    with unattended():  # it was killed a moment ago, and says that it runs before it answers
        for number in range(PHOTOGRAPHS):
            bench.objects.put(bench.settings.bucket_raw, f"demo/kim/{number}.jpg", picture(number), "image/jpeg")
    run = begun()
    while not claims():
        time.sleep(0.1)
    for process in supervision.stack_processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            if "worker" in process.cmdline() or FLOW_RUN in process.environ():
                process.kill()
    assert claims()
    return run


def begun() -> dict[str, Any]:
    """A run of ingest that a worker has begun."""
    with prefect_of(load_settings()) as client:
        deployment = client.get("deployments/name/ingest/ingest").json()["id"]
        run: dict[str, Any] = client.post(f"deployments/{deployment}/create_flow_run", json={}).json()
        while client.get(f"flow_runs/{run['id']}").json()["state"]["type"] == "SCHEDULED":
            time.sleep(0.2)
    return run


def ended(run: dict[str, Any]) -> str:
    """How a run ends."""
    with prefect_of(load_settings()) as client:
        while (state := client.get(f"flow_runs/{run['id']}").json()["state"]["type"]) not in ENDED:
            time.sleep(0.5)
    return str(state)


def claims() -> list[str]:
    """Who holds what in the ledger."""
    with Ledger(load_settings().ledger).read() as connection:
        return list(connection.scalars(select(leases.c.holder)))


def test_ctrl_c_while_starting_leaves_nothing(home: Path) -> None:
    process = subprocess.Popen([str(SAEGIM), "up"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(10 * PATIENCE):
            if any("weed" in " ".join(item.cmdline()) for item in supervision.stack_processes()):
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert not supervision.stack_processes()
    finally:
        if process.poll() is None:
            psutil.Process(process.pid).kill()
        saegim("down")
