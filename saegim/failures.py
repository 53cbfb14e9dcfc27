"""What is said of an error that ends a command or a run: one sentence; its traceback goes to a file."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from saegim.errors import ClientError
from saegim.manifest import as_size
from saegim.settings import cache, home

KEPT = 50
"""Files of tracebacks; older ones are removed."""
FULL = (errno.ENOSPC, errno.EDQUOT)
FULL_WORDS = "No space left on device"
NEARLY_NOTHING = 10_000_000
"""Bytes: a disk with less than this free is the one that is full."""


def is_ours(error: BaseException) -> bool:
    """Whether it was raised on purpose: by the client or by the workbench, whose errors this package must not import."""
    return isinstance(error, ClientError) or any(
        (kind.__module__, kind.__name__) == ("schemas.errors", "SaegimError") for kind in type(error).__mro__)


def in_words(error: BaseException) -> str:
    """What a person is told: what is wrong and the repair. An error that nobody foresaw is named as such."""
    if is_ours(error):
        return str(error)
    line = (str(error).strip().splitlines() or [""])[0][:300]
    if any((kind.__module__.partition(".")[0], kind.__name__) == ("httpx", "TransportError") for kind in type(error).__mro__):
        return f"Prefect does not answer any more ({line}). saegim status says what runs; then run the same again"
    if isinstance(error, OSError):
        if error.errno in FULL or FULL_WORDS in str(error):
            return f"{_full(error.filename)}. Make room there, then run the same again: it goes on where it was"
        if error.filename and isinstance(error, PermissionError):
            return (f"No permission for {error.filename}: it must belong to who runs this; see: ls -la "
                    f"{_folder_of(error.filename)}")
        if error.filename and isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError | FileExistsError):
            return f"{error.filename}: {(error.strerror or line).lower()}"
    return (f"unexpected: {type(error).__name__}{': ' * bool(line)}{line}. This is a mistake in Saegim: please report it with "
            "its traceback")


def keep_trace(error: BaseException) -> Path | None:
    """Writes an error's traceback to a file, once; None where nothing can be written."""
    if known := getattr(error, "kept_in", None):
        return Path(known)
    folder = (home() if home().is_dir() else cache("")) / "errors"
    path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        for old in sorted(folder.glob("*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    with contextlib.suppress(AttributeError):
        error.kept_in = str(path)  # type: ignore[attr-defined]
    return path


def _full(named: str | None) -> str:
    """Which disk is full: the one of the file, else one of those that are written to and have next to nothing free."""
    folders = [_folder_of(named)] if named else [home(), Path(tempfile.gettempdir()), cache(""), Path.cwd()]
    for folder in folders:
        there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        if named or free < NEARLY_NOTHING:
            return f"The disk of {folder} is full ({as_size(free)} free)"
    return "A disk is full (df -h says which)"


def _folder_of(named: str | bytes) -> Path:
    return Path(os.fsdecode(named)).parent
