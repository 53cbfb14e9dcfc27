"""The local stack's life: a killed supervisor, Ctrl-C, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from apps.stack import supervision
from flows.settings import ROOT
from tests.services.conftest import SAEGIM


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SAEGIM_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def saegim(*arguments: str, code: int = 0) -> str:
    done = subprocess.run([str(SAEGIM), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def test_a_stack_lives_through_kills_and_leaves_nothing(home: Path) -> None:
    try:
        saegim("status", code=1)
        saegim("up", "--no-schedules")
        env = (home / "env").read_text()
        assert (home / "env").stat().st_mode & 0o777 == 0o600
        (home / "env").write_text(env + "SAEGIM_BATCH_SIZE=7\n")

        weed = (supervision.states() or {})["seaweedfs"]["pid"]
        os.kill(weed, signal.SIGKILL)
        for _ in range(100):
            if (state := (supervision.states() or {})["seaweedfs"])["pid"] not in (0, weed) and state["statename"] == "RUNNING":
                break
            time.sleep(0.2)
        assert state["pid"] != weed
        assert state["statename"] == "RUNNING"

        supervisor = next(item for item in supervision.stack_processes() if "supervisor.supervisord" in item.cmdline())
        supervisor.kill()
        supervisor.wait(10)
        assert supervision.stack_processes()  # orphans
        saegim("up", "--no-schedules")
        saegim("status")
        assert (home / "env").read_text() == env + "SAEGIM_BATCH_SIZE=7\n"
    finally:
        saegim("down")
    assert not supervision.stack_processes()
    assert "Nothing was running" in saegim("down")


def test_ctrl_c_while_starting_leaves_nothing(home: Path) -> None:
    process = subprocess.Popen([str(SAEGIM), "up"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for _ in range(200):
            if any("weed" in " ".join(item.cmdline()) for item in supervision.stack_processes()):
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert not supervision.stack_processes()
    finally:
        if process.poll() is None:
            psutil.Process(process.pid).kill()
        saegim("down")
