"""The folder that a conversion writes: each file whole or not at all, and nothing left of what stood there before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from saegim.folder import has_size

PART = ".part"
"""Ending of a file that is being written."""
BUFFER = 1 << 20
"""Bytes of lines that are written at once: each write lets other threads in, and waits for them."""


class Output:
    """Of one conversion. Killed and run again it goes on: what has a name that comes of its content is not made twice.

    Args:
        folder: that is written.
        advance: told how many images more are done.
    """

    def __init__(self, folder: Path, advance: Callable[[int], None] = lambda _images: None) -> None:
        self.folder = folder
        self.advance = advance
        self._mine: set[Path] = set()

    def has(self, path: str) -> bool:
        """Whether a file is there already, and remembers it as one of this conversion's.

        Args:
            path: below the folder; a name that comes of all that decides the file's bytes.
        """
        there = (self.folder / path).is_file()
        if there:
            self._mine.add(self.folder / path)
        return there

    def write(self, path: str, data: bytes) -> None:
        """Writes a file whole. One of the same size whose name comes of its content stays; others are compared."""
        target = self.folder / path
        self._mine.add(target)
        if has_size(target, len(data)) and target.read_bytes() == data:
            return
        part = target.with_name(f".{target.name}{PART}")  # nobody else writes in this folder: see own_folder
        try:
            part.write_bytes(data)
        except FileNotFoundError:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
        part.replace(target)

    @contextmanager
    def text(self, path: str) -> Iterator[TextIO]:
        """A text file to write line by line: UTF-8, lines end with LF. It gets its name when the ``with`` ends well."""
        with self.opened(path) as part, part.open("w", BUFFER, encoding="utf-8", newline="\n") as lines:
            yield lines

    @contextmanager
    def opened(self, path: str) -> Iterator[Path]:
        """A file that something else writes, under the name that it is given; it gets its own when the ``with`` ends well."""
        target = self.folder / path
        part = target.with_name(target.name + PART)
        part.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(target)
        self._mine.add(target)

    def finish(self) -> None:
        """Removes what earlier conversions left in the folder, and folders that are empty then.

        Hidden files stay but for those that a killed conversion had begun.
        """
        for path in sorted(self.folder.rglob("*"), reverse=True):
            hidden = any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path not in self._mine and (not hidden or path.name.endswith(PART)):
                path.unlink()
