"""What submitters sent since the last run: listed, decoded, settled."""

from __future__ import annotations

import functools
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from datastore.ledger import arrivals, strays, unclaimed
from pages.ingest_report import ingest_report, reasons
from schemas.reading import Unit
from schemas.sources import PUBLIC
from schemas.submission import Outcome, RawObject
from stages.ingest.thumbnail import SIDE, thumbnail
from stages.pictures import opened
from workbench.bench import Workbench
from workbench.campaigns import Campaigns, load_campaigns
from workbench.ingest.decoders import Decoders
from workbench.ingest.decoding import LEASE_KIND, Arrivals, FetchedObjects, decode_arrivals, put_aside
from workbench.ingest.held_again import look_again
from workbench.ingest.listing import hold_strays, list_raw_objects
from workbench.ingest.settled import Settled
from workbench.ingest.settling import settle_ready
from workbench.ingest.wording import AFTER, BEFORE, make_words_anew
from workbench.report import IngestReport
from workbench.run import gave_way, progress
from workbench.sharing import Backlog, BatchRuns, claimed


def take_in(bench: Workbench, campaign: str | None = None) -> IngestReport:
    """Lists, decodes and settles what was sent, to one campaign or to all; ``public`` is that of data sets that were imported."""
    started = time.monotonic()
    campaigns = load_campaigns(bench.settings)
    if campaign not in (None, PUBLIC):
        load_campaigns(bench.settings, campaign)
    anew = make_words_anew(bench, BEFORE)
    again = look_again(bench)
    strays.let_in(bench.ledger, {*campaigns.by_name, PUBLIC})
    listing = list_raw_objects(bench.ledger, bench.objects, bench.settings.bucket_raw, campaign)
    settled = Settled(Counter({Outcome.ACCEPTED: again.accepted} if again.accepted else {}))
    backlog = arrivals_of(bench, BatchRuns("ingest-batch", {}))
    fetched = decode(bench, campaigns, backlog, settled)
    settle(bench, settled)
    report = IngestReport(notes=[f"{listing.listed} raw objects listed, {listing.new} of them new."])
    if again.pairs:
        report.notes.append(f"{again.pairs} doubtful pairs have been read since: {again.accepted} held pictures accepted by "
                            "their texts.")
    describe(bench, report, settled, fetched, time.monotonic() - started)
    report.notes += [*waiting_notes(bench, campaigns), *shared_notes(backlog)]
    if backlog.newer:
        report.notes.append(gave_way(backlog.newer))
    elif anew.left:
        anew.add(make_words_anew(bench, AFTER))
    report.notes += anew.notes
    return report


def help_to_take_in(bench: Workbench) -> IngestReport:
    """Decodes what another run has listed, beside it and others that help it, and settles what can be."""
    started = time.monotonic()
    settled = Settled()
    fetched = decode(bench, load_campaigns(bench.settings), arrivals_of(bench), settled)
    settle(bench, settled)
    report = IngestReport(verb="ingest-batch")
    describe(bench, report, settled, fetched, time.monotonic() - started)
    return report


def arrivals_of(bench: Workbench, batch_runs: BatchRuns | None = None) -> Backlog[RawObject]:
    """Arrivals that wait to be decoded, the oldest first."""

    def ask(after: RawObject | None, limit: int) -> list[RawObject]:
        return unclaimed.undecoded_after(bench.ledger, LEASE_KIND, after, limit)

    return Backlog(bench, LEASE_KIND, ask, id_of, batch_runs=batch_runs)


def id_of(raw: RawObject) -> str:
    """What a raw object is claimed by."""
    return raw.submission_id


def decode(bench: Workbench, campaigns: Campaigns, backlog: Backlog[RawObject], settled: Settled) -> FetchedObjects:
    """Decodes arrivals, and settles what can be after each piece; what failed is tried once more in the end."""
    fetched = FetchedObjects()
    if not backlog.left():
        return fetched
    # Public data sets have crops of words among their pictures.
    units = {PUBLIC: Unit.WORD, **{name: item.unit for name, item in campaigns.by_name.items() if item.unit}}
    decode_batch = bench.run.batch(decode_arrivals)

    def screen(found: Sequence[RawObject]) -> list[RawObject]:
        return hold_strays(bench.ledger, bench.settings, campaigns, found)

    def settle_some(renew: Callable[[], None]) -> None:
        # At once: annotators wait for what was decoded, and so does whoever takes over. The decoders go on meanwhile.
        settle_ready(bench, lambda _count: renew(), wait=False, settled=settled)

    with Decoders(bench.settings, units=units) as decoders, \
            progress(bench.run, "decode", unclaimed.count_undecoded(bench.ledger), backlog.told) as advance:
        while True:
            while left := backlog.left():
                work = Arrivals(backlog.batch, min(left, bench.settings.batch_size), screen, advance, settle_some)
                fetched.add(decode_batch(bench, decoders, work, fetched.witness))
            if unread := [item.raw for item in fetched.unread]:  # what failed a while ago may pass now
                fetched.unread = []
                pieces = functools.partial(claimed, bench.ledger, LEASE_KIND, unread, id_of, bench.settings.lease_seconds)
                fetched.add(decode_batch(bench, decoders, Arrivals(pieces, len(unread)), fetched.witness))
                put_aside(bench.ledger, bench.objects, fetched)
                fetched.unread = []
            if not backlog.begin_anew():
                return fetched


def settle(bench: Workbench, settled: Settled) -> None:
    """Settles every arrival that can be settled, and counts it."""
    if waiting := arrivals.waiting(bench.ledger):
        with progress(bench.run, "settle", waiting) as advance:

            def settle_all() -> None:  # Prefect may hand a copy of an argument to a task
                settle_ready(bench, advance, settled=settled)

            bench.run.batch(settle_all)()


def shared_notes(backlog: Backlog[RawObject]) -> list[str]:
    """Sentences on batch runs that helped, or hold what they do not end."""
    notes = [f"{backlog.helpers} batch runs helped: what they settled is in their own reports."] if backlog.helpers else []
    if backlog.silent:
        notes.append(f"{backlog.silent} photographs are still with batch runs that end none: their claims run out by themselves, "
                     "and the next run takes them.")
    return notes


def waiting_notes(bench: Workbench, campaigns: Campaigns) -> list[str]:
    """A line for each campaign without a file that submissions wait for; each is said in the log too."""
    notes = campaigns.waiting(bench.settings.bucket_raw, strays.counts(bench.ledger))
    for note in notes:
        bench.run.say(note)
    return notes


def speed(count: int, size: int, seconds: float) -> str:
    """A sentence on how many submissions of how many bytes were settled, and how fast."""
    return f"{count} settled, {size / 1e6:.1f} MB, {count / max(seconds, 1e-9):.1f} images/s."


def describe(bench: Workbench, report: IngestReport, settled: Settled, fetched: FetchedObjects, seconds: float) -> None:
    """Adds counts, rates, reasons and the pictures that were not taken to a report.

    Args:
        bench: the systems.
        report: of this run.
        settled: what it settled.
        fetched: what it decoded.
        seconds: that it took.
    """
    for outcome in Outcome:
        setattr(report, outcome.value, settled.counts[outcome])
    if fetched.gone:
        report.notes.append(f"{fetched.gone} objects were replaced or deleted after they were listed; the next run looks again.")
    if not settled.counts:
        return
    report.notes += [speed(settled.counts.total(), fetched.size, seconds), *reasons(settled.reasons, settled.waiting)]
    if report.quarantined:
        report.notes.append("Quarantined ones: saegim ingest retry")
    thumbnails = {}
    for item in settled.doubtful:
        data = bench.objects.get_or_none(bench.settings.bucket_images, item.image.key) if item.image else None
        if data is not None:
            thumbnails[item.raw.submission_id] = thumbnail(opened(data, SIDE))
        elif item.image:
            settled.lost.add(item.image.key)
    report.notes += lost_notes(settled.lost)
    report.markdown = ingest_report(report.counts, report.notes, settled.not_taken, settled.doubtful, thumbnails)


def lost_notes(lost: Collection[str]) -> list[str]:
    """A sentence on canonical pictures that are not in the object store, and what to do; none where all are there."""
    if not lost:
        return []
    return [f"{len(lost)} canonical pictures are missing in the object store, such as {min(lost)}: nothing was taken for "
            "a repetition of these. Put them back from a backup: saegim restore PLACE --only-objects"]
