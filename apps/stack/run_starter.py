"""The run starter: a process that has imported Prefect and the flows, and forks one for each run that a worker of this machine
starts (``start_run.py``): two to three seconds of CPU less each.

It runs no flow, opens no connection but its socket, reads no setting of ours and has one thread, so what it forks is as fresh
as what a worker starts, but for its imports. A run is ended with the process that asked for it, and with the run starter.

Where the run's environment would have Prefect or Python imported otherwise, it refuses, and the run starts as Prefect starts it.
So it does once a file that it has imported is another one; then it ends when its runs have, and supervisord starts a new one.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from apps.stack.start_run import LENGTH, REFUSED, SECONDS, SOCKET, TAKEN
from apps.stack.supervision import BIN
from schemas.errors import SaegimError
from workbench.settings import ROOT

IMPORTS = ("prefect.flow_engine", "prefect.main", "prefect.deployments.steps.core", "prefect._internal.metrics",
           "prefect.runner.storage", "apps.stack.checkout", "boto3")
"""What a run imports beside the flows."""
PR_SET_PDEATHSIG = 1
"""Linux: the signal that a process gets when its parent has ended."""
READ_BY_IMPORTS = ("PREFECT_LOGGING_", "PYTHON", "LD_")
"""How variables begin that are read at the start and at imports alone; a run whose own differ is refused."""
BACKLOG = 16


@dataclass(slots=True)
class ForkedRun:
    """A run that goes on: its process, and the connection of the one that asked for it."""

    pid: int
    asked: socket.socket
    ended: int
    """A descriptor that can be read when the process has ended."""


@dataclass(slots=True)
class RunStarter:
    """What one knows while it serves."""

    listener: socket.socket
    files: Mapping[str, tuple[int, int]]
    """What it has imported, as it was then."""
    environment: Mapping[str, str]
    runs: list[ForkedRun] = field(default_factory=list)
    ends: bool = False
    """Whether it takes no more."""
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def serve(self) -> dict[str, Any] | None:
        """Forks a process for each order; returns the order in that process, and nothing at the end."""
        reader, writer = socket.socketpair()
        for end in (reader, writer):
            end.setblocking(False)
        signal.set_wakeup_fd(writer.fileno())
        signal.signal(signal.SIGTERM, self._end)
        self.selector.register(reader, selectors.EVENT_READ, lambda: reader.recv(64) and None)
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        while self.runs or not self.ends:
            for key, _ in self.selector.select():
                if order := key.data():
                    signal.set_wakeup_fd(-1)
                    reader.close()
                    writer.close()
                    return dict(order)
            if self.ends and self.listener.fileno() >= 0:
                self.selector.unregister(self.listener)
                self.listener.close()
        return None

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.ends = True

    def _accept(self) -> dict[str, Any] | None:
        """The order, in the process that was forked for it."""
        asked, _ = self.listener.accept()
        asked.settimeout(SECONDS)
        try:
            head, streams, _flags, _ = socket.recv_fds(asked, LENGTH.size, 3)
            order = json.loads(asked.makefile("rb").read(LENGTH.unpack(head)[0]).decode("utf-8", "surrogateescape"))
        except (OSError, ValueError):
            asked.close()
            return None
        if why := self._refuses(order["env"]):
            print(f"A run starts without me: {why}", flush=True)
            asked.sendall(REFUSED)
            asked.close()
        elif not (pid := os.fork()):
            self._leave(asked)
            return {**order, "streams": streams}
        else:
            run = ForkedRun(pid, asked, os.pidfd_open(pid))
            self.runs.append(run)
            self.selector.register(asked, selectors.EVENT_READ, lambda: self._hand_on(run))
            self.selector.register(run.ended, selectors.EVENT_READ, lambda: self._tell(run))
            asked.sendall(TAKEN)
        for stream in streams:
            os.close(stream)
        return None

    def _refuses(self, environment: Mapping[str, str]) -> str | None:
        if self.ends or files_now(self.files) != self.files:
            self.ends = True
            return "what I have imported has changed, or I am about to end"
        theirs, mine = read_by_imports(environment), self.environment
        other = sorted(name for name in theirs.keys() | mine.keys() if theirs.get(name) != mine.get(name))
        return f"its environment has another {', '.join(other)}" if other else None

    def _hand_on(self, run: ForkedRun) -> None:
        """A signal for the run; or its end, where the one that asked for it was killed."""
        try:
            signals = run.asked.recv(16)
        except OSError:
            signals = b""
        for number in signals or [signal.SIGKILL]:
            os.kill(run.pid, number)
        if not signals:
            self.selector.unregister(run.asked)

    def _tell(self, run: ForkedRun) -> None:
        """How it ended."""
        code = os.waitstatus_to_exitcode(os.waitpid(run.pid, 0)[1])
        self.runs.remove(run)
        self.selector.unregister(run.ended)
        os.close(run.ended)
        if run.asked in self.selector.get_map():
            self.selector.unregister(run.asked)
            with contextlib.suppress(OSError):
                run.asked.sendall(b"%d\n" % code)
        run.asked.close()

    def _leave(self, asked: socket.socket) -> None:
        """In a new process: nothing of this one's is left in it."""
        if ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL):
            os._exit(1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()  # signals for a group of the worker reach it once
        self.selector.close()
        self.listener.close()
        asked.close()
        for run in self.runs:
            run.asked.close()
            os.close(run.ended)


def read_by_imports(environment: Mapping[str, str]) -> dict[str, str]:
    """Variables that are read while Prefect and what it needs are imported, and never again."""
    return {name: value for name, value in environment.items() if name.startswith(READ_BY_IMPORTS)}


def files_now(files: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """By file, what tells that it is another one: its time in nanoseconds, and its number on the disk."""
    found = {}
    for file in files:
        try:
            told = Path(file).stat()
        except OSError:
            continue
        found[file] = told.st_mtime_ns, told.st_ino
    return found


def run_command(folder: Path) -> list[str]:
    """What a worker is to start for a run: see ``start_run.py``, which does without a run starter where there is none."""
    return [str(BIN / "python"), "-I", "-S", str(ROOT / "apps" / "stack" / "start_run.py"), str(folder)]


def prepared(folder: Path) -> RunStarter:
    """One that has imported everything and listens."""
    environment = read_by_imports(os.environ)  # cv2 changes one of them
    for name in (*IMPORTS, *(f"flows.{path.stem}" for path in sorted((ROOT / "flows").glob("*.py")))):
        importlib.import_module(name)
    if threading.active_count() != 1:  # a fork has none of the other threads, and all of their locks
        raise SaegimError("What the run starter imports has started threads.")
    files = files_now({str(file): None for module in list(sys.modules.values())
                       if (file := getattr(module, "__file__", None))})
    gc.collect()
    gc.freeze()
    os.chdir(folder)
    Path(SOCKET).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(SOCKET)
    listener.listen(BACKLOG)
    os.chdir(ROOT)
    return RunStarter(listener, files, environment)


def obey(order: Mapping[str, Any], run: Callable[..., Any] = runpy.run_module) -> None:
    """Is the run."""
    for number, stream in enumerate(order["streams"]):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(order["env"])
    importlib.import_module("prefect.context").refresh_global_settings_context()
    os.chdir(order["cwd"])
    sys.argv[:] = ["prefect.engine"]
    run("prefect.engine", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if (given := prepared(Path(sys.argv[1])).serve()) is not None:
        obey(given)
