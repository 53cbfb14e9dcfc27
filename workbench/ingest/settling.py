"""Settling: what the decoders made of arrivals → outcomes, in the order in which they were sent, one worker at a time."""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from datastore.ledger import Connection, arrivals, decisions, leases, submissions, uploads
from datastore.ledger.leases import Lease
from datastore.ledger.word_index import WordIndex
from schemas.ids import image_number
from schemas.recorded import KnownImage
from schemas.submission import CanonicalImage, Compared, Outcome, Reason, Rejection, Submission
from stages.ingest.align import compare
from stages.ingest.known import KnownImages, lookalike, made_before
from stages.ingest.settle import Lookalike, settle
from workbench.bench import Workbench
from workbench.ingest.features_held import FeaturesHeld

CHUNK = 100
"""Arrivals settled in one transaction."""
LEASE_KIND = "settle"
LEASE_KEYS = ["images"]
"""One worker at a time settles."""
ASKED_AGAIN = 0.2
"""Seconds between two questions whether the worker that settles is done."""


def settle_ready(bench: Workbench, advance: Callable[[int], None]) -> tuple[Counter[Outcome], list[Submission]]:
    """Settles every arrival that no undecoded one precedes, together with other workers that do the same.

    Returns:
        How many ended with which outcome, and those that were not accepted, for the report.
    """
    counts: Counter[Outcome] = Counter()
    notable: list[Submission] = []
    while arrivals.ready(bench.ledger, 1):
        lease = leases.claim(bench.ledger, LEASE_KIND, LEASE_KEYS, bench.settings.lease_seconds)
        if not lease.tokens:
            time.sleep(ASKED_AGAIN)  # another worker settles, perhaps ours too
            continue
        try:
            while chunk := arrivals.ready(bench.ledger, CHUNK):
                settled = Settling(bench, lease).settle(chunk)
                counts.update(item.outcome for item in settled)
                notable += [item for item in settled if item.outcome is not Outcome.ACCEPTED]
                advance(len(settled))
        finally:
            leases.release(bench.ledger, lease)
    return counts, notable


class Settling:
    """One chunk of arrivals being settled.

    Args:
        bench: the systems.
        lease: this worker's; it is renewed while pictures are compared.
    """

    def __init__(self, bench: Workbench, lease: Lease) -> None:
        self._bench = bench
        self._lease = lease
        self._renewed = -math.inf
        self._index = WordIndex()
        self._features = FeaturesHeld(bench.objects, bench.settings.bucket_images)

    def settle(self, chunk: Sequence[Submission]) -> list[Submission]:
        """Decides each in turn, then writes all or nothing."""
        with self._bench.ledger.read() as connection:
            decided_before = decisions.last_number(connection)
            second = uploads.second_at_place(connection, [item.raw for item in chunk])
            chunk = [_not_taken(item) if item.raw.submission_id in second else item for item in chunk]
            self._known = self._read(connection, chunk)
        settled = [self._settle_one(item) for item in chunk]
        with self._bench.ledger.write(alone="images") as connection:
            leases.fence(connection, self._lease)
            return self._write(connection, settled, decided_before)

    def _read(self, connection: Connection, chunk: Sequence[Submission]) -> KnownImages:
        """What the ledger knows of the images that these submissions may repeat."""
        pictures = [item.image for item in chunk if item.image]
        self._index.read(connection, [image.words for image in pictures])
        by_bytes = submissions.images_of_bytes(connection, [item.raw_sha256 for item in chunk if item.raw_sha256])
        known = KnownImages(by_bytes)
        known.learn(submissions.known_images(
            connection, ids=[image.image_id for image in pictures] + [*by_bytes.values()],
            pixels=[image.pixels_id for image in pictures if image.pixels_id],
            numbers={number for image in pictures for number, _ in self._index.candidates(image.words)}))
        roots = submissions.stood_for(connection, known.ids)
        known.learn_roots(roots)
        known.learn(submissions.known_images(connection, ids=roots.values(), clusters=known.clusters))
        return known

    def _settle_one(self, item: Submission) -> Submission:
        image = item.image
        if image is None:
            return item
        if same := self._known.same_picture(item):
            if done := self._known.repeated(item, same):
                return done
            image = made_before(image, same)
            item = replace(item, image=image)
        candidates = self._known.candidates(image, self._index.candidates(image.words), self._bench.settings.verifications)
        related = self.compare(image, candidates.compared)
        related += self.compare(image, self._known.unmet_representatives(related))
        done = settle(item, related, candidates.left_out)
        if done.outcome in (Outcome.ACCEPTED, Outcome.HELD):
            self._index.add(image_number(image.image_id), image.words)
        self._known.remember(image, done)
        return done

    def compare(self, image: CanonicalImage, others: Sequence[KnownImage]) -> list[Lookalike]:
        """Lays each of some earlier images over a picture."""
        if not others:
            return []
        self._stay_alive()
        features = self._features.of({image.image_id: image.key, **{known.image_id: known.key for known in others}})

        def one(known: KnownImage) -> Lookalike:
            result = compare(features[image.image_id], features[known.image_id])
            return lookalike(known, Compared(known.image_id, result.verdict, result.figures))

        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            return list(pool.map(one, others))

    def _stay_alive(self) -> None:
        if time.monotonic() - self._renewed > self._bench.settings.lease_seconds / 4:
            leases.renew(self._bench.ledger, self._lease, self._bench.settings.lease_seconds)
            self._renewed = time.monotonic()

    def _write(self, connection: Connection, settled: Sequence[Submission], decided_before: int) -> list[Submission]:
        outcomes = submissions.record(connection, settled, decided_before)
        for item in settled:  # a manager's word may have made a picture of its own of what ingest takes for a duplicate
            if item.outcome is Outcome.DUPLICATE and item.image and outcomes[item.raw.submission_id] is not Outcome.DUPLICATE:
                self._index.add(image_number(item.image.image_id), item.image.words)
        self._index.flush(connection)
        arrivals.settled(connection, [item.raw.submission_id for item in settled])
        return [replace(item, outcome=outcomes.get(item.raw.submission_id, item.outcome)) for item in settled]


def _not_taken(item: Submission) -> Submission:
    """What was sent to a place of the portal after another photograph: nothing of it is used, whatever it shows."""
    return replace(item, outcome=Outcome.REJECTED, image=None, trace=None,
                   rejection=Rejection(Reason.SECOND_AT_PLACE, "sent to a place of the portal that was filled before"))
