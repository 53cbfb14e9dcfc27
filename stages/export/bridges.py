"""Groups that stand in two splits: which two samples show it, and by which steps they came to be one group."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from schemas.sample import Planned
from stages.export.groups import BURST, CLUSTER, PART, REPEATED, SUBMITTER, Link

BY_HAND = "by hand"
"""Why two images are in one cluster: somebody merged them."""
FOUND = "found by ingest"
"""Why two images are in one cluster: ingest saw it."""
STEPS = {
    CLUSTER: "{0} and {1} are in one cluster",
    BY_HAND: "{0} and {1} were merged by hand",
    FOUND: "ingest found {0} and {1} to show the same",
    REPEATED: "{0} and {1} are the same photograph",
    BURST: "{0} and {1} were taken within groups.burst_minutes of each other",
    SUBMITTER: "{0} and {1} are one submitter's (groups.by_submitter)",
    PART: "a public data set has {0} and {1} as parts of one thing",
}


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two samples of one group that stand in two splits.

    Attributes:
        group: whose.
        one: image id of the one.
        other: of the other.
        split_one: where the one stands.
        split_other: where the other stands.
        links: the steps from the one to the other; empty where nothing explains it.
        samples: how many samples of the group each split has.
    """

    group: str
    one: str
    other: str
    split_one: str
    split_other: str
    links: tuple[Link, ...]
    samples: Mapping[str, int]

    @property
    def images(self) -> set[str]:
        """All that its steps name."""
        return {self.one, self.other, *(name for link in self.links for name in link[:2])}


def groups_in_two_splits(planned: Iterable[Planned]) -> dict[str, list[Planned]]:
    """Samples of the groups that stand in more than one split, by group."""
    planned = list(planned)
    shared = {item.group for item in planned if item.group != item.image_id}  # the others are groups of one image
    split_of: dict[str, str] = {}
    torn = {item.group for item in planned
            if item.group in shared and split_of.setdefault(item.group, item.split) != item.split}
    found: dict[str, list[Planned]] = {}
    for item in planned:
        if item.group in torn:
            found.setdefault(item.group, []).append(item)
    return found


def bridges(torn: Mapping[str, Sequence[Planned]], evidence: Iterable[Link], links: Iterable[Link]) -> list[Bridge]:
    """For every two splits of a group the two samples that the fewest steps join.

    Args:
        torn: see ``groups_in_two_splits``.
        evidence: why images are in one cluster, where that is known; asked first.
        links: what made the groups.
    """
    evidence = list(evidence)
    links = list(links)
    # A cluster is a star around its first image: its rays join what nobody ever saw to be alike.
    told = _Paths([*evidence, *(link for link in links if link.why != CLUSTER)])
    whole = _Paths([*evidence, *links])
    found = []
    for group, samples in sorted(torn.items()):
        split_of = {item.image_id: item.split for item in samples}
        counts = dict(sorted(Counter(split_of.values()).items()))
        for split_one, split_other in combinations(counts, 2):
            starts = [name for name, split in split_of.items() if split == split_one]
            ends = {name for name, split in split_of.items() if split == split_other}
            steps = told.shortest(starts, ends) or whole.shortest(starts, ends)
            one, other = (steps[0].one, steps[-1].other) if steps else (starts[0], min(ends))
            found.append(Bridge(group, one, other, split_one, split_other, steps, counts))
    return found


class _Paths:
    """Shortest ways over links (breadth first)."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._from: defaultdict[str, list[tuple[str, Link]]] = defaultdict(list)
        for link in links:
            self._from[link.one].append((link.other, link))
            self._from[link.other].append((link.one, link))

    def shortest(self, starts: Sequence[str], ends: set[str]) -> tuple[Link, ...]:
        """The links from one of some images to one of others, each turned to lead there; empty where there is no way."""
        came: dict[str, tuple[str, Link] | None] = dict.fromkeys(starts)
        waiting = deque(starts)
        while waiting:
            name = waiting.popleft()
            if name in ends:
                return self._way(came, name)
            for other, link in self._from[name]:
                if other not in came:
                    came[other] = name, link
                    waiting.append(other)
        return ()

    @staticmethod
    def _way(came: Mapping[str, tuple[str, Link] | None], name: str) -> tuple[Link, ...]:
        steps: list[Link] = []
        while step := came[name]:
            steps.append(Link(step[0], name, step[1].why))
            name = step[0]
        return tuple(reversed(steps))
