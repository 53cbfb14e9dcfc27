"""What was planned and what was really done: a fault counts when a request, a statement or a process has met it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from tests.faults.plan import KILLS, Fault, Kind, Service

STORM_SECONDS = 0.2
DOWN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault that happened.

    Attributes:
        fault: as it was planned.
        what: the request or statement that met it.
    """

    fault: Fault
    what: str


@dataclass
class Injector:
    """The plan of the attempt that runs now; the proxies ask it at each call.

    Attributes:
        done: what happened in this attempt.
        refused: how many requests a storm or an outage turned away beside the first, which counts as the fault.
        calls: how many calls each service has had in this attempt.
        pids: of the processes that the attempt runs in: a kill is for the first of them.
        decoders: gives the pids of processes that a kill of a decoder may take.
        on_raw: replaces (True) or deletes (False) a raw object by its path on the server.
    """

    done: list[Injected] = field(default_factory=list)
    refused: int = 0
    calls: dict[Service, int] = field(default_factory=dict)
    pids: list[int] = field(default_factory=list)
    decoders: Callable[[], list[int]] = list
    on_raw: Callable[[str, bool], None] = lambda _path, _replace: None
    _plan: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, plan: list[Fault]) -> None:
        """An attempt begins."""
        with self._lock:
            self._plan = sorted((item for item in plan if item.service is not Service.MACHINE), key=lambda item: item.at)
            self.done, self.refused, self.calls = [], 0, {}

    def end(self) -> list[Injected]:
        """The attempt is over: what of its plan did not happen does not happen any more."""
        with self._lock:
            self._plan = []
            return list(self.done)

    def next(self, service: Service, what: str, fits: Callable[[Kind], bool]) -> Fault | None:
        """What happens to this call.

        Args:
            service: that it is for.
            what: the call, in words.
            fits: whether a kind of fault can happen to it.
        """
        with self._lock:
            number = self.calls[service] = self.calls.get(service, 0) + 1
            for fault in self._plan:
                if fault.service is service and fault.at <= number and fits(fault.kind):
                    self._plan.remove(fault)
                    self.done.append(Injected(fault, what))
                    return fault
            return None

    def note(self, fault: Fault, what: str) -> None:
        """A fault that no proxy put in has happened."""
        with self._lock:
            self.done.append(Injected(fault, what))

    def turned_away(self) -> None:
        """A storm or an outage refused one more request."""
        with self._lock:
            self.refused += 1

    def kill(self) -> None:
        """Kills the process of the attempt, and nothing else."""
        if self.pids:
            _kill(self.pids[0])

    def kill_decoder(self) -> None:
        """Kills one process of those that decode, as the kernel does where memory is out."""
        for pid in self.decoders()[:1]:
            _kill(pid)


def is_kill(fault: Fault | None) -> bool:
    """Whether a fault ends the process."""
    return fault is not None and fault.kind in KILLS


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def children_of(pid: int) -> list[int]:
    """Processes that another one has started, the youngest first."""
    try:
        found = psutil.Process(pid).children()
    except psutil.NoSuchProcess:
        return []
    return [item.pid for item in sorted(found, key=lambda item: -item.pid)]
