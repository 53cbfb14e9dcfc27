"""Work on items in several threads, such that results come in the order of the items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from saegim.decoding import AHEAD, DECODERS

Item = TypeVar("Item")
Made = TypeVar("Made")


def made_ahead(work: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[tuple[Item, Made]]:
    """Each item with what was made of it, in the order of the items.

    Decoding, turning, encoding and writing pictures let go of Python's lock, so that threads are enough. A few items are worked
    on before they are asked for, never all. What ``work`` raises is raised where its item would come.

    Args:
        work: called in a thread, for several items at once.
        items: gone through in the thread that asks.
    """
    with ThreadPoolExecutor(DECODERS, "saegim-formats") as pool:
        waiting: deque[tuple[Item, Future[Made]]] = deque()
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > AHEAD:
                    first, future = waiting.popleft()
                    yield first, future.result()
            for first, future in waiting:
                yield first, future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
