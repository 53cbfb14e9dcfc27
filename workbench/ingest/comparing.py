"""Comparing: pictures are laid over what they may repeat; by whoever settles, or by any worker before their turn comes."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from datastore.ledger import Connection, arrivals, leases, submissions
from datastore.ledger.arrivals import DecodedArrival
from datastore.ledger.leases import Lease
from datastore.ledger.word_index import WordIndex
from schemas.errors import LeaseLost
from schemas.ids import image_number
from schemas.recorded import KnownImage
from schemas.submission import CanonicalImage, Compared, Outcome, Submission, Verdict
from stages.ingest.align import compare
from stages.ingest.known import KnownImages, lookalike, made_before
from stages.ingest.settle import Lookalike, settle
from workbench.bench import Workbench
from workbench.ingest.features_held import FeaturesHeld

PIECE = 16
"""Arrivals that a worker claims at once to compare them ahead."""
LOOKED_BACK = 256
"""Waiting arrivals that one may repeat are looked for among so many before it; the rest is compared when its turn comes."""


class Comparing:
    """Pictures beside the images that they may repeat.

    Args:
        bench: the systems.
        lease: this worker's; it is renewed while pictures are compared.
        features: those that are held.
    """

    def __init__(self, bench: Workbench, lease: Lease, features: FeaturesHeld) -> None:
        self._bench = bench
        self._lease = lease
        self._features = features
        self._renewed = time.monotonic()
        self._known = KnownImages({})
        self._index = WordIndex()
        self._compared: dict[str, dict[str, Compared]] = {}

    def rehearse(self, submission_ids: Sequence[str]) -> dict[str, list[Compared]]:
        """Decides arrivals as if those that wait before them were taken, and writes nothing.

        It is wrong about some: the decision that counts takes what was compared here, and compares what is missing.

        Returns:
            What each was compared with, by submission id; without those that are settled by now.
        """
        mine = set(submission_ids)
        with self._bench.ledger.read() as connection:
            waiting = arrivals.around(connection, submission_ids, LOOKED_BACK)
            self._read(connection, [arrival.submission for arrival in waiting if arrival.submission_id in mine])
        found: dict[str, list[Compared]] = {}
        for arrival in waiting:
            image = arrival.submission.image
            if image is None:
                if arrival.submission_id in mine:  # it was decoded before such ones were stored as compared
                    found[arrival.submission_id] = []
                continue
            if arrival.submission_id not in mine:
                self._suppose(arrival, image)
                continue
            self._decide(arrival.submission)
            found[arrival.submission_id] = [*self._compared.get(image.image_id, {}).values()]
        return found

    def compare(self, image: CanonicalImage, others: Sequence[KnownImage]) -> list[Lookalike]:
        """Lays each of some earlier images over a picture, unless that was done before."""
        done = self._compared.setdefault(image.image_id, {})
        if missing := [known for known in others if known.image_id not in done]:
            self._stay_alive()
            keys = {image.image_id: image.key, **{known.image_id: known.key for known in missing}}
            features = self._features.of(keys)

            def one(known: KnownImage) -> Compared:
                result = compare(features[image.image_id], features[known.image_id])
                return Compared(known.image_id, result.verdict, result.figures)

            there = [known for known in missing if image.image_id in features and known.image_id in features]
            with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
                done.update((found.image_id, found) for found in pool.map(one, there))
        # What the store has lost is like nothing.
        return [lookalike(known, done[known.image_id]) for known in others if known.image_id in done]

    def _read(self, connection: Connection, chunk: Sequence[Submission]) -> None:
        """What the ledger knows of the images that these submissions may repeat; what was known before is forgotten."""
        self._index = WordIndex()
        self._compared = {}
        pictures = [item.image for item in chunk if item.image]
        self._index.read(connection, [image.words for image in pictures])
        by_bytes = submissions.images_of_bytes(connection, [item.raw_sha256 for item in chunk if item.raw_sha256])
        known = self._known = KnownImages(by_bytes)
        known.learn(submissions.known_images(
            connection, ids=[image.image_id for image in pictures] + [*by_bytes.values()],
            pixels=[image.pixels_id for image in pictures if image.pixels_id],
            numbers={number for image in pictures for number, _ in self._index.candidates(image.words)}))
        roots = submissions.stood_for(connection, known.ids)
        known.learn_roots(roots)
        known.learn(submissions.known_images(connection, ids=roots.values(), clusters=known.clusters))

    def _decide(self, item: Submission) -> Submission:
        """What becomes of a submission after all that were decided before it."""
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
        return self._take(image, settle(item, related, candidates.left_out))

    def _take(self, image: CanonicalImage, done: Submission) -> Submission:
        """Later pictures may repeat this one."""
        if done.outcome in (Outcome.ACCEPTED, Outcome.HELD):
            self._index.add(image_number(image.image_id), image.words)
        self._known.remember(image, done)
        return done

    def _suppose(self, arrival: DecodedArrival, image: CanonicalImage) -> None:
        """Takes an arrival whose turn comes before, unless it is seen to repeat something."""
        repeats = any(found.verdict is Verdict.DUPLICATE for found in (arrival.compared or {}).values())
        if not repeats and not self._known.same_picture(arrival.submission):
            self._take(image, settle(arrival.submission, [], 0))

    def _stay_alive(self) -> None:
        if time.monotonic() - self._renewed > self._bench.settings.lease_seconds / 4:
            leases.renew(self._bench.ledger, self._lease, self._bench.settings.lease_seconds)
            self._renewed = time.monotonic()


def compare_ahead(bench: Workbench, features: FeaturesHeld) -> bool:
    """Compares some decoded arrivals that nobody has compared, and stores what was found for whoever settles them.

    Returns:
        False where other workers compare all that are left.
    """
    wanted = arrivals.uncompared(bench.ledger, PIECE)
    if not wanted:
        return False
    lease = leases.claim(bench.ledger, arrivals.COMPARE, wanted, bench.settings.lease_seconds)
    try:
        if lease.tokens:
            arrivals.store_compared(bench.ledger, Comparing(bench, lease, features).rehearse(lease.keys))
    except LeaseLost as error:
        bench.run.say(f"Compared ahead in vain: {error}")
    finally:
        leases.release(bench.ledger, lease)
    return True
