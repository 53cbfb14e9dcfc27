"""Runs that are forked: how they end, with whom, and what is refused. The run itself is a stand-in; the rest is what is used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from apps.stack.run_starter import files_now, read_by_imports, run_command
from workbench.settings import ROOT

SERVES = """
import os, socket, sys
from pathlib import Path
from apps.stack.run_starter import RunStarter, files_now, obey, read_by_imports
folder, watched = Path(sys.argv[1]), sys.argv[2]
os.chdir(folder)
listener = socket.socket(socket.AF_UNIX)
listener.bind("runs.sock")
listener.listen(4)
starter = RunStarter(listener, files_now({watched: None}), read_by_imports(os.environ))
print("ready", flush=True)
if (order := starter.serve()) is not None:
    obey(order, lambda *_, **__: exec(os.environ["DOES"]))
"""
SLEEPS = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    watched = tmp_path / "imported.py"
    watched.write_text("1")
    with subprocess.Popen([sys.executable, "-c", SERVES, str(tmp_path), str(watched)], cwd=ROOT, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def begun(folder: Path, does: str) -> subprocess.Popen[str]:
    """What a worker starts."""
    return subprocess.Popen(run_command(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            env={**read_by_imports(os.environ), "PATH": "/usr/bin:/bin", "DOES": does})


def pid_of(run: subprocess.Popen[str]) -> int:
    assert run.stdout
    return int(run.stdout.readline())


def is_gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.usefixtures("serving")
def test_the_end_of_a_run_is_that_of_what_the_worker_started(tmp_path: Path) -> None:
    run = begun(tmp_path, "import os; print('done in', os.getcwd()); raise SystemExit(3)")
    said, _ = run.communicate(timeout=30)
    assert (run.returncode, said) == (3, f"done in {Path.cwd()}\n")
    killed = begun(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert killed.wait(30) == -signal.SIGKILL


@pytest.mark.usefixtures("serving")
def test_a_signal_goes_to_the_run(tmp_path: Path) -> None:
    run = begun(tmp_path, "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7));" + SLEEPS)
    pid_of(run)
    run.terminate()
    assert run.wait(30) == 7


@pytest.mark.usefixtures("serving")
def test_a_run_is_killed_with_what_asked_for_it(tmp_path: Path) -> None:
    run = begun(tmp_path, SLEEPS)
    pid = pid_of(run)
    run.kill()
    assert is_gone(pid)


def test_a_run_is_killed_with_the_run_starter(tmp_path: Path, serving: subprocess.Popen[str]) -> None:
    run = begun(tmp_path, SLEEPS)
    pid = pid_of(run)
    serving.kill()
    assert run.wait(30) == -signal.SIGKILL
    assert is_gone(pid)


def test_once_a_file_is_another_one_runs_start_without_it_and_it_ends(tmp_path: Path, serving: subprocess.Popen[str]) -> None:
    file = str(tmp_path / "imported.py")
    before = files_now({file: None})
    Path(file).write_text("22")
    assert files_now({file: None}) != before
    run = begun(tmp_path, SLEEPS)
    said, _ = run.communicate(timeout=60)
    assert "Invalid flow run id" in said  # of Prefect itself
    assert run.returncode == 1
    assert serving.wait(30) == 0


def test_at_its_end_it_waits_for_its_runs(tmp_path: Path, serving: subprocess.Popen[str]) -> None:
    run = begun(tmp_path, "import time; print(1, flush=True); time.sleep(2)")
    pid_of(run)
    serving.terminate()
    assert run.wait(30) == 0
    assert serving.wait(30) == 0
