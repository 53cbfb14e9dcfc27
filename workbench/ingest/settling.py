"""Settling: what the decoders made of arrivals → outcomes, in the order in which they were sent, one worker at a time.

Only the decisions are one worker's. The comparisons that they rest on are made ahead by whoever has nothing better to do
(``comparing.py``); the ledger is the same whoever made them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import takewhile

from datastore.ledger import Connection, arrivals, decisions, leases, submissions, uploads
from datastore.ledger.arrivals import DecodedArrival
from datastore.ledger.leases import Lease
from schemas.ids import image_number
from schemas.submission import Outcome, Reason, Rejection, Submission
from workbench.bench import Workbench
from workbench.ingest.comparing import Comparing, compare_ahead
from workbench.ingest.features_held import FeaturesHeld
from workbench.ingest.settled import Settled

CHUNK = 100
"""Arrivals settled in one transaction, at most."""
LEAST = 16
"""Arrivals settled in one transaction at least, however long comparing takes: each transaction has some forty statements."""
LONGEST = 2.0
"""Seconds of comparing after which the rest of a chunk is left for a moment: other workers may be idle, and compare it."""
LEASE_KIND = "settle"
LEASE_KEYS = ["images"]
"""One worker at a time settles."""
ASKED_AGAIN = 0.5
"""Seconds between two questions whether the worker that settles is done, at first; then a quarter of what was waited."""
ASKED_RARELY = 8.0
"""The same, at most: a question is a dozen statements, and many workers may ask it for long."""


def settle_ready(bench: Workbench, advance: Callable[[int], None], wait: bool = True, settled: Settled | None = None) -> Settled:
    """Settles every arrival that no undecoded one precedes, together with other workers that do the same.

    Args:
        bench: the systems.
        advance: told how many more are settled; none of them after some were compared ahead.
        wait: until all of them are settled, by whomever; else only while there is something to do for this worker.
        settled: is told of each chunk at once: what is settled stays counted where an error ends this, and it is begun again.

    Returns:
        The same; one of its own where none was given.
    """
    told = settled or Settled()
    features = FeaturesHeld(bench.objects, bench.settings.bucket_images, told.lost)

    def note(items: Sequence[Submission]) -> None:
        told.add(items)
        advance(len(items))

    waited = 0.0
    while arrivals.ready(bench.ledger, 1):
        if _settle_all(bench, features, note):
            waited = 0.0
        elif compare_ahead(bench, features):
            advance(0)
            waited = 0.0
        elif wait:
            pause = min(max(ASKED_AGAIN, waited / 4), ASKED_RARELY)
            time.sleep(pause)
            waited += pause
        else:
            break  # whoever settles now looks again when it is done
    return told


def _settle_all(bench: Workbench, features: FeaturesHeld, note: Callable[[Sequence[Submission]], None]) -> bool:
    """Settles all that are ready and that no other worker compares; False where that were none, or where another one settles."""
    lease = leases.claim(bench.ledger, LEASE_KIND, LEASE_KEYS, bench.settings.lease_seconds)
    if not lease.tokens:
        return False
    settling = Settling(bench, lease, features)
    most = CHUNK
    any_done = False
    try:
        while chunk := arrivals.ready(bench.ledger, CHUNK):
            missing = [arrival.submission_id for arrival in chunk if arrival.compared is None][:most]
            mine = leases.claim(bench.ledger, arrivals.COMPARE, missing, bench.settings.lease_seconds)
            try:
                turn = _up_to_others(chunk, mine)
                settled = settling.settle(turn)
            finally:
                leases.release(bench.ledger, mine)
            if not settled:
                break
            note(settled)
            any_done = True
            # Where comparing takes its time, what is not compared yet is for others too.
            most = CHUNK if len(settled) == len(turn) else LEAST
    finally:
        leases.release(bench.ledger, lease)
    return any_done


def _up_to_others(chunk: Sequence[DecodedArrival], mine: Lease) -> list[DecodedArrival]:
    """The first arrivals, up to one that another worker compares."""
    return [*takewhile(lambda arrival: arrival.compared is not None or arrival.submission_id in mine.tokens, chunk)]


class Settling(Comparing):
    """Arrivals being settled, chunk by chunk, under the lease of the one worker that may."""

    def settle(self, chunk: Sequence[DecodedArrival]) -> list[Submission]:
        """Decides each in turn, then writes all or nothing; the last ones are left where comparing takes its time.

        Returns:
            Those that were settled, as the ledger has them.
        """
        if not chunk:
            return []
        self._stay_alive()
        items = [arrival.submission for arrival in chunk]
        with self._bench.ledger.read() as connection:
            decided_before = decisions.last_number(connection)
            second = uploads.second_at_place(connection, [item.raw for item in items])
            items = [_not_taken(item) if item.raw.submission_id in second else item for item in items]
            self._read(connection, items)
        self._compared = {arrival.submission.image.image_id: dict(arrival.compared) for arrival in chunk
                          if arrival.submission.image and arrival.compared}
        began = time.monotonic()
        decided: list[Submission] = []
        for item in items:
            decided.append(self._decide(item))
            if len(decided) >= LEAST and time.monotonic() - began > LONGEST:
                break
        with self._bench.ledger.write(alone="images") as connection:
            leases.fence(connection, self._lease)
            return self._write(connection, decided, decided_before)

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
