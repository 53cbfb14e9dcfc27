"""ingest: raw objects not yet in the ledger → canonical images, submissions, rejections, clusters."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from prefect import flow

from datastore.ledger import leases, submissions
from flows.batches import WINDOW, Failures, batch_task, cut, progress
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.submission import Outcome, RawObject, Submission, sender_of
from stages.ingest.canonical import Limits
from stages.ingest.settle import Known, decode, settle


@flow(name="ingest")
def ingest(campaign: str | None = None) -> Report:
    """Takes in what submitters sent since the last run.

    Args:
        campaign: only this campaign's submissions; all where it is left out.
    """
    bench = open_workbench()
    listed = bench.objects.list_raw(bench.settings.bucket_raw, f"{campaign}/" if campaign else "")
    new = submissions.unseen(bench.ledger, listed)
    counts: Counter[str] = Counter()
    with progress("ingest", len(new)) as advance:
        for batch in cut(new, bench.settings.batch_size):
            counts += ingest_batch(bench, batch, advance)
    return Report("ingest", {outcome.value: counts[outcome.value] for outcome in Outcome},
                  [f"{len(listed)} raw objects listed, {len(new)} of them new."]).publish()


@batch_task
def ingest_batch(bench: Workbench, batch: Sequence[RawObject], advance: Callable[[int], None]) -> Counter[str]:
    """Ingests some hundred submissions; counts their outcomes."""
    lease = leases.claim(bench.ledger, "ingest", [raw.submission_id for raw in batch], bench.settings.lease_seconds)
    counts: Counter[str] = Counter()
    failures = Failures(of=len(batch))
    try:
        # Between the listing and the claim another worker may have finished some.
        mine = submissions.unseen(bench.ledger, [raw for raw in batch if raw.submission_id in lease.tokens])
        for window in cut(mine, WINDOW):
            leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
            decoded = _decode(bench, window, failures)
            canonical = [item.image for item in decoded if item.image]
            bench.objects.put_many(bench.settings.bucket_images,
                                   [(image.key, image.data, image.media_type) for image in canonical])
            with bench.ledger.write(alone="images") as connection:
                leases.fence(connection, lease)
                known = submissions.known_images(connection, [image.image_id for image in canonical],
                                                 [image.pixels_id for image in canonical])
                settled = settle(decoded, Known(
                    accepted={image.image_id: image.accepted for image in known},
                    same_pixels={image.pixels_id: image.image_id for image in known},
                    representatives=submissions.cluster_representatives(connection)))
                submissions.record(connection, settled)
            counts.update(item.outcome.value for item in settled)
            advance(len(window))
    finally:
        leases.release(bench.ledger, lease)
    return counts


def _decode(bench: Workbench, window: Sequence[RawObject], failures: Failures) -> list[Submission]:
    limits = Limits(bench.settings.max_bytes, bench.settings.max_pixels, bench.settings.min_side)

    def one(item: tuple[RawObject, bytes | None, dict[str, str]]) -> Submission | None:
        raw, data, claims = item
        if data is None:  # replaced or gone since the listing
            return None
        try:
            return decode(raw, data, claims, limits)
        except Exception as error:
            trace = failures.caught(raw.key, error)
            return Submission(raw, sender_of(raw.key), claims, Outcome.QUARANTINED, trace=trace)

    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(one, bench.objects.get_raw(window)))
    return [item for item in results if item is not None]
