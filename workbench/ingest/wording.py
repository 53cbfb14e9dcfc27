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
        missing: of these, how many canonical pictures the object store did not have.
    """

    done: int = 0
    left: int = 0
    missing: int = 0

    def add(self, later: Reworded) -> None:
        """Counts in what was done later."""
        self.done += later.done
        self.left = later.left
        self.missing = later.missing

    @property
    def notes(self) -> list[str]:
        """Sentences for the report of a run; none where nothing waits."""
        if not self.done and not self.left:
            return []
        again = f"{self.done:,} images of before the upgrade are found again by edited copies too"
        if not self.left:
            return [f"{again}. These were the last ones."]
        missing = f" The pictures of {self.missing:,} of them are missing in the object store." if self.missing else ""
        return [f"{again}; {self.left:,} are left for the next runs. Until then these are found by the same bytes or the same "
                f"pixels only.{missing}"]


def make_words_anew(bench: Workbench, longest: float) -> Reworded:
    """Brings images that wait for it back into the word index, until none is left or it has taken so many seconds."""
    found = Reworded(left=without_words.count_without_words(bench.ledger))
    if not found.left:
        return found
    lease = leases.claim(bench.ledger, LEASE_KIND, LEASE_KEYS, bench.settings.lease_seconds)
    if not lease.tokens:
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
    """Indexes some images; one whose picture the store has not now waits on, one that nobody stands on is none to be found."""
    with bench.ledger.read() as connection:
        standing = [known for known in submissions.known_images(connection, numbers=numbers) if known.stands]

    def words(key: str) -> tuple[int, ...] | None:
        data = bench.objects.get_or_none(bench.settings.bucket_images, key)
        return None if data is None else words_of_file(data)

    made = dict(zip([known.number for known in standing], bench.objects.in_order(words, [known.key for known in standing]),
                    strict=True))
    put = {number: one for number in numbers if (one := made.get(number, ())) is not None}
    with bench.ledger.write(alone="images") as connection:
        without_words.put_words(connection, put)
    found.missing += len(numbers) - len(put)
    found.done += sum(number in made for number in put)
