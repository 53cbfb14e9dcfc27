"""Held pictures that a model has read since: their texts may tell that they are other documents of a template."""

from __future__ import annotations

from dataclasses import dataclass

from datastore.ledger import duplicates, leases, model_runs, readings
from datastore.ledger.duplicates import Doubt
from schemas.submission import Compared, Verdict
from stages.ingest.align import compare
from stages.ingest.texts import compare_texts
from workbench.bench import Workbench
from workbench.ingest.features_held import FeaturesHeld
from workbench.ingest.settling import LEASE_KEYS, LEASE_KIND

CHUNK = 50
"""Pairs looked at in one transaction."""


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """How many doubtful pairs were compared by their texts, and how many held pictures that accepted."""

    pairs: int
    accepted: int


def look_again(bench: Workbench) -> LookedAgain:
    """Compares the texts of pictures that wait for a manager with what they may repeat, once one model has read both."""
    run = model_runs.model_run(bench.ledger, bench.model)
    pairs = accepted = 0
    while run and (doubts := duplicates.doubts(bench.ledger, run)[:CHUNK]):
        lease = leases.claim(bench.ledger, LEASE_KIND, LEASE_KEYS, bench.settings.lease_seconds)
        if not lease.tokens:
            break  # another worker settles; the next run looks again
        try:
            found = [(doubt, _by_texts(bench, doubt, run)) for doubt in doubts]
            with bench.ledger.write(alone="images") as connection:
                leases.fence(connection, lease)
                accepted += duplicates.resolve(connection, found)
        finally:
            leases.release(bench.ledger, lease)
        pairs += len(found)
    return LookedAgain(pairs, accepted)


def _by_texts(bench: Workbench, doubt: Doubt, run: str) -> Compared:
    found = FeaturesHeld(bench.objects, bench.settings.bucket_images).of(
        {doubt.image_id: doubt.image_key, doubt.earlier_id: doubt.earlier_key})
    read = readings.readings_of_run(bench.ledger, run, (doubt.image_id, doubt.earlier_id))
    onto = compare(found[doubt.image_id], found[doubt.earlier_id]).onto if len(found) == 2 else None
    if onto is None:  # another release of OpenCV may not align what the last one did, and the store may have lost a picture
        return Compared(doubt.earlier_id, Verdict.REVIEW, {**doubt.figures, duplicates.BY_TEXTS: 0})
    texts = compare_texts(read[doubt.image_id], read[doubt.earlier_id], onto)
    return Compared(doubt.earlier_id, texts.verdict, {**doubt.figures, **texts.figures})
