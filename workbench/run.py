"""A Prefect task is a batch of work, never an image: each costs the server 34 ms (design D3, D15)."""

from __future__ import annotations

import functools
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar, cast

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import MissingContextError
from prefect.logging import get_logger, get_run_logger
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from saegim.patience import ride_out
from schemas.errors import TooManyFailures, Transient

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")


def batch_task(function: Callable[P, T]) -> Callable[P, T]:
    """A task that is tried again where the error is Transient, and only there: saegim/patience.py says for how long."""

    @functools.wraps(function)
    def to_its_end(*args: P.args, **kwargs: P.kwargs) -> T:
        return ride_out(lambda: function(*args, **kwargs), Transient)

    name = getattr(function, "__name__", "batch").replace("_", "-")
    return cast(Callable[P, T], task(name=name, cache_policy=NO_CACHE, persist_result=False)(to_its_end))


def cut(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Slices of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start:start + size]


def one_ahead(call: Callable[[T], U], items: Iterable[T]) -> Iterator[tuple[T, U]]:
    """Each item with what ``call`` makes of it; the next one is being made while this one is used."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        waiting: deque[tuple[T, Future[U]]] = deque()
        for item in items:
            waiting.append((item, pool.submit(call, item)))
            if len(waiting) > 1:
                before, future = waiting.popleft()
                yield before, future.result()
        for before, future in waiting:
            yield before, future.result()


def say(message: str) -> None:
    """One line to the log of the run."""
    try:
        get_run_logger().info(message)
    except MissingContextError:
        get_logger("saegim").info(message)


class Failures:
    """Unexpected errors on single items, each stored with its traceback: too many of them stop the run (design D10)."""

    def __init__(self, of: int) -> None:
        self.of = of
        self.count = 0

    def noted(self, what: str, trace: str) -> None:
        """Notes one; raises TooManyFailures where it is no longer a single item's trouble."""
        self.count += 1
        line = trace.strip().splitlines()[-1]
        say(f"unexpected error on {what}: {line}")
        if self.count > max(1, self.of / 100):
            raise TooManyFailures(f"{self.count} of {self.of} failed unexpectedly, the last on {what}: {line}")


@contextmanager
def progress(doing: str, total: int, beside: Callable[[], str] = str) -> Iterator[Callable[[int], None]]:
    """Shows how far a run has come: a bar on a terminal, a line in the log every ten seconds elsewhere.

    Args:
        doing: what is done, such as the verb.
        total: how many items there are.
        beside: what else to show, asked every time.

    Yields:
        A function that is told how many more items are done.
    """
    console = Console(stderr=True)
    if total and console.is_terminal:
        columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(),
                   TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
        with Progress(*columns, console=console) as bar:
            line, started, done = bar.add_task(doing, total=total, rate=""), time.monotonic(), 0

            def advance(count: int) -> None:
                nonlocal done
                done += count
                rate = f"{done / max(time.monotonic() - started, 1e-9):.1f}/s {beside()}"
                bar.update(line, advance=count, rate=rate.rstrip())

            yield advance
        return
    done, started, said = 0, time.monotonic(), time.monotonic()

    def log(count: int) -> None:
        nonlocal done, said
        done += count
        now = time.monotonic()
        if now - said >= 10 or done == total:
            rate = done / max(now - started, 1e-9)
            left = f" of {total}, {rate:.1f}/s, {(total - done) / max(rate, 1e-9):.0f} s left" if total else f", {rate:.1f}/s"
            rest = f", {also}" if (also := beside()) else ""
            say(f"{doing}: {done}{left}{rest}")
            said = now

    yield log
