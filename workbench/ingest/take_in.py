"""What submitters sent since the last run: listed, decoded, settled."""

from __future__ import annotations

import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from more_itertools import chunked

from datastore.ledger import arrivals, leases, strays
from schemas.errors import ObjectUnreadable, SaegimError, ServiceUnavailable, Transient
from schemas.submission import Outcome, RawObject, Reason, Rejection, Submission, sender_of
from workbench.bench import Workbench
from workbench.campaigns import Campaigns, load_campaigns
from workbench.ingest.decoders import Decoded, Decoders
from workbench.ingest.held_again import look_again
from workbench.ingest.ingest_report import describe
from workbench.ingest.settling import settle_ready
from workbench.report import IngestReport
from workbench.run import Failures, gave_way, progress


def take_in(bench: Workbench, campaign: str | None = None) -> IngestReport:
    """Lists, decodes and settles; ``ingest`` without its setting."""
    started = time.monotonic()
    campaigns = load_campaigns(bench.settings)
    if campaign is not None:
        load_campaigns(bench.settings, campaign)
    looked_at, accepted = look_again(bench)
    strays.let_in(bench.ledger, campaigns.by_name)
    gone = set() if campaign else set(strays.strays(bench.ledger))
    listed = new = 0
    for prefix in prefixes(campaign):
        for page in bench.objects.pages(bench.settings.bucket_raw, prefix):
            listed += len(page)
            new += arrivals.register(bench.ledger, page)
            gone.difference_update(raw.submission_id for raw in page)
    strays.forget(bench.ledger, sorted(gone))
    done = Batch()
    counts: Counter[str] = Counter()
    notable: list[Submission] = []
    todo = hold_strays(bench, campaigns, arrivals.undecoded(bench.ledger))
    newer = None
    decode_batch = bench.run.batch(decode_arrivals)
    if todo:
        units = {name: item.unit for name, item in campaigns.by_name.items() if item.unit}
        with Decoders(bench.settings, units=units) as decoders, progress(bench.run, "decode", len(todo)) as advance:
            for batch in chunked(todo, bench.settings.batch_size):
                done.add(decode_batch(bench, decoders, batch, done.witness, advance))
                # At once: annotators wait for what was decoded, and so does whoever takes over.
                settle(bench, lambda _count: None, counts, notable)
                if newer := bench.run.newer():
                    break
            again, done.unread = done.unread, []
            if again:  # what failed a while ago may pass now
                done.add(decode_batch(bench, decoders, [item.raw for item in again], done.witness, lambda _count: None))
    put_aside(bench, done)
    if waiting := arrivals.waiting(bench.ledger):
        with progress(bench.run, "settle", waiting) as advance:
            settle(bench, advance, counts, notable)
    if accepted:
        counts[Outcome.ACCEPTED] += accepted
    report = IngestReport(accepted=counts[Outcome.ACCEPTED], duplicate=counts[Outcome.DUPLICATE],
                          rejected=counts[Outcome.REJECTED], held=counts[Outcome.HELD],
                          quarantined=counts[Outcome.QUARANTINED], withdrawn=counts[Outcome.WITHDRAWN],
                          notes=[f"{listed} raw objects listed, {new} of them new."])
    if looked_at:
        report.notes.append(f"{looked_at} doubtful pairs have been read since: {accepted} held pictures accepted by their texts.")
    if done.gone:
        report.notes.append(f"{done.gone} objects were replaced or deleted after they were listed; the next run looks again.")
    if counts:
        describe(bench, report, notable, sum(raw.size for raw in todo), time.monotonic() - started)
    report.notes += waiting_notes(bench, campaigns)
    if newer:
        report.notes.append(gave_way(newer))
    return report


def hold_strays(bench: Workbench, campaigns: Campaigns, todo: Sequence[RawObject]) -> list[RawObject]:
    """Holds arrivals whose campaign has no file: nothing of them is fetched before it has one. Returns the others."""
    held: list[Submission] = []
    others: list[RawObject] = []
    for raw in todo:
        sender = sender_of(raw.key)
        if sender is None or sender.campaign in campaigns.by_name:  # the decoders reject a key that says no sender
            others.append(raw)
        else:
            why = Rejection(Reason.UNKNOWN_CAMPAIGN, campaigns.why_not(sender.campaign))
            held.append(Submission(raw, sender, {}, Outcome.HELD, rejection=why))
    for batch in chunked(held, bench.settings.batch_size):
        arrivals.store(bench.ledger, batch, [])
    return others


def waiting_notes(bench: Workbench, campaigns: Campaigns) -> list[str]:
    """A line for each campaign without a file that submissions wait for; each is said in the log too."""
    notes = campaigns.waiting(bench.settings.bucket_raw, strays.counts(bench.ledger))
    for note in notes:
        bench.run.say(note)
    return notes


def settle(bench: Workbench, advance: Callable[[int], None], counts: Counter[str], notable: list[Submission]) -> None:
    """Settles what can be, and adds to the counts of outcomes and to what was not accepted."""
    found, others = bench.run.batch(settle_ready)(bench, advance)
    counts.update(found)
    notable += others


def prefixes(campaign: str | None) -> list[str]:
    """Where a campaign's objects lie, in both ways that its name may be written; everywhere for None."""
    if campaign is None:
        return [""]
    return sorted({f"{unicodedata.normalize(form, campaign)}/" for form in ("NFC", "NFD")})


@dataclass(slots=True)
class Batch:
    """What came of fetching some raw objects.

    Attributes:
        witness: one that was read; None where none was.
        gone: how many were replaced or deleted since they were listed.
        unread: those that the store did not give.
    """

    witness: RawObject | None = None
    gone: int = 0
    unread: list[Decoded] = field(default_factory=list)

    def add(self, other: Batch) -> None:
        """Counts another one in."""
        self.witness = other.witness or self.witness
        self.gone += other.gone
        self.unread += other.unread


def decode_arrivals(bench: Workbench, decoders: Decoders, batch: Sequence[RawObject], witness: RawObject | None,
                    advance: Callable[[int], None]) -> Batch:
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
    lease = leases.claim(bench.ledger, "ingest", [raw.submission_id for raw in batch], bench.settings.lease_seconds)
    failures, done, renewed = Failures(bench.run, of=len(batch)), Batch(), time.monotonic()
    try:
        # Between the listing and the claim another worker may have decoded some.
        for found in decoders.decode(arrivals.undecoded(bench.ledger, lease.keys)):
            done.add(Batch(next((item.raw for item in found if item.raw_sha256), None), sum(item.gone for item in found),
                           [item for item in found if item.unread]))
            arrivals.store(bench.ledger, [item.submission() for item in found if not item.gone and not item.unread],
                           [item.raw.submission_id for item in found if item.gone])
            for item in found:
                if item.trace and not item.killed:
                    failures.note(item.raw.key, item.trace)
            if time.monotonic() - renewed > bench.settings.lease_seconds / 4:
                leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
                renewed = time.monotonic()
            advance(len(found))
    finally:
        leases.release(bench.ledger, lease)
    passing = [item.unread for item in done.unread if isinstance(item.unread, Transient)]
    if busy := next((error for error in passing if isinstance(error, ServiceUnavailable) and error.busy), None):
        raise busy  # no object is at fault where the store asks to slow down: the rest of the batch is for later
    if not done.witness:
        _blame_the_store(bench, witness, passing)
    return done


def put_aside(bench: Workbench, done: Batch) -> None:
    """Quarantines objects that cannot be read although others can: they are at fault, not the store.

    Raises:
        SettingError: the store gives nothing: it is at fault, or its key.
        ServiceUnavailable: likewise.
    """
    _blame_the_store(bench, done.witness, [item.unread for item in done.unread if not isinstance(item.unread, ObjectUnreadable)])
    arrivals.store(bench.ledger, [item.submission() for item in done.unread], [])


def _blame_the_store(bench: Workbench, witness: RawObject | None, errors: Sequence[SaegimError | None]) -> None:
    """Raises the first of some objects' errors unless the store gives an object that it gave before."""
    if error := next(filter(None, errors), None):
        given = [item for item in bench.objects.get_raw([witness] if witness else []) if item.data is not None]
        if not given:
            raise error


