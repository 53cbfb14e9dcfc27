"""Groups that a recipe asks for by slice: they are brought into their split before the shares of the splits count."""

from __future__ import annotations

import functools
import heapq
from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from schemas.ids import digest
from schemas.recipes.dataset import Dataset
from schemas.recipes.slices import EVERYTHING_IS
from schemas.sample import Planned

MOST = 0.5
"""Of the groups of a slice, at most this share is brought into splits: the rest is what a model learns the slice from."""
NOWHERE: frozenset[str] = frozenset()
"""Splits of a group that has none yet."""
ORDER = "least"
"""Keeps the order in which groups are brought apart from the hash that the shares go by: what is left stays evenly spread."""


@dataclass(frozen=True, slots=True)
class GroupsAsked:
    """How much of a slice a recipe asks for in a split, and what came of it.

    Attributes:
        split: the split.
        slice: the slice; ``all`` for any group.
        wanted: so many groups with a region of it.
        there: so many the split has.
        groups: so many there are in all splits together.
        frozen: whether the split took nothing new any more.
    """

    split: str
    slice: str
    wanted: int
    there: int
    groups: int
    frozen: bool = False

    @property
    def said(self) -> str:
        """In words, such as ``test has 3 of the 50 groups of vertical that the recipe asks for: there are 6 in all``."""
        what = "groups" if self.slice == EVERYTHING_IS else f"groups of {self.slice}"
        if self.there >= self.wanted:
            return f"{self.split} has {self.there:,} {what}, and the recipe asks for {self.wanted:,}"
        why = "it is frozen" if self.frozen else (f"there are {self.groups:,} in all, and at most {100 * MOST:g} % of them are "
                                                  "brought into such a split")
        return f"{self.split} has {self.there:,} of the {self.wanted:,} {what} that the recipe asks for: {why}"


def bring(recipe: Dataset, samples: Sequence[Planned], standing: Container[str],
          frozen: AbstractSet[str]) -> tuple[Planned, ...]:
    """Puts new groups into the splits that ask for them, by the order of their hash, the rarest slice first.

    Which groups these are depends on the salt and on the groups alone, not on the order of the samples.

    Args:
        recipe: says how many groups of which slice each split is to have at least.
        samples: with the split that the shares gave to each.
        standing: groups that have a split already; they do not move.
        frozen: splits that take nothing new.

    Returns:
        The samples in their order, those of the groups that were brought with their new split.
    """
    asking = [split for split in recipe.splits if split in recipe.least and split not in frozen]
    groups = {name: set(of_splits) for name, of_splits in _groups_by_slice(recipe, samples).items()}
    splits = _splits_of_groups(item for item in samples if item.group in standing)
    position = functools.cache(lambda group: digest(ORDER, recipe.salt, group))
    brought: dict[str, str] = {}
    asked = sorted((len(groups[name]), name, asking.index(split), split) for split in asking for name in recipe.least[split])
    for total, name, _, split in asked:
        there = sum(split in splits.get(group, ()) or brought.get(group) == split for group in groups[name])
        used = sum(group in brought or not splits.get(group, NOWHERE).isdisjoint(asking) for group in groups[name])
        room = min(recipe.least[split][name] - there, int(total * MOST) - used)
        free = (group for group in groups[name] if group not in standing and group not in brought)
        brought |= dict.fromkeys(heapq.nsmallest(max(0, room), free, key=position), split)
    return tuple(replace(item, split=brought[item.group]) if item.group in brought else item for item in samples)


def what_was_asked(recipe: Dataset, samples: Iterable[Planned], frozen: Collection[str]) -> tuple[GroupsAsked, ...]:
    """What came of each thing that a recipe asks for, in its order.

    Args:
        recipe: of the dataset.
        samples: of the release.
        frozen: splits that took nothing new.
    """
    if not recipe.least:
        return ()
    groups = _groups_by_slice(recipe, samples)
    return tuple(GroupsAsked(split, name, wanted, sum(split in splits for splits in groups[name].values()), len(groups[name]),
                             split in frozen)
                 for split, least in recipe.least.items() for name, wanted in least.items())


def _groups_by_slice(recipe: Dataset, samples: Iterable[Planned]) -> dict[str, dict[str, set[str]]]:
    """Of each slice that a recipe asks for, the groups that have a region of it, each with the splits of these samples."""
    found: dict[str, dict[str, set[str]]] = {name: {} for least in recipe.least.values() for name in least}
    for item in samples:
        for name in found.keys() & {EVERYTHING_IS, *item.candidate.slices}:
            found[name].setdefault(item.group, set()).add(item.split)
    return found


def _splits_of_groups(samples: Iterable[Planned]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in samples:
        found[item.group].add(item.split)
    return found
