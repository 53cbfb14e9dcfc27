"""One LMDB of numbered samples, as create_lmdb_dataset.py of deep-text-recognition-benchmark makes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from saegim.errors import FormatWrong
from saegim.release import need

COUNT = b"num-samples"
BATCH = 8 << 20
"""Bytes of samples that are written in one transaction: few enough to hold, many enough that pages are written once."""
FIRST_MAP = 16 << 20
"""Bytes of the map at first; it is doubled whenever it is full. A map of 1 TiB as others have it fails on some disks."""


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


def samples(path: Path) -> Iterator[StoredCrop]:
    """The samples of an LMDB, in order.

    Raises:
        FormatWrong: it is no LMDB, or does not say how many samples it has.
    """
    library = need("lmdb")
    try:
        with library.open(str(path), subdir=False, lock=False, readonly=True, readahead=False) as opened, \
                opened.begin() as transaction:
            for number in range(1, _count(transaction, path) + 1):
                yield StoredCrop(number, transaction.get(image_key(number)), transaction.get(label_key(number)))
    except library.Error as error:
        raise FormatWrong(f"{path} is no LMDB that can be read ({error})") from error


def _count(transaction: Any, path: Path) -> int:
    found = transaction.get(COUNT)
    try:
        return int(found)
    except (TypeError, ValueError):
        raise FormatWrong(f"{path} does not say how many samples it has: expected the key num-samples") from None
