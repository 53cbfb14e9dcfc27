"""What is labelled first: requested slices, then what the model is unsure of, then what is unlike the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.reading import Summary

BANDS = 10
"""Uncertainty counts in tenths: within one tenth a model's scores say less than having many different pictures does."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An image that waits for an annotator; ``cluster`` and ``submitter`` say what it is like."""

    image_id: str
    summary: Summary
    cluster: str
    submitter: str


def in_order(waiting: Iterable[Waiting], requested: Sequence[str]) -> list[str]:
    """Image ids, the first to be labelled first.

    An image with a region in a requested slice comes before all without, the first slice of ``requested`` before the
    others; then the less sure the model is (by tenths); then pictures of things that were not seen in that group yet, in
    turn from every submitter; then by id.
    """
    groups: dict[tuple[int, int], list[Waiting]] = {}
    for item in waiting:
        ranks = [rank for rank, name in enumerate(requested) if name in item.summary.slices]
        band = round(item.summary.uncertainty * BANDS)
        groups.setdefault((min(ranks, default=len(requested)), -band), []).append(item)
    return [item.image_id for key in sorted(groups) for item in _unlike(groups[key])]


def _unlike(items: Sequence[Waiting]) -> list[Waiting]:
    of_cluster: Counter[str] = Counter()
    of_submitter: Counter[tuple[int, str]] = Counter()
    ranked = []
    for item in sorted(items, key=lambda one: one.image_id):
        again = of_cluster[item.cluster]
        turn = of_submitter[again, item.submitter]
        of_cluster[item.cluster] += 1
        of_submitter[again, item.submitter] += 1
        ranked.append(((again, turn, item.image_id), item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]
