"""CLEval: letters found, with penalties for splits and merges, of detection and end to end."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reading import Reading
from stages.evaluate.rates import Rates, make_rates


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Letters of one image or of many.

    Attributes:
        truth: that are to be found.
        found: that were.
        right: of these, where they should be.
        wrong: of those found, that are not in the truth.
        splits: penalty for words found in several parts: the number of parts less one.
        merges: penalty for words found as one: the number of words less one.
    """

    truth: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    splits: int = 0
    merges: int = 0

    def __add__(self, other: LetterCounts) -> LetterCounts:
        """Counts of both."""
        return LetterCounts(self.truth + other.truth, self.found + other.found, self.right + other.right,
                            self.wrong + other.wrong, self.splits + other.splits, self.merges + other.merges)

    @property
    def rates(self) -> Rates:
        """The figures."""
        return make_rates(max(0, self.right - self.splits), self.truth, max(0, self.right - self.merges), self.found)


@dataclass(frozen=True, slots=True)
class ClevalCounts:
    """Letters by where they are (``detection``), and by where they are and what was read (``end_to_end``)."""

    detection: LetterCounts = LetterCounts()
    end_to_end: LetterCounts = LetterCounts()

    def __add__(self, other: ClevalCounts) -> ClevalCounts:
        """Counts of both."""
        return ClevalCounts(self.detection + other.detection, self.end_to_end + other.end_to_end)


def count_cleval(truth: Reading, other: Reading) -> ClevalCounts:
    """Counts the letters of one image."""
    raise NotImplementedError
