"""What a stack with nothing to do costs: CPU of each of its services, and how Prefect's database grows.

CPU is that of the processes, never the time on the wall, so that a busy neighbour does not count: a service's own, its
children's, and what the kernel says of those that have ended. A run of a worker is the worker's.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.figures import Figure, show

MOST_OF_A_CORE = 5.0
"""Per cent of a core that an idle stack with schedules may take."""
MOST_GROWTH = 2.0
"""Megabytes an hour that Prefect's database may grow by."""
LOOK_SECONDS = 5
MARK = "SAEGIM_STACK_OF"
"""Environment variable of every process of a stack (``apps/stack/supervision.py``)."""


@dataclass(frozen=True, slots=True)
class IdleUse:
    """What a stack took.

    Attributes:
        seconds: for so long it was looked at.
        cpu: seconds of CPU by service.
        grown: bytes by which what Prefect's database holds has grown; its free pages do not count.
        database: size of its file at the end, in bytes.
    """

    seconds: float
    cpu: Mapping[str, float]
    grown: int
    database: int

    @property
    def of_a_core(self) -> float:
        """Per cent of one core, of all services together."""
        return 100 * sum(self.cpu.values()) / self.seconds

    @property
    def megabytes_an_hour(self) -> float:
        """By which Prefect's database grows."""
        return self.grown / 1e6 / self.seconds * 3600


def idle_use(home: Path, seconds: float) -> IdleUse:
    """Looks at a stack that runs on this machine.

    Args:
        home: its state folder, absolute.
        seconds: how long; ten minutes have every schedule in them but those of hours.
    """
    stack = home / "stack"
    database = stack / "prefect" / "prefect.db"
    before, held, began = _cpu(stack), held_bytes(database), time.monotonic()
    while time.monotonic() - began < seconds:
        time.sleep(LOOK_SECONDS)
    took, after = time.monotonic() - began, _cpu(stack)
    return IdleUse(took, {name: after[name] - before.get(name, 0) for name in sorted(after)},
                   held_bytes(database) - held, database.stat().st_size)


def held_bytes(database: Path) -> int:
    """Bytes of the pages of a SQLite file that hold something."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0]
                             for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def figures(use: IdleUse) -> list[Figure]:
    """Rows of the table."""
    shares = ", ".join(f"{name} {100 * spent / use.seconds:.2f}" for name, spent in
                       sorted(use.cpu.items(), key=lambda item: -item[1]))
    grown = use.megabytes_an_hour
    return [Figure(f"idle stack with schedules, {use.seconds / 60:.0f} min: per cent of a core ({shares})",
                   f"{use.of_a_core:.2f} %", target=f"≤ {MOST_OF_A_CORE:g} %", met=use.of_a_core <= MOST_OF_A_CORE),
            Figure("Prefect's database at idle", f"{grown:.2f} MB an hour", target=f"≤ {MOST_GROWTH:g} MB an hour",
                   met=grown <= MOST_GROWTH)]


def _cpu(stack: Path) -> dict[str, float]:
    """Seconds of CPU so far, by service: the parts of the command line by which people know it."""
    spent: dict[str, float] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(stack):
                name = _service(process)
                spent[name] = spent.get(name, 0) + sum(process.cpu_times()[:4])
    return spent


def _service(process: psutil.Process) -> str:
    """Name of the service that a process belongs to: of itself, or of its parent that supervisord started."""
    line = process
    while (parent := line.parent()) is not None and "supervisor.supervisord" not in parent.cmdline() and parent.pid != 1:
        line = parent
    words = line.cmdline()
    if "supervisor.supervisord" in words:
        return "supervisord"
    if "worker" in words:
        return f"worker-{words[words.index('--pool') + 1]}"
    known = {"prefect": "prefect-server", "apps.portal": "portal", "apps.portal.reader": "portal-reader",
             "apps.stack.run_starter": "run-starter"}
    return next((known[word] for word in words if word in known),
                "label-studio" if any("label-studio" in word for word in words) else Path(words[0]).name)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("python -m benchmarks.scale_idle STATE_FOLDER SECONDS")
    show("idle", figures(idle_use(Path(sys.argv[1]).resolve(), float(sys.argv[2]))))
