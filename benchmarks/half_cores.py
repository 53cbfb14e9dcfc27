"""Processes that get a share of a core, whatever the machine has: a control group of the kernel's for each."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

V1, V2 = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
PERIOD = 20_000
"""Microseconds after which a share is given anew: short beside what any step of the work takes."""


@contextlib.contextmanager
def pinned(cores: float) -> Iterator[Path]:
    """A group whose processes get so many cores together; a process joins it by writing its id into the file yielded.

    Raises:
        SystemExit: the kernel's control groups may not be written here.
    """
    first = (V1 / "cpu.cfs_quota_us").exists()
    folder = (V1 if first else V2) / f"saegim-bench-{secrets.token_hex(4)}"
    try:
        folder.mkdir()
        if first:
            (folder / "cpu.cfs_period_us").write_text(str(PERIOD))
            (folder / "cpu.cfs_quota_us").write_text(str(round(PERIOD * cores)))
        else:
            (folder / "cpu.max").write_text(f"{round(PERIOD * cores)} {PERIOD}")
    except OSError as error:
        raise SystemExit(f"{folder} cannot be made ({error.strerror}): this part needs control groups that may be written, "
                         "as root has them") from error
    try:
        yield folder / "cgroup.procs"
    finally:
        for _ in range(100):  # its last process may still be ending
            with contextlib.suppress(OSError):
                folder.rmdir()
                break
            time.sleep(0.1)


def join(group: Path) -> None:
    """This process, and what it starts from now on, is in the group."""
    group.write_text(str(os.getpid()))
