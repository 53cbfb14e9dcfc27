"""What a model's scores are worth: reliability, expected calibration error, risk against coverage."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.evaluation import Confidence, CoveragePoint, ReliabilityBin
from schemas.normalisation import Normalisation
from schemas.outcomes import Fate
from schemas.reading import Kind

BINS = 10
"""Of equal width, as Guo et al. 2017 have 15 of them: with fewer regions fewer bins are steadier."""
POINTS = 60
"""Most points of a curve."""
SURE = 0.99
"""Share of what nobody reads that has to be right."""


def confidence_of(regions: pa.Table) -> Confidence:
    """What the scores of the regions that a model found are worth.

    A region is right where it was matched and its text is right, white space apart; what was found where there is nothing is
    wrong. Expected calibration error: Naeini, Cooper and Hauskrecht, AAAI 2015. Risk against coverage: Geifman and El-Yaniv,
    NeurIPS 2017.

    Args:
        regions: see ``schemas.outcomes.REGION_OUTCOMES``.
    """
    found = regions.filter(pc.and_(pc.and_(pc.is_valid(regions["score"]), pc.not_equal(regions["outcome"], str(Fate.MISSED))),
                                   pc.not_equal(regions["kind"], str(Kind.CHECKBOX))))
    if not len(found):
        return Confidence()
    scores = found["score"].to_numpy().astype(float)
    right = pc.fill_null(pc.equal(found[f"edits_{Normalisation.NOSPACE}"], 0), False).to_numpy()
    bins = _bins(scores, right)
    error = sum(item.regions * abs(item.score - item.right) for item in bins) / len(scores)
    curve = _curve(scores, right)
    return Confidence(tuple(bins), error, _thinned(curve),
                      max((point.coverage for point in curve if point.right >= SURE), default=0.0))


def _bins(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> list[ReliabilityBin]:
    place = np.minimum((scores * BINS).astype(int), BINS - 1)
    return [ReliabilityBin(number / BINS, (number + 1) / BINS, float(scores[inside].mean()), float(right[inside].mean()),
                           int(inside.sum()))
            for number in range(BINS) if (inside := place == number).any()]


def _curve(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> list[CoveragePoint]:
    """One point a score: regions of one score are read or left unread together."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    count = np.arange(1, len(scores) + 1)
    share = np.cumsum(right[order]) / count
    last = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
    return [CoveragePoint(float(ordered[place]), float(count[place] / len(scores)), float(share[place])) for place in last]


def _thinned(curve: list[CoveragePoint]) -> tuple[CoveragePoint, ...]:
    """At most so many points of a curve as a plot shows, with its ends."""
    if len(curve) <= POINTS:
        return tuple(curve)
    places = np.unique(np.linspace(0, len(curve) - 1, POINTS).round().astype(int))
    return tuple(curve[place] for place in places)
