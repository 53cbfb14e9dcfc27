"""What submitters sent since the last run: listed, decoded, settled."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from more_itertools import chunked

from datastore.ledger import arrivals, strays
from datastore.objects import ObjectStore
from pages.ingest_report import ingest_report, reasons, with_pictures
from schemas.reading import Unit
from schemas.sources import PUBLIC
from schemas.submission import Outcome, RawObject, Submission
from stages.ingest.thumbnail import SIDE, thumbnail
from stages.pictures import opened
from workbench.bench import Workbench
from workbench.campaigns import Campaigns, load_campaigns
from workbench.ingest.decoders import Decoders
from workbench.ingest.decoding import FetchedObjects, decode_arrivals, put_aside
from workbench.ingest.held_again import look_again
from workbench.ingest.listing import hold_strays, list_raw_objects
from workbench.ingest.settling import settle_ready
from workbench.report import IngestReport
from workbench.run import gave_way, progress


@dataclass(slots=True)
class Settled:
    """What was settled in one run.

    Attributes:
        counts: how many ended how.
        notable: those that were not accepted.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    notable: list[Submission] = field(default_factory=list)


def take_in(bench: Workbench, campaign: str | None = None) -> IngestReport:
    """Lists, decodes and settles what was sent, to one campaign or to all; ``public`` is that of data sets that were imported."""
    started = time.monotonic()
    campaigns = load_campaigns(bench.settings)
    if campaign not in (None, PUBLIC):
        load_campaigns(bench.settings, campaign)
    again = look_again(bench)
    strays.let_in(bench.ledger, {*campaigns.by_name, PUBLIC})
    listing = list_raw_objects(bench.ledger, bench.objects, bench.settings.bucket_raw, campaign)
    todo = hold_strays(bench.ledger, bench.settings, campaigns, arrivals.undecoded(bench.ledger))
    settled = Settled(Counter({Outcome.ACCEPTED: again.accepted} if again.accepted else {}))
    decoded = decode(bench, campaigns, todo, settled)
    put_aside(bench.ledger, bench.objects, decoded.fetched)
    if waiting := arrivals.waiting(bench.ledger):
        with progress(bench.run, "settle", waiting) as advance:
            settle(bench, advance, settled)
    counts = settled.counts
    report = IngestReport(accepted=counts[Outcome.ACCEPTED], duplicate=counts[Outcome.DUPLICATE],
                          rejected=counts[Outcome.REJECTED], held=counts[Outcome.HELD],
                          quarantined=counts[Outcome.QUARANTINED], withdrawn=counts[Outcome.WITHDRAWN],
                          notes=[f"{listing.listed} raw objects listed, {listing.new} of them new."])
    if again.pairs:
        report.notes.append(f"{again.pairs} doubtful pairs have been read since: {again.accepted} held pictures accepted by "
                            "their texts.")
    if decoded.fetched.gone:
        report.notes.append(f"{decoded.fetched.gone} objects were replaced or deleted after they were listed; the next run looks "
                            "again.")
    if settled.counts:
        describe(bench.objects, bench.settings.bucket_images, report, settled.notable,
                 speed(settled.counts.total(), sum(raw.size for raw in todo), time.monotonic() - started))
    report.notes += waiting_notes(bench, campaigns)
    if decoded.newer:
        report.notes.append(gave_way(decoded.newer))
    return report


@dataclass(frozen=True, slots=True)
class DecodedAll:
    """What came of fetching all arrivals, and the newer run that the rest was left to, where there is one."""

    fetched: FetchedObjects
    newer: str | None


def decode(bench: Workbench, campaigns: Campaigns, todo: Sequence[RawObject], settled: Settled) -> DecodedAll:
    """Decodes arrivals, batch by batch, and settles what can be after each one; what failed is tried once more in the end."""
    fetched = FetchedObjects()
    newer = None
    if not todo:
        return DecodedAll(fetched, newer)
    # Public data sets have crops of words among their pictures.
    units = {PUBLIC: Unit.WORD, **{name: item.unit for name, item in campaigns.by_name.items() if item.unit}}
    decode_batch = bench.run.batch(decode_arrivals)
    with Decoders(bench.settings, units=units) as decoders, progress(bench.run, "decode", len(todo)) as advance:
        for batch in chunked(todo, bench.settings.batch_size):
            fetched.add(decode_batch(bench, decoders, batch, fetched.witness, advance))
            # At once: annotators wait for what was decoded, and so does whoever takes over.
            settle(bench, lambda _count: None, settled)
            if newer := bench.run.newer():
                break
        if unread := [item.raw for item in fetched.unread]:  # what failed a while ago may pass now
            fetched.unread = []
            fetched.add(decode_batch(bench, decoders, unread, fetched.witness, lambda _count: None))
    return DecodedAll(fetched, newer)


def settle(bench: Workbench, advance: Callable[[int], None], settled: Settled) -> None:
    """Settles every arrival that can be settled, and counts it."""
    counts, notable = bench.run.batch(settle_ready)(bench, advance)
    settled.counts.update(counts)
    settled.notable += notable


def waiting_notes(bench: Workbench, campaigns: Campaigns) -> list[str]:
    """A line for each campaign without a file that submissions wait for; each is said in the log too."""
    notes = campaigns.waiting(bench.settings.bucket_raw, strays.counts(bench.ledger))
    for note in notes:
        bench.run.say(note)
    return notes


def speed(count: int, size: int, seconds: float) -> str:
    """A sentence on how many submissions of how many bytes were settled, and how fast."""
    return f"{count} settled, {size / 1e6:.1f} MB, {count / max(seconds, 1e-9):.1f} images/s."


def describe(objects: ObjectStore, bucket: str, report: IngestReport, notable: Sequence[Submission], rate: str) -> None:
    """Adds rates, reasons and the pictures that were not taken to a report.

    Args:
        objects: where canonical pictures are.
        bucket: of them.
        report: of this run, with its counts.
        notable: what was not accepted.
        rate: how fast that was.
    """
    report.notes += [rate, *reasons(notable)]
    if report.quarantined:
        report.notes.append("Quarantined ones: saegim ingest retry")
    shown = with_pictures(notable)
    files = objects.get_many(bucket, [item.image.key for item in shown if item.image])
    thumbnails = {item.raw.submission_id: thumbnail(opened(data, SIDE)) for item, data in zip(shown, files, strict=True)}
    report.markdown = ingest_report(report.counts, report.notes, notable, thumbnails)
