"""Recall, precision and harmonic mean of counts, by the formulas that an evaluation uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from schemas.outcomes import IOUS
from stages.evaluate.cleval import LetterCounts
from stages.evaluate.detection import DetectionCounts
from stages.evaluate.deteval import DetEvalCounts
from stages.evaluate.figures import point
from stages.evaluate.formulas import FORMULAS, Sums


@dataclass(frozen=True)
class Rates:
    """Figures in [0, 1]; None where there is nothing below the fraction line."""

    recall: float | None
    precision: float | None
    hmean: float | None


def rates_of(counts: DetectionCounts | DetEvalCounts | LetterCounts) -> Rates:
    """The figures of counts."""
    sums = _sums(counts)
    prefix = {DetectionCounts: "", DetEvalCounts: "deteval-", LetterCounts: "cleval-"}[type(counts)]
    return Rates(*(point(FORMULAS[f"{prefix}{name}"], sums) for name in ("recall", "precision", "hmean")))


def mean_hmean(counts: DetectionCounts) -> float | None:
    """Mean over ``IOUS`` of the harmonic mean at each."""
    return point(FORMULAS["hmean-50-95"], _sums(counts))


def _sums(counts: DetectionCounts | DetEvalCounts | LetterCounts) -> Sums:
    """Counts under the names of the columns that an evaluation sums."""
    if isinstance(counts, DetectionCounts):
        matched = {f"matched_{round(100 * iou)}": count for iou, count in zip(IOUS, counts.matched, strict=True)}
        return _columns({"regions": counts.truth, "matched": counts.matched[0], "truth": counts.truth, "found": counts.found,
                         **matched})
    prefix = "deteval" if isinstance(counts, DetEvalCounts) else "cleval"
    return _columns({f"{prefix}_{name}": getattr(counts, name) for name in type(counts).__slots__})


def _columns(values: Mapping[str, float]) -> Sums:
    return {name: np.asarray(value, float) for name, value in values.items()}
