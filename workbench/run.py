"""Where a verb runs: what it says goes there, its batches are that place's, and so is the progress that it shows."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from saegim.patience import ride_out
from schemas.errors import TooManyFailures, Transient

P = ParamSpec("P")
T = TypeVar("T")
U = TypeVar("U")

LOGGED_EVERY = 10.0
"""Seconds between two lines on progress where there is no terminal."""

log = logging.getLogger("saegim")


class Run(Protocol):
    """One run of a verb. ``flows/prefect_run.py`` has Prefect's, ``Alone`` is one without a server."""

    def say(self, message: str) -> None:
        """One line to the log of the run."""

    def batch(self, work: Callable[P, T]) -> Callable[P, T]:
        """Work on some hundred items that is tried again where its error is Transient; under Prefect it is a task (design D3)."""

    def newer(self) -> str | None:
        """Name of a newer run that does the same work; this one ends early and leaves it the rest."""

    def share(self, deployment: str, parameters: Mapping[str, str | list[str]], most: int | None) -> int:
        """Sees to it that batch runs help this run.

        Args:
            deployment: whose runs they are.
            parameters: what they are told, beside whom they help.
            most: how many are at work or due at once; None for one a worker that is online, but for one.

        Returns:
            How many are.
        """


class Alone:
    """A run that no server knows of: a command's, or a test's."""

    def say(self, message: str) -> None:
        """One line to the log ``saegim``."""
        log.info(message)

    def batch(self, work: Callable[P, T]) -> Callable[P, T]:
        """The work itself, tried again where its error is Transient."""
        return tried_again(work)

    def newer(self) -> str | None:
        """None: nothing else knows of this run."""
        return None

    def share(self, deployment: str, parameters: Mapping[str, str | list[str]], most: int | None) -> int:  # noqa: ARG002
        """None: there is nobody to ask."""
        return 0


def tried_again(work: Callable[P, T]) -> Callable[P, T]:
    """The work, called again while its error is Transient: ``saegim/patience.py`` says for how long."""

    def to_its_end(*args: P.args, **kwargs: P.kwargs) -> T:
        return ride_out(lambda: work(*args, **kwargs), Transient)

    return to_its_end


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


def gave_way(newer: str) -> str:
    """What a run says that ends for another one."""
    return f"Ended here: the newer run {newer} of the same deployment does the rest."


class Failures:
    """Unexpected errors on single items, each stored with its traceback: too many of them stop the run (design D10).

    Args:
        run: is told of each.
        of: how many items there are; more than 1 % of them, and more than one, are too many.
    """

    def __init__(self, run: Run, of: int) -> None:
        self.run = run
        self.of = of
        self.count = 0

    def note(self, what: str, trace: str) -> None:
        """Notes one.

        Raises:
            TooManyFailures: it is no longer a single item's trouble.
        """
        self.count += 1
        line = trace.strip().splitlines()[-1]
        self.run.say(f"unexpected error on {what}: {line}")
        if self.count > max(1, self.of / 100):
            raise TooManyFailures(f"{self.count} of {self.of} failed unexpectedly, the last on {what}: {line}")


@contextmanager
def progress(run: Run, doing: str, total: int, beside: Callable[[], str] = str) -> Iterator[Callable[[int], None]]:
    """Shows how far a run has come: a bar on a terminal, a line in the run's log every ten seconds elsewhere.

    Args:
        run: whose log it is.
        doing: what is done, such as the verb.
        total: how many items there are; 0 where nobody knows.
        beside: what else to show, asked every time.

    Yields:
        A function that is told how many more items are done.
    """
    console = Console(stderr=True)
    if total and console.is_terminal:
        with _bar(console, doing, total, beside) as advance:
            yield advance
    else:
        yield _Lines(run, doing, total, beside).advance


@contextmanager
def _bar(console: Console, doing: str, total: int, beside: Callable[[], str]) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
               TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        line = bar.add_task(doing, total=total, rate="")
        started = time.monotonic()

        def advance(count: int) -> None:
            bar.update(line, advance=count)
            rate = f"{bar.tasks[0].completed / max(time.monotonic() - started, 1e-9):.1f}/s {beside()}"
            bar.update(line, rate=rate.rstrip())

        yield advance


class _Lines:
    """Progress as lines in a log."""

    def __init__(self, run: Run, doing: str, total: int, beside: Callable[[], str]) -> None:
        self._run = run
        self._doing = doing
        self._total = total
        self._beside = beside
        self._done = 0
        self._started = self._said = time.monotonic()

    def advance(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._said < LOGGED_EVERY and self._done != self._total:
            return
        self._said = now
        rate = self._done / max(now - self._started, 1e-9)
        of = f" of {self._total}, {rate:.1f}/s, {(self._total - self._done) / max(rate, 1e-9):.0f} s left" if self._total else \
            f", {rate:.1f}/s"
        rest = f", {also}" if (also := self._beside()) else ""
        self._run.say(f"{self._doing}: {self._done}{of}{rest}")
