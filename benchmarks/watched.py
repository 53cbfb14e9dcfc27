"""Processes that are watched while they work: their processor time and their memory, as the work goes on."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY = 2.0
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at all of them.

    Attributes:
        seconds: since the first one.
        done: items by then.
        cpu: seconds of processor time so far, by what a process is called; those of its ended children are in it.
        megabytes: resident memory by what a process is called; the largest where several bear one name.
    """

    seconds: float
    done: int
    cpu: Mapping[str, float]
    megabytes: Mapping[str, float]


@dataclass(slots=True)
class Watched:
    """All looks, the earliest first."""

    looks: list[Look] = field(default_factory=list)

    def at(self, done: int) -> Look:
        """The first look at which so many items were done; the last one where there is none."""
        return next((look for look in self.looks if look.done >= done), self.looks[-1])


@contextlib.contextmanager
def watched(roots: Mapping[str, int], done: Callable[[], int]) -> Iterator[Watched]:
    """Watches some processes and all that they start, in a thread of this one.

    Args:
        roots: process ids by name; a child is called by its root's name and ``'s child``.
        done: how many items are done.
    """
    found, stop, began = Watched(), threading.Event(), time.perf_counter()
    spent: dict[int, tuple[str, float]] = {}

    def look() -> None:
        megabytes: dict[str, float] = {}
        for name, pid in roots.items():
            with contextlib.suppress(psutil.Error):
                root = psutil.Process(pid)
                for process in [root, *root.children(recursive=True)]:
                    with contextlib.suppress(psutil.Error), process.oneshot():
                        called = name if process.pid == pid else f"{name}'s child"
                        times = process.cpu_times()
                        spent[process.pid] = (called, times.user + times.system)
                        megabytes[called] = max(megabytes.get(called, 0.0), process.memory_info().rss / 1e6)
        cpu: dict[str, float] = {}
        for called, seconds in spent.values():
            cpu[called] = cpu.get(called, 0.0) + seconds
        found.looks.append(Look(time.perf_counter() - began, done(), cpu, megabytes))

    def look_on() -> None:
        while not stop.wait(EVERY):
            look()

    look()
    thread = threading.Thread(target=look_on)
    thread.start()
    try:
        yield found
    finally:
        stop.set()
        thread.join()
        look()


def peak_megabytes() -> float:
    """Most resident memory of this process so far (VmHWM)."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found.group(1)) * 1024 / 1e6
