"""How readings that were compared came out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from schemas.labelling import AgreementKind, CountedAgreement
from stages.label.ratios import Ratio

FEW = 30
"""Under so many tasks or comparisons a ratio is an anecdote: its 95 % margin at one half is ± 18 points and more."""


@dataclass(frozen=True, slots=True)
class Score:
    """How comparisons came out.

    Attributes:
        agreed: of them, those that reach the thresholds.
        cer: mean of their character error rates; None without any.
    """

    agreed: Ratio
    cer: float | None

    @property
    def few(self) -> bool:
        """Whether there are too few to say anything."""
        return self.agreed.of < FEW


def score(compared: Iterable[CountedAgreement], kind: AgreementKind) -> Score:
    """How the comparisons of one kind among these came out."""
    found = [item for item in compared if item.kind is kind]
    return Score(Ratio(sum(item.agreed for item in found), len(found)),
                 fmean(item.agreement.cer for item in found) if found else None)
