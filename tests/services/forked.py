"""Commands of `saegim` in processes of their own, each forked from one that has imported everything: two seconds less each.

That one runs no command, opens no connection and has one thread: what it forks is as fresh as what a shell starts, but for its
imports and for Prefect's heartbeat, whose thread ends up to a second after its flow. How a command starts and how it ends, tests
of the real one say (``World.command``).
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

IMPORTS = ("saegim.cli", "apps.cli", "flows.full_cycle", "flows.label_status", "workbench.label.migrate",
           "prefect.flow_engine", "fastapi.encoders", "boto3")
"""All commands, and what they import late."""
WIDE = {"COLUMNS": "200"}
"""A terminal that breaks no line which a test looks for."""
SECONDS = 300
"""Time after which a command is killed."""


class Forks:
    """The process that others are forked from, started when the first one is wanted.

    The settings of Prefect and the width of the terminal are those of that time.
    """

    def __init__(self, python: Path, root: Path) -> None:
        self._python, self._root = python, root
        self._server: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="saegim-forks-")

    def __enter__(self) -> Forks:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server:
            self._server.communicate()  # the end of its orders is its end
        self._folder.cleanup()

    def run(self, arguments: Sequence[str], env: Mapping[str, str],
            kill: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Runs ``saegim`` with these arguments in this environment.

        Args:
            arguments: as in a shell.
            env: all of it.
            kill: arguments of ``kill_at`` where it is to be killed.
        """
        server = self._started()
        out, err = Path(self._folder.name, "out"), Path(self._folder.name, "err")
        order = {"arguments": list(arguments), "env": dict(env), "kill": list(kill), "out": str(out), "err": str(err)}
        assert server.stdin and server.stdout
        print(json.dumps(order), file=server.stdin, flush=True)
        pid = int(server.stdout.readline() or self._gone())
        late = threading.Event()

        def too_late() -> None:
            late.set()
            os.kill(pid, signal.SIGKILL)

        timer = threading.Timer(SECONDS, too_late)
        timer.start()
        try:
            code = int(server.stdout.readline() or self._gone())
        finally:
            timer.cancel()
        done = subprocess.CompletedProcess(list(arguments), code, out.read_text("utf-8"), err.read_text("utf-8"))
        assert not late.is_set(), f"saegim {' '.join(arguments)} took longer than {SECONDS} s: {done.stdout}{done.stderr}"
        return done

    def _started(self) -> subprocess.Popen[str]:
        if self._server is None:
            self._server = subprocess.Popen([self._python, "-m", "tests.services.forked"], cwd=self._root, text=True,
                                            env={**os.environ, **WIDE}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self._server

    def _gone(self) -> str:
        assert self._server
        raise AssertionError(f"tests.services.forked has ended with code {self._server.wait(10)}; its last words are above")


def serve() -> dict[str, Any] | None:
    """Forks a process for each order; returns the order in that process, and nothing at the end."""
    from apps.cli.run import prepare
    from workbench.settings import load_settings

    prepare(load_settings())
    for name in IMPORTS:
        importlib.import_module(name)
    assert threading.active_count() == 1  # a fork has none of the other threads, and all of their locks
    gc.freeze()
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        pid = os.fork()
        if not pid:
            return order
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    return None


def obey(order: dict[str, Any]) -> None:
    """Is the command."""
    from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    from saegim.cli import main
    from tests.services.killed import kill_at

    for number, path, flags in ((0, os.devnull, os.O_RDONLY), (1, order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
                                (2, order["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["env"])
    if order["kill"]:
        kill_at(*order["kill"])
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        main(order["arguments"])


if __name__ == "__main__":
    if (given := serve()) is not None:
        obey(given)
