"""Which samples a release's card shows."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest

from schemas.sample import Planned

MOST = 12
"""Samples on a card."""


def chosen(planned: Sequence[Planned], most: int = MOST) -> tuple[Planned, ...]:
    """Samples for the strip: of each slice one where that is possible, then of each split and campaign, then any.

    Each next sample is the one that shows most that none before it shows (the greedy cover); of equals the one whose image
    id is smallest. The next release so shows the same samples again where nothing new has come.

    Args:
        planned: the release's samples, in any order.
        most: how many at most.

    Returns:
        The samples in order of image id.
    """
    taken = {item.image_id: item for item in _cover(_first_of_each_kind(planned), most)}
    for item in nsmallest(2 * most, planned, key=lambda item: (not item.candidate.slices, item.image_id)):
        if len(taken) < most:
            taken.setdefault(item.image_id, item)
    return tuple(sorted(taken.values(), key=lambda item: item.image_id))


def _first_of_each_kind(planned: Sequence[Planned]) -> list[Planned]:
    """Of the samples that show the same slices, split and campaign the one whose image id is smallest."""
    first: dict[tuple[tuple[str, ...], str, str], Planned] = {}
    for item in planned:
        kind = item.candidate.slices, item.split, item.candidate.campaign
        if kind not in first or item.image_id < first[kind].image_id:
            first[kind] = item
    return list(first.values())


def _cover(items: Sequence[Planned], most: int) -> list[Planned]:
    """At most so many of them, each the one that shows most that none before it shows."""
    slices: set[str] = set()
    splits: set[str] = set()
    campaigns: set[str] = set()
    taken: list[Planned] = []

    def adds(item: Planned) -> tuple[int, int, int]:
        candidate = item.candidate
        return len(set(candidate.slices) - slices), item.split not in splits, candidate.campaign not in campaigns

    while items and len(taken) < most:
        best = min(items, key=lambda item: ([-count for count in adds(item)], item.image_id))
        if not any(adds(best)):
            break
        taken.append(best)
        slices.update(best.candidate.slices)
        splits.add(best.split)
        campaigns.add(best.candidate.campaign)
    return taken
