"""Groups that a recipe asks for by slice: they are brought into their split before the shares of the splits count."""

from __future__ import annotations

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
    of_group = _slices_of_groups(samples)
    splits = _splits_of_groups(item for item in samples if item.group in standing)
    free = sorted((group for group in of_group if group not in standing), key=lambda group: digest(ORDER, recipe.salt, group))
    asking = [split for split in recipe.splits if split in recipe.least and split not in frozen]
    brought: dict[str, str] = {}

    def having(name: str, some: Iterable[str]) -> list[str]:
        return [group for group in some if name in of_group[group]]

    asked = sorted((len(having(name, of_group)), name, asking.index(split), split)
                   for split in asking for name in recipe.least[split])
    for groups, name, _, split in asked:
        there = sum(split in splits[group] or brought.get(group) == split for group in having(name, of_group))
        used = sum(group in brought or not splits[group].isdisjoint(asking) for group in having(name, of_group))
        room = min(recipe.least[split][name] - there, int(groups * MOST) - used)
        brought |= dict.fromkeys([group for group in having(name, free) if group not in brought][:max(0, room)], split)
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
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    everywhere: dict[str, set[str]] = defaultdict(set)
    for item in samples:
        for name in (*item.candidate.slices, EVERYTHING_IS):
            found[item.split, name].add(item.group)
            everywhere[name].add(item.group)
    return tuple(GroupsAsked(split, name, wanted, len(found[split, name]), len(everywhere[name]), split in frozen)
                 for split, least in recipe.least.items() for name, wanted in least.items())


def _slices_of_groups(samples: Iterable[Planned]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in samples:
        found.setdefault(item.group, {EVERYTHING_IS}).update(item.candidate.slices)
    return found


def _splits_of_groups(samples: Iterable[Planned]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in samples:
        found[item.group].add(item.split)
    return found
