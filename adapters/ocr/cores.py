"""How many cores this process has."""

from __future__ import annotations

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where a container is told how much of all cores it may use (cgroup v2)."""


def cores() -> int:
    """Cores that this process may use: those that it may run on, or fewer where its container has a limit."""
    allowed = len(os.sched_getaffinity(0))
    try:
        return min(allowed, cores_of_quota(QUOTA.read_text(encoding="utf-8")) or allowed)
    except OSError:
        return allowed


def cores_of_quota(text: str) -> int | None:
    """Cores of a limit as the kernel writes it, microseconds of work in microseconds of time; None for no limit."""
    work, _, time = text.partition(" ")
    return None if work == "max" else max(1, math.ceil(int(work) / int(time)))
