"""Runs of verbs in processes of their own, each forked from one that has imported everything; they may be killed at any moment.

What a run tells comes through a named pipe: a disk that is full does not stop it.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SECONDS = 90
"""A run that takes longer hangs: it is killed, and counts as a violation."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a run said.

    Attributes:
        code: of its end; negative where a signal ended it.
        hung: whether it was killed for it took too long.
        results: one for each verb that came to an end.
        injected: faults that it put in itself, as (service, at, kind, what).
        seconds: how long it took.
    """

    code: int
    hung: bool
    results: list[dict[str, Any]]
    injected: list[list[Any]]
    seconds: float


@dataclass
class Started:
    """A run that was begun."""

    pid: int
    began: float
    timer: threading.Timer
    late: threading.Event = field(default_factory=threading.Event)


class Lane:
    """A process that others are forked from, one after the other."""

    def __init__(self, python: Path, root: Path) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="saegim-faults-")
        self._pipe = Path(self._folder.name, "told")
        os.mkfifo(self._pipe)
        self._reading = os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK)
        self._said = b""
        self._base = subprocess.Popen([python, "-c", "from tests.faults.forked import serve; serve()", str(self._pipe)], cwd=root,
                                      env={**os.environ}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @functools.cached_property
    def decoders_of(self) -> int:
        """Pid of the process whose children are decoders; the lane is ready when it is known."""
        return int(self._line())

    def close(self) -> None:
        """Ends it."""
        self._base.communicate()
        os.close(self._reading)
        self._folder.cleanup()

    def begin(self, verbs: Sequence[str], env: Mapping[str, str], own: Sequence[Sequence[Any]] = (), file_limit: int = -1,
              pipeline: str = "ours") -> Started:
        """Starts a run.

        Args:
            verbs: one after the other.
            env: its environment, beside what this process had when the lane began.
            own: faults that it puts in itself, as (service, at, kind).
            file_limit: bytes that no file may grow beyond; none where negative.
            pipeline: ``ours`` or ``naive``.
        """
        assert self._base.stdin and self.decoders_of
        order = {"verbs": list(verbs), "env": dict(env), "own": [list(item) for item in own], "file_limit": file_limit,
                 "pipeline": pipeline}
        print(json.dumps(order), file=self._base.stdin, flush=True)
        pid = int(self._line())
        late = threading.Event()

        def too_late() -> None:
            late.set()
            os.kill(pid, signal.SIGKILL)

        timer = threading.Timer(SECONDS, too_late)
        timer.daemon = True
        timer.start()
        return Started(pid, time.monotonic(), timer, late)

    def end(self, run: Started) -> Told:
        """Waits for a run."""
        code = int(self._line())
        run.timer.cancel()
        lines = self._told()
        return Told(code, run.late.is_set(), [item["result"] for item in lines if "result" in item],
                    [item["injected"] for item in lines if "injected" in item], time.monotonic() - run.began)

    def _told(self) -> list[dict[str, Any]]:
        found = b""
        while True:
            try:
                found += os.read(self._reading, 1 << 16)
            except BlockingIOError:
                break
        return [json.loads(line) for line in found.splitlines()]

    def _line(self) -> str:
        assert self._base.stdout
        if not (line := self._base.stdout.readline()):
            raise RuntimeError(f"the lane has ended with code {self._base.wait(10)}; its last words are above")
        return line


