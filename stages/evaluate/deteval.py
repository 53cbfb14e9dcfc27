"""DetEval: area recall and precision of upright boxes, with splits and merges."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reading import Reading
from stages.evaluate.rates import Rates, make_rates


@dataclass(frozen=True, slots=True)
class DetEvalCounts:
    """Scores of one image or of many.

    Attributes:
        recall: sum of the scores of the truth's boxes.
        precision: sum of the scores of the boxes found.
        truth: boxes that are to be found.
        found: boxes that were, but for those on don't-care boxes.
    """

    recall: float = 0.0
    precision: float = 0.0
    truth: int = 0
    found: int = 0

    def __add__(self, other: DetEvalCounts) -> DetEvalCounts:
        """Scores of both."""
        return DetEvalCounts(self.recall + other.recall, self.precision + other.precision, self.truth + other.truth,
                             self.found + other.found)

    @property
    def rates(self) -> Rates:
        """The figures."""
        return make_rates(self.recall, self.truth, self.precision, self.found)


def count_deteval(truth: Reading, other: Reading) -> DetEvalCounts:
    """Scores the boxes of one image."""
    raise NotImplementedError
