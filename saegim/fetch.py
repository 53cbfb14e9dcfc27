"""Bytes of objects in their order, while the ranges that come next are on their way already."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import TypeVar

import obstore

from saegim.errors import ReleaseDamaged, StorageUnavailable
from saegim.releases import GONE, Releases

T = TypeVar("T")

REQUESTS = min(16, max(4, 2 * (os.cpu_count() or 1)))
"""On their way at once, of all objects together: what so many cores can receive, hash and write."""
RANGE = 32 << 20
"""Bytes of one request; at most REQUESTS of them are in memory. The client's timeout counts for each."""
CHUNK = 128 << 10
"""Bytes at a time: what still lies in the processor's cache is hashed and written at half the cost."""
TRIES = 3
PAUSE_SECONDS = 0.5


class Window:
    """The requests of one pull: a single object has all of them, as ranges; many objects have one each.

    Args:
        releases: where from.
        stop: nobody waits any more for what it brings.
    """

    def __init__(self, releases: Releases, stop: threading.Event | None = None) -> None:
        self._releases, self._stop = releases, stop or threading.Event()
        self._pool = ThreadPoolExecutor(REQUESTS, "saegim-range")
        self._lock = threading.Lock()
        self._objects = 0

    def __enter__(self) -> Window:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    def read(self, key: str, start: int, size: int) -> Iterator[bytes]:
        """The bytes of an object from ``start`` to its end, in order.

        Raises:
            ReleaseDamaged: it is not there any more, or is not ``size`` bytes long.
            StorageUnavailable: the object storage does not answer.
        """
        rest = deque(range(start, size, RANGE))
        ahead: deque[Future[list[bytes]]] = deque()
        with self._one_more_object():
            try:
                while rest or ahead:
                    # What is in front is used as it comes; what is behind it waits in memory.
                    for chunk in ahead.popleft().result() if ahead else self._range(key, rest.popleft(), size):
                        while rest and len(ahead) < REQUESTS // self._objects - 1:
                            ahead.append(self._pool.submit(self._whole_range, key, rest.popleft(), size))
                        yield chunk
            finally:
                for waiting in ahead:
                    waiting.cancel()

    def _whole_range(self, key: str, start: int, size: int) -> list[bytes]:
        return list(self._range(key, start, size))

    def _range(self, key: str, start: int, size: int) -> Iterator[bytes]:
        """Asks again from where it broke off; gives up after ``TRIES`` answers that brought nothing."""
        at = start
        end = min(start + RANGE, size)
        failed = 0
        while at < end:
            try:
                answer = self._ask(lambda: obstore.get(self._releases.bucket, key, options={"range": (at, end)}))  # noqa: B023
                self._same_size(key, answer.meta["size"], size)
                with self._releases.answering():
                    for chunk in answer.stream(min_chunk_size=CHUNK):
                        at = at + len(chunk)
                        failed = 0
                        yield chunk
            except GONE as error:
                raise ReleaseDamaged(f"{key} is not in the bucket any more: it may have been taken down; run the same again"
                                     ) from error
            except StorageUnavailable:
                failed += 1
                if failed == TRIES:
                    raise
                # A range behind the end is answered like a fault.
                self._same_size(key, self._ask(lambda: obstore.head(self._releases.bucket, key))["size"], size)
                self._stop.wait(PAUSE_SECONDS)

    def _ask(self, call: Callable[[], T]) -> T:
        return self._releases.asked(call, self._stop.wait)

    def _same_size(self, key: str, found: int, expected: int) -> None:
        if found != expected:
            raise ReleaseDamaged(f"{key} in the bucket has {found:,} bytes, and the release states {expected:,}; "
                                 "tell the data manager")

    @contextmanager
    def _one_more_object(self) -> Iterator[None]:
        with self._lock:
            self._objects += 1
        try:
            yield
        finally:
            with self._lock:
                self._objects -= 1
