"""Settling: what the decoders made of arrivals → outcomes, in the order in which they were sent, one worker at a time."""

from __future__ import annotations

import math
import os
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from datastore.ledger import Connection, arrivals, decisions, leases, submissions
from datastore.ledger.leases import Lease
from datastore.ledger.submissions import KnownImage
from datastore.ledger.word_index import Gate, numbered
from schemas.submission import CanonicalImage, Compared, Outcome, Reason, Rejection, Submission, Verdict
from stages.ingest.align import Features, compare, features
from stages.ingest.settle import Related, repeats, settle
from workbench.bench import Workbench

CHUNK = 100
"""Arrivals settled in one transaction."""
LEASE = "settle", ["images"]
"""One worker at a time settles."""
FEATURES_HELD = 64
STRONG = 2.0
"""Weight from which a candidate that was not compared keeps a picture for a manager: two words that no other image has."""


def settle_ready(bench: Workbench, advance: Callable[[int], None]) -> tuple[Counter[str], list[Submission]]:
    """Settles every arrival that no undecoded one precedes, together with other workers that do the same.

    Returns:
        How many ended with which outcome, and those that were not accepted, for the report.
    """
    counts: Counter[str] = Counter()
    notable: list[Submission] = []
    while arrivals.ready(bench.ledger, 1):
        lease = leases.claim(bench.ledger, *LEASE, bench.settings.lease_seconds)
        if not lease.tokens:
            time.sleep(0.2)  # another worker settles, perhaps ours too
            continue
        try:
            while chunk := arrivals.ready(bench.ledger, CHUNK):
                settled = Settling(bench, lease).settle(chunk)
                counts.update(item.outcome.value for item in settled)
                notable += [item for item in settled if item.outcome is not Outcome.ACCEPTED]
                advance(len(settled))
        finally:
            leases.release(bench.ledger, lease)
    return counts, notable


class Settling:
    """One chunk of arrivals being settled: what the ledger knows, and what the chunk adds to it."""

    def __init__(self, bench: Workbench, lease: Lease) -> None:
        self._bench, self._lease, self._renewed = bench, lease, -math.inf
        self._gate = Gate()
        self._known: dict[str, KnownImage] = {}
        self._by_pixels: dict[str, str] = {}
        self._by_bytes: dict[str, str] = {}
        self._by_number: dict[int, str] = {}
        self._roots: dict[str, str] = {}
        self._features: OrderedDict[str, Features] = OrderedDict()

    def settle(self, chunk: Sequence[Submission]) -> list[Submission]:
        """Decides each in turn, then writes all or nothing."""
        pictures = [item.image for item in chunk if item.image]
        with self._bench.ledger.read() as connection:
            self._said = decisions.last_number(connection)
            self._gate.read(connection, [image.words for image in pictures])
            self._by_bytes = submissions.images_of_bytes(connection, [item.raw_sha256 for item in chunk if item.raw_sha256])
            self._learn(submissions.known_images(
                connection, ids=[image.image_id for image in pictures] + [*self._by_bytes.values()],
                pixels=[image.pixels_id for image in pictures if image.pixels_id],
                numbers={number for image in pictures for number, _ in self._candidates(image)}))
            self._roots = submissions.stood_for(connection, self._known)
            self._learn(submissions.known_images(connection, ids=self._roots.values(),
                                                 clusters={known.cluster_id for known in self._known.values()}))
        settled = [self._one(item) for item in chunk]
        with self._bench.ledger.write(alone="images") as connection:
            leases.fence(connection, self._lease)
            return self._write(connection, settled)

    def _write(self, connection: Connection, settled: Sequence[Submission]) -> list[Submission]:
        outcomes = submissions.record(connection, settled, self._said)
        for item in settled:  # a manager's word may have made a picture of its own of what ingest takes for a duplicate
            if item.outcome is Outcome.DUPLICATE and item.image and outcomes[item.raw.submission_id] is not Outcome.DUPLICATE:
                self._gate.add(numbered(item.image.image_id), item.image.words)
        self._gate.flush(connection)
        arrivals.settled(connection, [item.raw.submission_id for item in settled])
        return [replace(item, outcome=outcomes.get(item.raw.submission_id, item.outcome)) for item in settled]

    def _one(self, item: Submission) -> Submission:
        image = item.image
        if image is None:
            return item
        same = self._known.get(image.image_id) or self._known.get(
            self._by_bytes.get(item.raw_sha256 or "") or self._by_pixels.get(image.pixels_id or "", ""))
        root = self._known.get(self._roots.get(same.image_id, same.image_id)) if same else None
        if same and root and root.submission_id:
            done = repeats(item, same.image_id, root.image_id, root.submission_id)
            if root.stands:
                return done
            textless = Rejection(Reason.NO_TEXT, f"the same picture as {root.key}")
            return replace(done, outcome=Outcome.REJECTED, rejection=textless, duplicate_of=None)
        if same:  # withdrawn since: it stands again
            image = replace(image, image_id=same.image_id, media_type=same.media_type)
            item = replace(item, image=image)
        related, unverified = self._relate(image)
        done = settle(item, related, unverified)
        if item.raw_sha256:
            self._by_bytes[item.raw_sha256] = image.image_id
        if done.outcome in (Outcome.ACCEPTED, Outcome.HELD):
            self._gate.add(numbered(image.image_id), image.words)
            self._learn([KnownImage(image.image_id, numbered(image.image_id), image.media_type, image.pixels_id,
                                    done.cluster_id or image.image_id, done.cluster_id == image.image_id,
                                    item.raw.submission_id, item.raw.sent_at, item.raw.key, done.outcome.value)])
        elif done.image_id:  # a duplicate's own picture may come again
            self._learn([KnownImage(image.image_id, numbered(image.image_id), image.media_type, image.pixels_id,
                                    image.image_id, False, None, None, None, None)])
            self._roots[image.image_id] = done.image_id
        return done

    def _relate(self, image: CanonicalImage) -> tuple[list[Related], int]:
        """Compares an image with its candidates; the second value counts those that were too many."""
        candidates = [(self._known[self._by_number[number]], weight) for number, weight in self._candidates(image)
                      if number in self._by_number]
        candidates = [(known, weight) for known, weight in candidates if known.stands and known.image_id != image.image_id]
        cap = self._bench.settings.verifications
        found = self._compare(image, [known for known, _ in candidates[:cap]])
        # Clusters do not chain: whoever resembles a member is compared with what represents it.
        met = {one.compared.image_id for one in found}
        wanted = {one.cluster_id for one in found if one.compared.verdict is Verdict.CLUSTER and not one.represents}
        found += self._compare(image, [known for known in self._known.values() if known.represents and known.stands
                                       and known.cluster_id in wanted and known.image_id not in met])
        return found, sum(weight >= STRONG for _, weight in candidates[cap:])

    def _candidates(self, image: CanonicalImage) -> list[tuple[int, float]]:
        return self._gate.candidates(image.words)

    def _compare(self, image: CanonicalImage, others: Sequence[KnownImage]) -> list[Related]:
        if not others:
            return []
        self._stay_alive()
        self._fetch([(image.image_id, image.key), *((known.image_id, known.image_key) for known in others)])
        mine = self._features[image.image_id]

        def one(known: KnownImage) -> Related:
            result = compare(mine, self._features[known.image_id])
            return _related(known, Compared(known.image_id, result.verdict, result.figures))

        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            return list(pool.map(one, others))

    def _stay_alive(self) -> None:
        if time.monotonic() - self._renewed > self._bench.settings.lease_seconds / 4:
            leases.renew(self._bench.ledger, self._lease, self._bench.settings.lease_seconds)
            self._renewed = time.monotonic()

    def _fetch(self, pictures: Sequence[tuple[str, str]]) -> None:
        """Makes the features of some pictures available, forgetting others where there are many."""
        missing = [(image_id, key) for image_id, key in pictures if image_id not in self._features]
        data = self._bench.objects.get_many(self._bench.settings.bucket_images, [key for _, key in missing])
        with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            self._features.update(zip((image_id for image_id, _ in missing), pool.map(features, data), strict=True))
        for image_id, _ in pictures:
            self._features.move_to_end(image_id)
        while len(self._features) > max(FEATURES_HELD, len(pictures)):
            self._features.popitem(last=False)

    def _learn(self, images: Iterable[KnownImage]) -> None:
        for known in images:
            self._known[known.image_id] = known
            self._by_number[known.number] = known.image_id
            if known.pixels_id:
                self._by_pixels[known.pixels_id] = known.image_id


def _related(known: KnownImage, compared: Compared) -> Related:
    if known.submission_id is None or known.sent_at is None:
        raise ValueError(f"{known.image_id} stands on no submission")
    return Related(compared, known.cluster_id, known.represents, known.submission_id, known.sent_at)
