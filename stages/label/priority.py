"""What is labelled first: requested slices, then what the model is unsure of, then what is unlike the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from more_itertools import map_reduce

from schemas.labelling import Waiting

BANDS = 10
"""Uncertainty counts in tenths: within one tenth a model's scores say less than having many different pictures does."""


def in_order(waiting: Iterable[Waiting], requested: Sequence[str]) -> list[Waiting]:
    """Images, the first to be labelled first.

    An image with a region in a requested slice comes before all without, the first slice of ``requested`` before the
    others; then the less sure the model is (by tenths); then pictures of things that were not seen in that group yet, in
    turn from every submitter; then by id.
    """
    def urgency(item: Waiting) -> tuple[int, int]:
        ranks = [rank for rank, name in enumerate(requested) if name in item.summary.slices]
        return min(ranks, default=len(requested)), -round(item.summary.uncertainty * BANDS)

    groups = map_reduce(waiting, urgency)
    return [item for key in sorted(groups) for item in _unlike_first(groups[key])]


def _unlike_first(items: Sequence[Waiting]) -> list[Waiting]:
    """Images that are as urgent as each other: of what cluster and submitter few have come before, comes first."""
    of_cluster: Counter[str] = Counter()
    of_submitter: Counter[tuple[int, str]] = Counter()
    ranked: list[tuple[tuple[int, int, str], Waiting]] = []
    for item in sorted(items, key=lambda one: one.image_id):
        again = of_cluster[item.cluster_id]
        turn = of_submitter[again, item.submitter]
        of_cluster[item.cluster_id] += 1
        of_submitter[again, item.submitter] += 1
        ranked.append(((again, turn, item.image_id), item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]
