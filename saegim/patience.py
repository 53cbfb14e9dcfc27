"""Waiting for what may pass by itself: the one place that decides whether a call is tried again, and when.

Each service's outage has one clock, whoever meets it: sixteen threads and ten calls in a row wait for it once.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar, cast

T = TypeVar("T")

OUTAGE_SECONDS = 300.0
"""For so long a service that does not answer is asked again: Label Studio starts anew in 60 s, PostgreSQL after a crash in some
minutes."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds between two tries where nobody answers."""
LONGEST_PAUSE_BUSY = 30.0
"""Seconds between two tries where somebody answers who has too much to do."""
TOLD_EVERY = 30.0

log = logging.getLogger("saegim")


class Passing(Protocol):
    """An error that may pass by itself.

    Attributes:
        who: the service that has to get well, and where, as people know it.
        busy: it answered and asks to come back later, so that somebody is there.
        after: seconds that it asks for; None where it does not say.
        worth: seconds after which it is taken to stay.
    """

    who: str
    busy: bool
    after: float | None
    worth: float


class _Known:
    """What this process knows of the services: shared by all threads."""

    def __init__(self) -> None:
        self.answered: set[str] = set()
        self.down_since: dict[str, float] = {}
        self.told: dict[str, float] = {}
        self.first_contact = 0.0
        self.stopped = threading.Event()


_known = _Known()
_mine = threading.local()
"""What holds for one thread: ``most``, the seconds that it tries anything for."""


def ride_out(call: Callable[[], T], passing: type[object] | tuple[type[object], ...], who: str = "",
             wait: Callable[[float], bool] | None = None) -> T:
    """Calls, and calls again while the error is one that may pass.

    A service that has never answered this process is not waited for: nobody has started it, or its address is wrong. A run that
    nobody looks at waits for it all the same, see ``unattended``.

    Args:
        call: what to call; calling it twice must do no harm.
        passing: the mark of errors that may pass, see ``Passing``.
        who: the service that has answered when the call is done; empty where that proves nothing of one.
        wait: waits so many seconds, and says whether nothing more is to be tried; where left out only ``stop`` ends it.

    Raises:
        Exception: what the last call raised.
    """
    first = 0.0
    tries = 0
    while True:
        began = time.monotonic()
        try:
            result = call()
        except Exception as error:
            if not isinstance(error, passing):
                raise
            now = time.monotonic()
            if not tries or now - began > OUTAGE_SECONDS:  # the last one went well for a long while
                first = now
                tries = 0
            pause = _pause(cast(Passing, error), first, tries)
            if pause is None:
                raise
            tries += 1
            if (wait or _known.stopped.wait)(pause) or _known.stopped.is_set():
                raise
        else:
            _answers(who)
            return result


def _pause(error: Passing, first: float, tries: int) -> float | None:
    """Seconds until the next try; None where there is to be none."""
    who = error.who
    now = time.monotonic()
    since = min(first, _known.down_since.setdefault(who, now))
    worth = error.worth if error.busy or who in _known.answered else min(error.worth, _known.first_contact)
    left = min(worth, getattr(_mine, "most", worth)) - (now - since)
    if left <= 0:
        return None
    longest = LONGEST_PAUSE_BUSY if error.busy else LONGEST_PAUSE
    grown: float = FIRST_PAUSE * 2.0 ** min(tries, 10)
    pause = min(longest, grown) * random.uniform(0.5, 1.0)  # noqa: S311  so that not all come at once
    pause = min(max(pause, error.after or 0.0), left)
    if pause >= 1 and now - _known.told.get(who, -TOLD_EVERY) >= TOLD_EVERY:
        _known.told[who] = now
        what = "asks to slow down" if error.busy else "does not answer"
        detail = f" ({said})" if (said := getattr(error, "detail", "")) else ""
        log.warning("%s; waiting %.0f s, and trying again for up to %.0f s", f"{who} {what}{detail}", pause, left)
    return pause


def _answers(who: str) -> None:
    if not who:
        return
    _known.answered.add(who)
    since = _known.down_since.pop(who, None)
    if _known.told.pop(who, None) is not None and since is not None:
        log.warning("%s answers again after %.0f s", who, time.monotonic() - since)


@contextmanager
def unattended(seconds: float = OUTAGE_SECONDS) -> Iterator[None]:
    """Within it a service that has never answered is waited for as well: a run may begin while the machine still starts."""
    before = _known.first_contact
    _known.first_contact = max(before, seconds)
    try:
        yield
    finally:
        _known.first_contact = before


@contextmanager
def no_longer_than(seconds: float) -> Iterator[None]:
    """Within it this thread tries nothing again for longer: somebody waits for a page, and wants to read what is wrong."""
    before = getattr(_mine, "most", None)
    _mine.most = seconds
    try:
        yield
    finally:
        if before is None:
            del _mine.most
        else:
            _mine.most = before


def stop() -> None:
    """Ends all waiting of this process, now and later: it is about to end, or somebody else waits for it."""
    _known.stopped.set()
