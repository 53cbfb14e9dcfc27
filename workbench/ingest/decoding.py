"""Decoding arrivals, batch by batch: claimed, given to the decoders, stored; what the store does not give is put aside."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from datastore.ledger import Ledger, arrivals, leases
from datastore.ledger.leases import Lease
from datastore.objects import ObjectStore
from schemas.errors import ObjectUnreadable, SaegimError, ServiceUnavailable, Transient
from schemas.submission import RawObject
from workbench.bench import Workbench
from workbench.ingest.decoders import Decoders
from workbench.ingest.worker import Decoded
from workbench.run import Failures


@dataclass(slots=True)
class FetchedObjects:
    """What came of fetching some raw objects.

    Attributes:
        witness: one that was read; None where none was.
        gone: how many were replaced or deleted since they were listed.
        unread: those that the store did not give.
    """

    witness: RawObject | None = None
    gone: int = 0
    unread: list[Decoded] = field(default_factory=list)

    def add(self, other: FetchedObjects) -> None:
        """Counts another one in."""
        self.witness = other.witness or self.witness
        self.gone += other.gone
        self.unread += other.unread


def decode_arrivals(bench: Workbench, decoders: Decoders, batch: Sequence[RawObject], witness: RawObject | None,
                    advance: Callable[[int], None]) -> FetchedObjects:
    """Decodes some hundred arrivals that no other worker has claimed.

    Args:
        bench: the systems.
        decoders: the processes that do it.
        batch: the arrivals.
        witness: an object that this run has read before.
        advance: told how many more are done.

    Raises:
        ServiceUnavailable: object storage gives none of them, nor the witness, and that may pass.
    """
    seconds = bench.settings.lease_seconds
    lease = leases.claim(bench.ledger, "ingest", [raw.submission_id for raw in batch], seconds)
    failures = Failures(bench.run, of=len(batch))
    done = FetchedObjects()
    renewed = time.monotonic()
    try:
        # Between the listing and the claim another worker may have decoded some.
        for found in decoders.decode(arrivals.undecoded(bench.ledger, lease.keys)):
            done.add(_store(bench.ledger, found))
            for item in found:
                if item.trace and not item.killed:
                    failures.note(item.raw.key, item.trace)
            renewed = _stay_alive(bench.ledger, lease, seconds, renewed)
            advance(len(found))
    finally:
        leases.release(bench.ledger, lease)
    passing = [item.unread for item in done.unread if isinstance(item.unread, Transient)]
    if busy := next((error for error in passing if isinstance(error, ServiceUnavailable) and error.busy), None):
        raise busy  # no object is at fault where the store asks to slow down: the rest of the batch is for later
    if not done.witness:
        _blame_the_store(bench.objects, witness, passing)
    return done


def put_aside(ledger: Ledger, objects: ObjectStore, done: FetchedObjects) -> None:
    """Quarantines objects that cannot be read although others can: they are at fault, not the store.

    Raises:
        SettingError: the store gives nothing: it is at fault, or its key.
        ServiceUnavailable: likewise.
    """
    errors = [item.unread for item in done.unread if not isinstance(item.unread, ObjectUnreadable)]
    _blame_the_store(objects, done.witness, errors)
    arrivals.store(ledger, [item.submission() for item in done.unread], [])


def _store(ledger: Ledger, found: Sequence[Decoded]) -> FetchedObjects:
    """Writes what decoders found, but for what they could not read: that may be the store's fault."""
    arrivals.store(ledger, [item.submission() for item in found if not item.gone and not item.unread],
                   [item.raw.submission_id for item in found if item.gone])
    return FetchedObjects(next((item.raw for item in found if item.raw_sha256), None), sum(item.gone for item in found),
                   [item for item in found if item.unread])


def _stay_alive(ledger: Ledger, lease: Lease, seconds: int, renewed: float) -> float:
    """Renews a lease of so many seconds once a quarter of them has passed; returns when it was renewed last."""
    if time.monotonic() - renewed <= seconds / 4:
        return renewed
    leases.renew(ledger, lease, seconds)
    return time.monotonic()


def _blame_the_store(objects: ObjectStore, witness: RawObject | None, errors: Sequence[SaegimError | None]) -> None:
    """Raises the first of some objects' errors unless the store gives an object that it gave before."""
    if error := next(filter(None, errors), None):
        given = [item for item in objects.get_raw([witness] if witness else []) if item.data is not None]
        if not given:
            raise error
