"""A folder that one format writes: it may be written again, and never over something else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saegim.errors import FolderRefused
from saegim.folder import on_disk
from saegim.locks import locked

MARK = ".saegim-"
"""How the name of a file begins that says which format a folder is written in."""


@contextmanager
def own_folder(to: Path, form: str) -> Iterator[None]:
    """The folder, made where it is missing; one process at a time writes in it.

    Args:
        to: the folder; new, empty, or written by this format before.
        form: name of the format, as ``--format`` takes it.

    Raises:
        FolderRefused: the folder holds something else, or its disk cannot take it.
    """
    with on_disk(to):
        check_own(to, form)
        to.mkdir(parents=True, exist_ok=True)
        with locked(to / mark(form), threading.Event()):
            yield


def check_own(to: Path, form: str) -> None:
    """Refuses a folder in which something else would be written over.

    Raises:
        FolderRefused: it holds something, and this format has not written it.
    """
    if to.is_dir() and not (to / mark(form)).exists() and any(to.iterdir()):
        raise FolderRefused(f"{to} is not empty and was not written by --format {form}: name a new folder, or empty this one")


def mark(form: str) -> str:
    """File in a folder that a format has written."""
    return f"{MARK}{form}"
