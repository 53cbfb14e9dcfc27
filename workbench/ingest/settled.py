"""What a run has settled: counts of all, and the few that its page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pages.ingest_report import MOST_SHOWN, is_stray
from schemas.submission import Outcome, Reason, Submission


@dataclass(slots=True)
class Settled:
    """What was settled in one run: a million of them take no more memory than a hundred.

    Attributes:
        counts: how many ended how.
        reasons: how many were not taken for which reason.
        waiting: how many are held that a person decides on.
        not_taken: the newest that were rejected or quarantined, as far as the page shows them, the newest last.
        doubtful: the same of those whose canonical picture the page shows.
        lost: keys of canonical pictures that the store should have and has not.
    """

    counts: Counter[Outcome] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    waiting: int = 0
    not_taken: list[Submission] = field(default_factory=list)
    doubtful: list[Submission] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    def add(self, items: Iterable[Submission]) -> None:
        """Counts more, as the ledger has them."""
        for item in items:
            self.counts[item.outcome] += 1
            if item.outcome is Outcome.ACCEPTED or is_stray(item):  # strays have a line of their own
                continue
            if item.rejection:
                self.reasons[item.rejection.reason] += 1
            self.waiting += item.outcome is Outcome.HELD
            if item.rejection or item.outcome is Outcome.QUARANTINED:
                self.not_taken = _newest(self.not_taken, item)
            if item.image:
                self.doubtful = _newest(self.doubtful, item)


def _newest(shown: Sequence[Submission], item: Submission) -> list[Submission]:
    return [*shown, replace(item, image=replace(item.image, words=())) if item.image else item][-MOST_SHOWN:]
