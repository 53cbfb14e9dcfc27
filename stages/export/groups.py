"""Which images belong together, so that no test image has a sibling in training: near duplicates, bursts, submitters, parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from schemas.sample import Photograph

CLUSTER = "cluster"
BURST = "burst"
SUBMITTER = "submitter"
REPEATED = "repeated"
PART = "part"

NONE: Mapping[str, str] = MappingProxyType({})


class Link(NamedTuple):
    """Two images that belong together.

    Attributes:
        one: the one.
        other: the other.
        why: ``CLUSTER``, ``BURST``, ``SUBMITTER``, ``REPEATED`` or ``PART``; what explains a group to people may name more.
    """

    one: str
    other: str
    why: str


class Groups:
    """Sets of images that grow together (union-find with path halving, by size: Tarjan 1975).

    A group is named after its smallest image id, so that it does not depend on the order in which images came.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parents: list[int] = []
        self._smallest: list[str] = []
        self._sizes: list[int] = []

    def join(self, one: str, other: str) -> None:
        """Says that two images belong together."""
        a = self._root(self._number(one))
        b = self._root(self._number(other))
        if a == b:
            return
        if self._sizes[a] < self._sizes[b]:
            a, b = b, a
        self._parents[b] = a
        self._sizes[a] += self._sizes[b]
        self._smallest[a] = min(self._smallest[a], self._smallest[b])

    def of(self, image_id: str) -> str:
        """The group of an image; an image that nobody spoke of is a group of its own."""
        number = self._numbers.get(image_id)
        return image_id if number is None else self._smallest[self._root(number)]

    def _number(self, image_id: str) -> int:
        number = self._numbers.setdefault(image_id, len(self._parents))
        if number == len(self._parents):
            self._parents.append(number)
            self._smallest.append(image_id)
            self._sizes.append(1)
        return number

    def _root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number


def group(photographs: Iterable[Photograph], burst_minutes: float, by_submitter: bool,
          known: Mapping[str, str] = NONE, repeated: Iterable[tuple[str, str]] = (),
          parts: Iterable[tuple[str, str]] = ()) -> Groups:
    """Puts images into groups.

    Two photographs of one submitter are of one burst where at most ``burst_minutes`` lie between them, by the camera's
    clock, or where a photograph has none, by when it was sent; the two clocks are not compared with each other. Pictures of
    public data sets are of no burst.

    Args:
        photographs: all images whose submission stands, also those without an accepted reading: they connect others.
        burst_minutes: 0 for no bursts.
        by_submitter: all of a submitter's photographs are one group.
        known: cluster ids of images that earlier releases held. One counts where the submission does not stand any more: what
            the ledger says of a standing one may have changed since.
        repeated: (image, the one that stands for it) of duplicates; those that ``known`` has count.
        parts: (image, what it is a part of) of public data sets: pages of one document, crops of one page.
    """
    groups = Groups()
    for link in links(photographs, burst_minutes, by_submitter, known, repeated, parts):
        groups.join(link.one, link.other)
    return groups


def links(photographs: Iterable[Photograph], burst_minutes: float, by_submitter: bool,
          known: Mapping[str, str] = NONE, repeated: Iterable[tuple[str, str]] = (),
          parts: Iterable[tuple[str, str]] = ()) -> Iterator[Link]:
    """What makes groups of images, one step at a time; see ``group``."""
    gone = {image_id: cluster_id for image_id, cluster_id in known.items() if cluster_id != image_id}
    bursts: dict[tuple[str, bool], list[tuple[float, str]]] = {}
    for item in photographs:
        gone.pop(item.image_id, None)
        if item.cluster_id != item.image_id:
            yield Link(item.image_id, item.cluster_id, CLUSTER)
        if (by_submitter or burst_minutes) and not item.imported:
            clock = item.by_camera and not by_submitter
            bursts.setdefault((item.submitter, clock), []).append((item.at, item.image_id))
    for image_id, cluster_id in gone.items():
        yield Link(image_id, cluster_id, CLUSTER)
    for image_id, stands in repeated:
        if image_id in known:
            yield Link(image_id, stands, REPEATED)
    first: dict[str, str] = {}
    for image_id, part in parts:
        if (one := first.setdefault(part, image_id)) != image_id:
            yield Link(one, image_id, PART)
    for taken in bursts.values():
        yield from _chain(sorted(taken), float("inf") if by_submitter else 60 * burst_minutes,
                          SUBMITTER if by_submitter else BURST)


def _chain(taken: Sequence[tuple[float, str]], seconds: float, why: str) -> Iterator[Link]:
    for (before, one), (after, other) in pairwise(taken):
        if after - before <= seconds:
            yield Link(one, other, why)
