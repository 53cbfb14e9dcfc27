"""How runs share what waits: each claims a small piece after the other, and other workers' batch runs help with much.

A piece is what is claimed at once: small, so that a few workers all have work to the end. A batch, a Prefect task, takes many
pieces (design D3). Leases of the ledger alone decide who does what: runs that somebody starts by hand share in the same way.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from more_itertools import chunked

from datastore.ledger import Ledger, leases, unclaimed
from datastore.ledger.leases import Lease
from workbench.bench import Workbench

T = TypeVar("T")

SMALLEST = 16
"""Items of the last pieces: what a worker may still be doing while the others have nothing left."""
LARGEST = 128
"""Items of a piece where much is left: what a kill gives to the others again, and how often a claim is paid for."""
AHEAD = 2000
"""Items that are looked at to see how much is left."""
WORTH_SHARING = 200
"""Items from which on batch runs are started: one needs some seconds before it does anything."""
LOOKED_AROUND = 30.0
"""Seconds between two looks for a newer run, and for batch runs that have ended."""
WAITED = 120.0
"""Seconds that a run waits for batch runs that hold the rest while none of them finishes a piece or says that it is alive."""
LONGEST = 6
"""Times of a lease for which a worker is kept alive while it is busy with one thing: one that hangs gives way after that."""


def piece_size(left: int, workers: int, least: int = SMALLEST) -> int:
    """How many items a worker claims next: a quarter of its share of what is left, within bounds.

    Args:
        left: how many items wait, or ``AHEAD`` where it is more.
        workers: how many share them.
        least: the smallest piece, such as an engine's window.
    """
    return max(least, min(LARGEST, left // (4 * workers)))


@dataclass(frozen=True, slots=True)
class ClaimedPiece(Generic[T]):
    """Items that were claimed at once, and the lease on them."""

    lease: Lease
    items: Sequence[T]


@dataclass(frozen=True, slots=True)
class BatchRuns:
    """Runs that help another run: their deployment, and what they are told beside whom they help."""

    deployment: str
    parameters: Mapping[str, str | list[str]]


class Backlog(Generic[T]):
    """What waits for a verb, as one run takes it: in its order, piece by piece, leaving out what others hold.

    Args:
        bench: the systems.
        kind: of the leases.
        ask: items that nobody holds, after one of them or from the first on, at most so many.
        key: of an item's lease.
        least: items of the smallest piece.
        batch_runs: what may help; None for a run that helps itself.

    Attributes:
        newer: name of a newer run that the rest is left to; None where there is none.
        helpers: how many batch runs were at work or due when that was last asked.
        silent: how many items others hold that this run has stopped to wait for.
    """

    def __init__(self, bench: Workbench, kind: str, ask: Callable[[T | None, int], list[T]], key: Callable[[T], str],
                 least: int = SMALLEST, batch_runs: BatchRuns | None = None) -> None:
        self._bench = bench
        self._kind = kind
        self._ask = ask
        self._key = key
        self._least = least
        self._batch_runs = batch_runs
        self._after: T | None = None
        self._found: list[T] = []
        self._looked = -LOOKED_AROUND
        self._me = leases.own_holder().rpartition(":")[0]
        self.newer: str | None = None
        self.helpers = 0
        self.silent = 0

    def left(self) -> int:
        """How many items are left for this run to try in this round, at most ``AHEAD``; none where a newer run does them."""
        if self.newer:
            return 0
        if not self._found:
            self._found = self._ask(self._after, AHEAD)
        return len(self._found)

    def batch(self) -> Iterator[ClaimedPiece[T]]:
        """Claims piece after piece until they are a batch, until nothing is left or a newer run is there."""
        most = self._bench.settings.batch_size
        taken = 0
        while taken < most and (left := self.left()):
            self._look_around(left)
            if self.newer:
                return
            some = self._found[:min(most, piece_size(left, self._workers(), self._least))]
            self._after, self._found = some[-1], []
            lease = leases.claim(self._bench.ledger, self._kind, [self._key(item) for item in some],
                                 self._bench.settings.lease_seconds)
            if mine := [item for item in some if self._key(item) in lease.tokens]:
                taken += len(mine)
                yield ClaimedPiece(lease, mine)

    def begin_anew(self) -> bool:
        """Goes back to the first item: dead workers leave some behind. While batch runs hold the rest it waits for them.

        Returns:
            Whether there is something to do.
        """
        before = self._others()
        self._after, self._found = None, []
        since = time.monotonic()
        # One that is at work renews its claims when a quarter of their time has passed.
        longest = max(WAITED, self._bench.settings.lease_seconds / 3)
        there = bool(self.left())
        while not there:
            if self.newer or not self.helpers or not before:
                return False
            if time.monotonic() - since > longest:
                self.silent = sum(holding.keys for holding in before.values())
                return False
            time.sleep(1)
            self._look_around(0)
            others = self._others()
            if others != before:
                since = time.monotonic()
            # What they hold comes free only with a claim of theirs; to ask may be to go through all that waits.
            gave_back = any(others[holder].keys < held.keys if holder in others else True for holder, held in before.items())
            before = others
            there = gave_back and bool(self.left())
        return True

    def told(self) -> str:
        """Who helps, for a line on progress; empty where nobody does."""
        return f"{self.helpers} batch runs beside" if self.helpers else ""

    def _look_around(self, left: int) -> None:
        if time.monotonic() - self._looked < LOOKED_AROUND:
            return
        self.newer = self._bench.run.newer()
        if self._batch_runs and left >= WORTH_SHARING and not self.newer:
            self.helpers = self._bench.run.share(self._batch_runs.deployment, self._batch_runs.parameters,
                                                 self._bench.settings.batch_runs)
        self._looked = time.monotonic()  # after the questions: one that took long is not asked again at once

    def _others(self) -> dict[str, unclaimed.Holding]:
        """What others hold, by holder: each claim has a holder of its own."""
        held = unclaimed.holders(self._bench.ledger, self._kind)
        return {holder: holding for holder, holding in held.items() if holder.rpartition(":")[0] != self._me}

    def _workers(self) -> int:
        return max(1 + self.helpers, 1 + len({holder.rpartition(":")[0] for holder in self._others()}))


class Held(Generic[T]):
    """Pieces in hand: all are kept alive together, and each is given back when its last item is done.

    Args:
        ledger: where the leases are.
        seconds: that a lease lasts.
    """

    def __init__(self, ledger: Ledger, seconds: int) -> None:
        self._ledger = ledger
        self._seconds = seconds
        self._renewed = time.monotonic()
        self._in_hand: list[tuple[Lease, set[str]]] = []

    def __enter__(self) -> Held[T]:
        return self

    def __exit__(self, *_error: object) -> None:
        with contextlib.ExitStack() as each:  # one that cannot be given back keeps no other
            for lease, _ in self._in_hand:
                each.callback(leases.release, self._ledger, lease)

    def take(self, pieces: Iterator[ClaimedPiece[T]]) -> Iterator[ClaimedPiece[T]]:
        """Each piece, in hand from then on; those in hand are kept alive around the claim, before which a server may be asked."""
        self.renew()
        for piece in pieces:
            self._in_hand.append((piece.lease, set(piece.lease.keys)))
            self.renew()
            yield piece
            self.renew()

    def done(self, keys: Sequence[str]) -> bool:
        """Notes what is done, by whomever. Returns whether that was the last of a piece."""
        ended = []
        for lease, left in self._in_hand:
            left.difference_update(keys)
            if not left:
                ended.append(lease)
        self._in_hand = [(lease, left) for lease, left in self._in_hand if left]
        for lease in ended:
            leases.release(self._ledger, lease)
        return bool(ended)

    def renew(self) -> None:
        """Says that this worker is alive, once a quarter of the time has passed.

        Raises:
            LeaseLost: it was silent for too long and somebody else has taken over.
        """
        if time.monotonic() - self._renewed > self._seconds / 4:
            for lease, _ in self._in_hand:
                leases.renew(self._ledger, lease, self._seconds)
            self._renewed = time.monotonic()

    @contextlib.contextmanager
    def kept_alive(self) -> Iterator[None]:
        """Keeps the pieces alive while the block does something long without this object, such as a GPU's first window.

        Raises:
            LeaseLost: at the end, where somebody else has taken over meanwhile.
        """
        over = threading.Event()
        trouble: list[Exception] = []

        def keep() -> None:
            until = time.monotonic() + LONGEST * self._seconds
            while not over.wait(self._seconds / 4) and time.monotonic() < until:
                try:
                    self.renew()
                except Exception as error:
                    trouble.append(error)
                    return

        thread = threading.Thread(target=keep, name="alive", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
        if trouble:
            raise trouble[0]


def claimed(ledger: Ledger, kind: str, items: Sequence[T], key: Callable[[T], str], seconds: int) -> Iterator[ClaimedPiece[T]]:
    """Claims given items piece by piece, and leaves out what others hold."""
    for some in chunked(items, LARGEST):
        lease = leases.claim(ledger, kind, [key(item) for item in some], seconds)
        if mine := [item for item in some if key(item) in lease.tokens]:
            yield ClaimedPiece(lease, mine)
