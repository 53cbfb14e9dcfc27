"""Words made anew after an upgrade that made them another kind: images come back into the word index, some in each run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from datastore.ledger import leases, submissions, without_words
from schemas.errors import LeaseLost
from stages.ingest.words import words_of_file
from workbench.bench import Workbench
from workbench.run import progress

PIECE = 100
"""Images that come back in one transaction."""
BEFORE = 20.0
"""Seconds that a run takes for it before it looks at what was sent: of a few thousand images, copies are found all along."""
AFTER = 120.0
"""Seconds that it takes once all is settled: photographs that come in meanwhile wait for the next run."""
LEASE_KIND = "words"
LEASE_KEYS = ["images"]
"""One worker at a time does it."""


@dataclass(slots=True)
class Reworded:
    """What a run did of it.

    Attributes:
        done: images that are in the index again.
        left: images that still wait.
        missing: images that wait no longer, for the bucket has no picture of them.
        elsewhere: whether another process was at it, so that nothing was done here.
    """

    done: int = 0
    left: int = 0
    missing: int = 0
    elsewhere: bool = False

    def add(self, later: Reworded) -> None:
        """Counts in what was done later."""
        self.done += later.done
        self.left = later.left
        self.missing += later.missing
        self.elsewhere = later.elsewhere

    @property
    def notes(self) -> list[str]:
        """Sentences for the report of a run; none where nothing waits."""
        found = []
        again = f"{self.done:,} images of before the upgrade are found again by edited copies too"
        if self.left:
            others = " Another process brings them back now." if self.elsewhere else ""
            found.append(f"{again}; {self.left:,} are left for the next runs, or for saegim ingest reindex. Until then these are "
                         f"found by the same bytes or the same pixels only.{others}")
        elif self.done:
            found.append(f"{again}. These were the last ones.")
        if self.missing:
            found.append(f"The bucket of images has no picture of {self.missing:,} images of before the upgrade: they are found "
                         "by the same bytes or the same pixels only. Where they are restored, saegim ingest reindex looks for "
                         "them again.")
        return found


def make_words_anew(bench: Workbench, longest: float) -> Reworded:
    """Brings images that wait for it back into the word index, until none is left or it has taken so many seconds."""
    found = Reworded(left=without_words.count_without_words(bench.ledger))
    if not found.left:
        return found
    lease = leases.claim(bench.ledger, LEASE_KIND, LEASE_KEYS, bench.settings.lease_seconds)
    if not lease.tokens:
        found.elsewhere = True
        return found
    began = time.monotonic()
    after = -1
    try:
        with progress(bench.run, "words made anew", found.left) as advance:
            while time.monotonic() - began < longest:
                numbers = without_words.next_without_words(bench.ledger, after, PIECE)
                if not numbers:
                    break
                leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
                _bring_back(bench, numbers, found)
                after = numbers[-1]
                advance(len(numbers))
    except LeaseLost as error:
        bench.run.say(f"Words are left for the next run: {error}")
    finally:
        leases.release(bench.ledger, lease)
    found.left = without_words.count_without_words(bench.ledger)
    return found


def _bring_back(bench: Workbench, numbers: Sequence[int], found: Reworded) -> None:
    """Indexes some images, also those that nobody stands on now: where a decision is taken back somebody does again."""
    with bench.ledger.read() as connection:
        images = submissions.known_images(connection, numbers=numbers)

    def words(key: str) -> tuple[int, ...] | None:
        data = bench.objects.get_or_none(bench.settings.bucket_images, key)
        return None if data is None else words_of_file(data)

    made = dict(zip([known.number for known in images], bench.objects.in_order(words, [known.key for known in images]),
                    strict=True))
    put = {number: one for number, one in made.items() if one is not None}
    missing = set(numbers) - put.keys()
    with bench.ledger.write(alone="images") as connection:
        without_words.put_words(connection, put)
        without_words.note_missing(connection, missing)
    found.missing += len(missing)
    found.done += len(put)
