"""One LMDB of numbered samples, as create_lmdb_dataset.py of deep-text-recognition-benchmark makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from saegim.errors import FormatWrong
from saegim.formats import lmdb_samples
from saegim.formats.lmdb_samples import COUNT, SIZES
from saegim.release import need

BATCH = 8 << 20
"""Bytes of samples that are written in one transaction: few enough to hold, many enough that pages are written once."""
FIRST_MAP = 16 << 20
"""Bytes of the map at first; it is doubled whenever it is full. A map of 1 TiB as others have it fails on some disks."""
DAMAGED = "it is cut off or damaged: copy or download it again"
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")
"""Of the environment: a stranger's file gets no keys to see."""


@dataclass(frozen=True, slots=True)
class StoredCrop:
    """One sample; None is what is not there.

    Attributes:
        number: from 1 on.
        image: the encoded picture.
        label: the text, UTF-8 where it is right.
    """

    number: int
    image: bytes | None
    label: bytes | None


class LmdbStore:
    """Writes samples one after the other. The same samples give the same bytes. Close it with ``finish``.

    Args:
        path: of the file; what is there is begun anew.
    """

    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self._library = need("lmdb")
        # Nothing reads it before it has its name, and killed it is begun anew: neither locks nor syncing each batch are needed.
        self._opened = self._library.open(str(path), subdir=False, lock=False, map_size=FIRST_MAP, sync=False, mode=0o644)
        self._map = FIRST_MAP
        self._images: list[tuple[bytes, bytes]] = []
        self._labels: list[tuple[bytes, bytes]] = []
        self._waiting = 0
        self.count = 0

    def add(self, image: bytes, label: str) -> None:
        """One sample more."""
        self.count += 1
        self._images.append((image_key(self.count), image))
        self._labels.append((label_key(self.count), label.encode()))
        self._waiting += len(image)
        if self._waiting >= BATCH:
            self._put([*self._images, *self._labels])

    def finish(self) -> None:
        """Writes what waits and how many there are, and closes the file."""
        self._put([*self._images, *self._labels, (COUNT, str(self.count).encode())])
        self._opened.sync(True)
        self._opened.close()

    def close(self) -> None:
        """Closes the file as it is; nothing where it is closed."""
        self._opened.close()

    def _put(self, items: list[tuple[bytes, bytes]]) -> None:
        while True:
            try:
                with self._opened.begin(write=True) as transaction, transaction.cursor() as cursor:
                    cursor.putmulti(items)
                break
            except self._library.MapFullError:
                self._map *= 2
                self._opened.set_mapsize(self._map)
        self._images.clear()
        self._labels.clear()
        self._waiting = 0


def image_key(number: int) -> bytes:
    """Key of a sample's picture."""
    return b"image-%09d" % number


def label_key(number: int) -> bytes:
    """Key of a sample's text."""
    return b"label-%09d" % number


@dataclass(frozen=True, slots=True)
class SampleCount:
    """What an LMDB says of itself.

    Attributes:
        count: samples that it says it has.
        entries: keys that it holds: more samples than these are not there.
    """

    count: int
    entries: int


def samples(path: Path, told: Callable[[SampleCount], None] = lambda _said: None) -> Iterator[StoredCrop]:
    """The samples of an LMDB, in order, read by a process of its own: a file that is cut off or damaged kills who reads it.

    Args:
        path: of the file.
        told: told once what it says of itself.

    Raises:
        FormatWrong: it is no LMDB, does not say how many samples it has, or is damaged; what could be read before has come.
    """
    need("lmdb")
    command = [sys.executable, "-P", lmdb_samples.__file__, str(path)]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                          env=environment) as process:
        try:
            if process.stdout:
                yield from _read(process.stdout, told)
        finally:
            process.kill()


def _read(out: IO[bytes], told: Callable[[SampleCount], None]) -> Iterator[StoredCrop]:
    line = out.readline()
    found: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {"error": DAMAGED}
    if "error" in found:
        raise FormatWrong(found["error"])
    said = SampleCount(found["count"], found["entries"])
    told(said)
    for number in range(1, min(said.count, said.entries) + 1):
        head = out.read(SIZES.size)
        sizes = SIZES.unpack(head) if len(head) == SIZES.size else ()
        parts = [None if size < 0 else out.read(size) for size in sizes]
        if len(parts) != 2 or any(part is not None and len(part) < size for part, size in zip(parts, sizes, strict=True)):
            raise FormatWrong(f"{DAMAGED}; {number - 1:,} of its samples were read before")
        yield StoredCrop(number, *parts)
