"""Decoding arrivals: claimed piece by piece, given to the decoders, stored; what the store does not give is put aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from datastore.ledger import Ledger, arrivals
from datastore.objects import ObjectStore
from schemas.errors import ObjectUnreadable, SaegimError, ServiceUnavailable, Transient
from schemas.submission import RawObject
from workbench.bench import Workbench
from workbench.ingest.decoders import Decoders
from workbench.ingest.worker import Decoded
from workbench.run import Failures
from workbench.sharing import ClaimedPiece, Held

LEASE_KIND = "ingest"


@dataclass(slots=True)
class FetchedObjects:
    """What came of fetching some raw objects.

    Attributes:
        witness: one that was read; None where none was.
        size: bytes of those that were read.
        gone: how many were replaced or deleted since they were listed.
        unread: those that the store did not give.
    """

    witness: RawObject | None = None
    size: int = 0
    gone: int = 0
    unread: list[Decoded] = field(default_factory=list)

    def add(self, other: FetchedObjects) -> None:
        """Counts another one in."""
        self.witness = other.witness or self.witness
        self.size += other.size
        self.gone += other.gone
        self.unread += other.unread


def no_screen(found: Sequence[RawObject]) -> Sequence[RawObject]:
    """All of them."""
    return found


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals to be decoded, and what goes on beside that.

    Attributes:
        pieces: claims them, each time it is called.
        count: about how many they are.
        screen: which of some are to be decoded; the others it has dealt with.
        advance: told how many more are done.
        after_each: called when a piece is done, with what says that this worker is alive.
    """

    pieces: Callable[[], Iterator[ClaimedPiece[RawObject]]]
    count: int
    screen: Callable[[Sequence[RawObject]], Sequence[RawObject]] = no_screen
    advance: Callable[[int], object] = lambda _count: None
    after_each: Callable[[Callable[[], None]], object] = lambda _renew: None


def decode_arrivals(bench: Workbench, decoders: Decoders, work: Arrivals, witness: RawObject | None) -> FetchedObjects:
    """Decodes arrivals that no other worker has claimed, piece by piece: the decoders begin the next one while they end this one.

    Args:
        bench: the systems.
        decoders: the processes that do it.
        work: the arrivals, and what goes on beside them.
        witness: an object that this run has read before.

    Raises:
        ServiceUnavailable: object storage gives none of them, nor the witness, or asks to slow down; that may pass.
    """
    failures = Failures(bench.run, work.count)
    done = FetchedObjects()
    with Held[RawObject](bench.ledger, bench.settings.lease_seconds) as held:

        def to_decode(piece: ClaimedPiece[RawObject]) -> Sequence[RawObject]:
            # Between the question and the claim another worker may have decoded some.
            found = work.screen(arrivals.undecoded(bench.ledger, piece.lease.keys))
            held.done(list({*piece.lease.keys} - {raw.submission_id for raw in found}))
            return found

        for found in decoders.decode_pieces(map(to_decode, held.take(work.pieces()))):
            done.add(_store(bench.ledger, found))
            for item in found:
                if item.trace and not item.killed:
                    failures.note(item.raw.key, item.trace)
            held.renew()
            work.advance(len(found))
            if held.done([item.raw.submission_id for item in found]):
                _slow_down(done.unread)
                work.after_each(held.renew)
    _slow_down(done.unread)
    if not done.witness:
        _blame_the_store(bench.objects, witness, [item.unread for item in done.unread if isinstance(item.unread, Transient)])
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
    read = [item.raw for item in found if item.raw_sha256]
    return FetchedObjects(next(iter(read), None), sum(raw.size for raw in read), sum(item.gone for item in found),
                          [item for item in found if item.unread])


def _slow_down(unread: Sequence[Decoded]) -> None:
    """Raises where the store asks to slow down: no object is at fault then, and the rest is for later."""
    if busy := next((item.unread for item in unread if isinstance(item.unread, ServiceUnavailable) and item.unread.busy), None):
        raise busy


def _blame_the_store(objects: ObjectStore, witness: RawObject | None, errors: Sequence[SaegimError | None]) -> None:
    """Raises the first of some objects' errors unless the store gives an object that it gave before."""
    if error := next(filter(None, errors), None):
        given = [item for item in objects.get_raw([witness] if witness else []) if item.data is not None]
        if not given:
            raise error
