"""One process at a time at a file: by flock, and by a lock file beside it where the disk has no flock.

flock is not there on Lustre mounted without ``-o flock``, on NFS without a lock daemon, and on some CIFS and FUSE. A lock file
tells whose it is, and its owner touches it every ``BEAT_SECONDS``. It is removed by whoever finds its process dead on the same
machine, or sees it untouched for ``DEAD_SECONDS`` by the own clock. An owner that only stood still (a laptop that slept, a disk
that hung) may so come back while another is at it; and some mounts keep flock to one machine (``localflock``). So what is done
under a lock has to do no harm where two do it at once: see ``stands``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import NamedTuple

WAIT_SECONDS = 0.1
BEAT_SECONDS = 10.0
DEAD_SECONDS = 60.0
"""Six beats: a metadata server that fails over stands still for less, and after a kill nobody waits for long."""
NO_FLOCK = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL})


class Stopped(Exception):
    """Another file of this pull failed: the rest need not go on."""


@contextmanager
def locked(path: Path, stop: threading.Event) -> Iterator[int]:
    """Opens a file for this process alone; waits while another has it. A lock ends with its process, however that ends.

    Raises:
        Stopped: ``stop`` was set meanwhile.
    """
    opened = None
    try:
        while (opened := _flocked(path)) is None:
            _wait(stop)
    except OSError as error:
        if error.errno not in NO_FLOCK:
            raise
    with nullcontext() if opened is not None else _lock_file(path.with_name(f"{path.name}.lock"), stop):
        if opened is None:
            opened = _open(path)
        try:
            yield opened
        finally:
            os.close(opened)


def stands(path: Path, opened: int) -> bool:
    """Whether an open file still has its name: not where another, that had the lock as well, has renamed or removed it."""
    try:
        return path.stat().st_ino == os.fstat(opened).st_ino
    except FileNotFoundError:
        return False


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def _flocked(path: Path) -> int | None:
    """The file, opened and locked by flock; None where another has it."""
    opened = _open(path)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever had it may have renamed it meanwhile: then this is a finished file, which nobody may touch.
        if stands(path, opened):
            return opened
    except (BlockingIOError, PermissionError):  # CIFS says EACCES of a lock that another has
        pass
    except OSError:
        os.close(opened)
        raise
    os.close(opened)
    return None


class _Seen(NamedTuple):
    """A lock file as it was found: its owner, and when it was touched last, by the clock of whatever noted it."""

    owner: bytes
    touched: int


@contextmanager
def _lock_file(path: Path, stop: threading.Event) -> Iterator[None]:
    """Makes a lock file, waiting while another's is there, and touches it until it is removed at the end."""
    owner = f"{_machine()} {os.getpid()} {_started(os.getpid())} {uuid.uuid4().hex}".encode()
    last = None
    since = 0.0
    while (opened := _made(path, owner)) is None:
        seen = _look(path)
        if seen != last:
            last = seen
            since = time.monotonic()
        if seen and (_is_dead(seen.owner) or time.monotonic() - since > DEAD_SECONDS):
            _remove(path, seen.owner)
        else:
            _wait(stop)
    ended = threading.Event()
    beat = threading.Thread(target=_beat, args=(opened, ended), name="saegim-lock", daemon=True)
    beat.start()
    try:
        yield
    finally:
        ended.set()
        beat.join()
        os.close(opened)
        _remove(path, owner)


def _wait(stop: threading.Event) -> None:
    if stop.wait(WAIT_SECONDS * random.uniform(0.5, 1.5)):  # noqa: S311  so that those who wait do not all look at once
        raise Stopped


def _made(path: Path, owner: bytes) -> int | None:
    """The lock file, opened, where there was none."""
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    except FileExistsError:
        return None
    try:
        os.write(opened, owner)
    except OSError:
        os.close(opened)
        path.unlink(missing_ok=True)
        raise
    return opened


def _beat(opened: int, ended: threading.Event) -> None:
    while not ended.wait(BEAT_SECONDS):
        with suppress(OSError):
            os.utime(opened)


def _look(path: Path) -> _Seen | None:
    """Opening is what makes a network's client ask its server again."""
    try:
        with path.open("rb") as opened:
            return _Seen(opened.read(), os.fstat(opened.fileno()).st_mtime_ns)
    except FileNotFoundError:
        return None


def _remove(path: Path, owner: bytes) -> None:
    """Removes an owner's lock file, and no other: another may have removed that one and made its own meanwhile."""
    seen = _look(path)
    if seen is None or seen.owner != owner:
        return
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    with suppress(FileNotFoundError):
        path.rename(aside)
        if aside.read_bytes() != owner and not path.exists():
            aside.rename(path)
        aside.unlink(missing_ok=True)


def _machine() -> str:
    """Names the table of processes that a process id is of; a name of its own where that is not known."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return uuid.uuid4().hex


def _started(pid: int) -> str:
    """When a process was started, in ticks since the boot; ``-`` where that is not known."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return "-"


def _is_dead(owner: bytes) -> bool:
    """Whether an owner is a process of this machine that has ended; false where that cannot be known."""
    machine, *rest = owner.decode(errors="replace").split() or [""]
    if machine != _machine() or len(rest) != 3 or not rest[0].isdecimal():
        return False
    pid = int(rest[0])
    started = rest[1]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return "-" not in (started, _started(pid)) and started != _started(pid)
