"""Held pictures that a model has read since: their texts may tell that they are other documents of a template."""

from __future__ import annotations

from datastore.ledger import duplicates, leases, model_runs, readings
from schemas.submission import Compared, Verdict
from stages.ingest.align import compare, features
from stages.ingest.texts import compare_texts
from workbench.bench import Workbench
from workbench.ingest.settling import LEASE

CHUNK = 50
"""Pairs looked at in one transaction."""


def look_again(bench: Workbench) -> tuple[int, int]:
    """Compares the texts of pictures that wait for a manager with what they may repeat, once one model has read both.

    Returns:
        How many pairs were looked at, and how many pictures were accepted.
    """
    run = model_runs.model_run(bench.ledger, bench.model)
    looked_at = accepted = 0
    while run and (doubts := duplicates.doubts(bench.ledger, run)[:CHUNK]):
        lease = leases.claim(bench.ledger, *LEASE, bench.settings.lease_seconds)
        if not lease.tokens:
            break  # another worker settles; the next run looks again
        try:
            found = [(doubt, _by_texts(bench, doubt, run)) for doubt in doubts]
            with bench.ledger.write(alone="images") as connection:
                leases.fence(connection, lease)
                accepted += duplicates.resolve(connection, found)
        finally:
            leases.release(bench.ledger, lease)
        looked_at += len(found)
    return looked_at, accepted


def _by_texts(bench: Workbench, doubt: duplicates.Doubt, run: str) -> Compared:
    mine, theirs = map(features, bench.objects.get_many(bench.settings.bucket_images, (doubt.image_key, doubt.earlier_key)))
    read = readings.readings_of_run(bench.ledger, run, (doubt.image_id, doubt.earlier_id))
    onto = compare(mine, theirs).onto
    if onto is None:  # another release of OpenCV may not align what the last one did
        return Compared(doubt.earlier_id, Verdict.REVIEW, {**doubt.figures, duplicates.BY_TEXTS: 0})
    found = compare_texts(read[doubt.image_id], read[doubt.earlier_id], onto)
    return Compared(doubt.earlier_id, found.verdict, {**doubt.figures, **found.figures})
