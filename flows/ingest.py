"""ingest: raw objects not yet in the ledger → canonical images, submissions, rejections, clusters."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from prefect import flow

from datastore.ledger import arrivals, leases
from flows.batches import Failures, batch_task, cut, progress
from flows.decoders import Decoders
from flows.doubts import look_again
from flows.ingest_report import describe
from flows.report import Report
from flows.settling import settle_ready
from flows.workbench import Workbench, open_workbench
from schemas.submission import Outcome, RawObject, Submission


@flow(name="ingest")
def ingest(campaign: str | None = None) -> Report:
    """Takes in what submitters sent since the last run.

    Args:
        campaign: only this campaign's submissions; all where it is left out.
    """
    return take_in(open_workbench(), campaign).publish()


def take_in(bench: Workbench, campaign: str | None = None) -> Report:
    """Lists, decodes and settles; ``ingest`` without its setting."""
    started = time.monotonic()
    looked_at, accepted = look_again(bench)
    listed = new = 0
    for page in bench.objects.pages(bench.settings.bucket_raw, f"{campaign}/" if campaign else ""):
        listed += len(page)
        new += arrivals.register(bench.ledger, page)
    todo = arrivals.undecoded(bench.ledger)
    if todo:
        with Decoders(bench.settings) as decoders, progress("decode", len(todo)) as advance:
            for batch in cut(todo, bench.settings.batch_size):
                decode_batch(bench, decoders, batch, advance)
    counts: Counter[str] = Counter()
    notable: list[Submission] = []
    if waiting := arrivals.waiting(bench.ledger):
        with progress("settle", waiting) as advance:
            counts, notable = settle_batch(bench, advance)
    if accepted:
        counts[Outcome.ACCEPTED] += accepted
    report = Report("ingest", {outcome.value: counts[outcome.value] for outcome in Outcome},
                    [f"{listed} raw objects listed, {new} of them new."])
    if looked_at:
        report.notes.append(f"{looked_at} doubtful pairs have been read since: {accepted} held pictures accepted by their texts.")
    if counts:
        describe(bench, report, notable, sum(raw.size for raw in todo), time.monotonic() - started)
    return report


def decode_arrivals(bench: Workbench, decoders: Decoders, batch: Sequence[RawObject],
                    advance: Callable[[int], None]) -> int:
    """Decodes some hundred arrivals that no other worker has claimed; says how many."""
    lease = leases.claim(bench.ledger, "ingest", [raw.submission_id for raw in batch], bench.settings.lease_seconds)
    failures, done, renewed = Failures(of=len(batch)), 0, time.monotonic()
    try:
        # Between the listing and the claim another worker may have decoded some.
        for found in decoders.decode(arrivals.undecoded(bench.ledger, lease.keys)):
            arrivals.store(bench.ledger, [item.submission() for item in found if not item.gone],
                           [item.raw.submission_id for item in found if item.gone])
            for item in found:
                if item.trace and not item.killed:
                    failures.noted(item.raw.key, item.trace)
            if time.monotonic() - renewed > bench.settings.lease_seconds / 4:
                leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
                renewed = time.monotonic()
            done += len(found)
            advance(len(found))
    finally:
        leases.release(bench.ledger, lease)
    return done


decode_batch = batch_task(decode_arrivals)
settle_batch = batch_task(settle_ready)
