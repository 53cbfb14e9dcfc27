"""Memory that two processes share: pixels go from one to the other without being copied through a pipe."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

ALIGNED = 64
"""Bytes that an array's place is a multiple of: a line of the cache."""
GROWS = 1 << 22
"""Bytes by which the memory grows at least."""
KEPT = 1 << 26
"""Bytes that stay when an unusually large picture is done with."""


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Where an array lies in shared memory.

    Attributes:
        offset: of its first byte.
        shape: of the array.
        kind: numpy's name of its items' type.
    """

    offset: int
    shape: tuple[int, ...]
    kind: str

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.offset + int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.kind).itemsize


class SharedPixels:
    """A file in memory that has no name, so it is gone with the last process that holds it, however that one ends.

    It is not in /dev/shm, which has 64 MB in a container. Two processes take turns: who writes has been told that the other one
    is done.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        """Makes one, or opens that of another process by a descriptor, which belongs to this object from then on."""
        self.descriptor = os.memfd_create("saegim-pixels") if descriptor is None else descriptor
        self._mapped: mmap.mmap | None = None

    def put(self, arrays: Iterable[NDArray[Any]], after: int = 0) -> list[PixelPlace]:
        """Writes arrays one after the other.

        Args:
            arrays: of any shapes and types.
            after: the byte from which there is room.
        """
        places = []
        for array in arrays:
            offset = -(-after // ALIGNED) * ALIGNED
            places.append(place := PixelPlace(offset, array.shape, array.dtype.str))
            self._make_room(place.end)
            self.at(place)[...] = array
            after = place.end
        return places

    def room_for(self, shape: Sequence[int], kind: DTypeLike, after: int = 0) -> PixelPlace:
        """A place for an array that is written later."""
        place = PixelPlace(-(-after // ALIGNED) * ALIGNED, tuple(shape), np.dtype(kind).str)
        self._make_room(place.end)
        return place

    def at(self, place: PixelPlace) -> NDArray[Any]:
        """The array at a place: it is the memory itself, and changes with it."""
        if self._mapped is None or len(self._mapped) < place.end:
            # An array of before keeps the mapping of before; both are the same memory.
            self._mapped = mmap.mmap(self.descriptor, os.fstat(self.descriptor).st_size)
        count = int(np.prod(place.shape, dtype=np.int64))
        return np.frombuffer(self._mapped, np.dtype(place.kind), count, place.offset).reshape(place.shape)

    def shrink(self) -> None:
        """Gives back what an unusually large picture took. Nobody may read an array of before any more."""
        if os.fstat(self.descriptor).st_size > KEPT:
            os.ftruncate(self.descriptor, KEPT)

    def close(self) -> None:
        """Lets go of it; arrays that are still in use keep it."""
        self._mapped = None
        os.close(self.descriptor)

    def _make_room(self, size: int) -> None:
        if os.fstat(self.descriptor).st_size < size:
            os.ftruncate(self.descriptor, -(-size // GROWS) * GROWS)
