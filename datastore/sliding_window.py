"""Many calls at once, their results in order."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def in_order(threads: ThreadPoolExecutor, call: Callable[[U], T], items: Iterable[U], ahead: int) -> Iterator[T]:
    """What ``call`` makes of each item, in the order of the items; at most ``ahead`` results wait to be taken."""
    # A window, not the whole list: results wait in memory until they are taken. It slides: nobody waits for the slowest.
    rest = iter(items)
    window = deque(threads.submit(call, item) for item in itertools.islice(rest, ahead))
    try:
        while window:
            result = window.popleft().result()
            window.extend(threads.submit(call, item) for item in itertools.islice(rest, 1))
            yield result
    finally:
        for future in window:
            future.cancel()
