"""What becomes of submissions, worked out from what ingest found and from what managers said: the one place that decides it.

An image hangs under the image that it repeats. Each submission hangs on its own image; of all those under one image that
repeats no other the one sent first stands, the others are its duplicates. Nothing here is stored but the result, so that
taking a decision back is working it out again without that decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.decision import Decision, Ending, Endings, IngestFinding, Membership
from schemas.submission import Outcome, Reason, Said, Verdict, why_held


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nobody takes an image any more: ``outcome`` is rejected or quarantined, ``detail`` what the data manager reads."""

    outcome: Outcome
    detail: str | None


def in_force(decisions: Sequence[Decision]) -> list[Decision]:
    """Those that nothing undoes, in order; without the undoing ones. An undo that is undone undoes nothing."""
    gone = undone(decisions)
    return sorted((item for item in decisions if item.kind is not Said.UNDO and item.number not in gone),
                  key=lambda item: item.number)


def undone(decisions: Sequence[Decision]) -> dict[int, int]:
    """Which decision takes which one back: numbers of undone ones, each with that of its undo."""
    found: dict[int, int] = {}
    for item in sorted(decisions, key=lambda item: -item.number):
        if item.kind is Said.UNDO and item.number not in found and item.undoes is not None:
            found.setdefault(item.undoes, item.number)
    return found


def work_out(findings: Sequence[IngestFinding], decisions: Sequence[Decision], refused: Mapping[str, Refused]) -> Endings:
    """What becomes of submissions that have to do with each other.

    Args:
        findings: of each of them, in any order.
        decisions: those in force; what names other submissions is passed over.
        refused: images that nobody takes any more.
    """
    tree = _Tree(findings)
    by_id = {item.submission_id: item for item in findings}
    said = [item for item in decisions if item.submission_id in by_id and (item.other_id in by_id or item.kind is Said.SPLIT)]
    first: dict[str, int] = {}
    for decision in sorted(said, key=lambda item: -item.number):
        first |= dict.fromkeys((decision.submission_id, decision.other_id), decision.number)
    # A decision is about what was found, also where it is found once more later.
    events: list[tuple[tuple[int, int, str, str], IngestFinding | Decision]] = [
        ((min(item.decisions_before, first.get(item.submission_id, item.decisions_before + 1) - 1), 1,
          item.sent_at.isoformat(), item.key), item) for item in findings]
    events += [((item.number, 0, "", ""), item) for item in said]
    for _, event in sorted(events, key=lambda event: event[0]):
        if isinstance(event, IngestFinding):
            tree.hang(event)
        elif event.kind is Said.SPLIT:
            tree.split(by_id[event.submission_id].image_id)
        elif event.kind is Said.DUPLICATE:
            tree.repeat(by_id[event.submission_id].image_id, by_id[event.other_id].image_id)
        else:
            tree.join(by_id[event.submission_id].image_id, by_id[event.other_id].image_id)
    return tree.endings(refused)


class _Tree:
    """Images under the images that they repeat, and sets of those that show one thing."""

    def __init__(self, findings: Sequence[IngestFinding]) -> None:
        self._sent: dict[str, list[IngestFinding]] = defaultdict(list)
        self._doubts: dict[str, set[str]] = defaultdict(set)
        self._uncompared: dict[str, int] = defaultdict(int)
        for item in findings:
            self._sent[item.image_id].append(item)
            self._doubts[item.image_id].update(item.doubts)
            self._uncompared[item.image_id] = max(self._uncompared[item.image_id], item.uncompared)
        self._above: dict[str, str] = {}
        self._sets: dict[str, set[str]] = {image: {image} for image in self._sent}
        self._joined: set[str] = set()  # members that matched what represents their cluster

    def hang(self, item: IngestFinding) -> None:
        """What ingest saw."""
        other = item.other
        if other is None or other == item.image_id:
            return
        if item.verdict is Verdict.DUPLICATE and other in self._sent and self._root(other) != item.image_id:
            self._above.setdefault(item.image_id, other)
        elif item.verdict is Verdict.CLUSTER:
            self._sets.setdefault(other, {other})  # it may have been taken back meanwhile
            self._unite(item.image_id, other)
            self._joined.add(item.image_id)

    def split(self, image: str) -> None:
        """It is a picture of its own; what is under it is the same photograph, and comes along."""
        self._above.pop(image, None)
        for name in self._under(image):
            self._alone(name)
        self._sure(image)

    def repeat(self, image: str, other: str) -> None:
        """It is the same photograph as another one; what is under it comes along."""
        if self._root(image) == self._root(other):
            return
        self._above.pop(image, None)
        root = self._root(other)
        if self._is_held(image) == self._is_held(root):
            image, root = sorted((image, root), key=self._earliest, reverse=True)
        elif self._is_held(root):
            image, root = root, image
        self._above[image] = root
        self._doubts[root] = {name for name in self._doubts[root] if name not in self._sent or self._root(name) != root}

    def join(self, image: str, other: str) -> None:
        """It is another photograph of what another one shows."""
        if image == other:
            return
        if self._root(image) == self._root(other) and image in self._path(other):
            self._above.pop(other)
        else:
            self._above.pop(image, None)
        self._unite(image, other)
        self._uncompared[image] = 0
        self._doubts[image] = {name for name in self._doubts[image]
                               if name not in self._sent or self._root(name) not in self._sets[image]}

    def endings(self, refused: Mapping[str, Refused]) -> Endings:
        """What follows."""
        for image in list(self._above):  # one photograph is in one cluster
            self._unite(image, self._root(image))
        groups: dict[str, list[IngestFinding]] = defaultdict(list)
        for image, sent in self._sent.items():
            groups[self._root(image)] += sent
        found: dict[str, Ending] = {}
        for root, group in groups.items():
            ordered = sorted(group, key=lambda item: item.order)
            found.update(_endings_of(root, ordered, refused.get(root), len(self._doubts[root]), self._uncompared[root]))
        order = {image: min(item.order for item in groups.get(image, sent)) for image, sent in self._sent.items()}
        taken = {root for root in groups if root not in refused}
        clusters: dict[str, Membership] = {}
        for image in self._sent:
            if image not in clusters:
                clusters.update(self._cluster(self._sets[image], taken, order))
        crowded = frozenset(root for root in groups if root not in refused and self._uncompared[root])
        return Endings(found, clusters, crowded)

    def _cluster(self, members: set[str], taken: set[str], order: Mapping[str, tuple[datetime, str]]) -> dict[str, Membership]:
        there = sorted(members & taken or members & order.keys(), key=order.__getitem__)
        name = next((image for image in there if image not in self._joined), there[0])
        return {image: Membership(name, image == name or (image in there and image not in self._joined)) for image in members}

    def _is_held(self, image: str) -> bool:
        return bool(self._doubts[image] or self._uncompared[image])

    def _sure(self, image: str) -> None:
        self._doubts[image] = set()
        self._uncompared[image] = 0

    def _alone(self, image: str) -> None:
        self._sets[image].discard(image)
        self._sets[image] = {image}
        self._joined.discard(image)

    def _unite(self, one: str, other: str) -> None:
        if self._sets[one] is not self._sets[other]:
            self._sets[other] |= self._sets[one]
            for image in self._sets[one]:
                self._sets[image] = self._sets[other]

    def _path(self, image: str) -> list[str]:
        path = [image]
        while path[-1] in self._above:
            path.append(self._above[path[-1]])
        return path

    def _root(self, image: str) -> str:
        return self._path(image)[-1]

    def _under(self, root: str) -> set[str]:
        return {image for image in self._sent if root in self._path(image)}

    def _earliest(self, image: str) -> tuple[datetime, str]:
        return min(item.order for name in self._under(image) for item in self._sent[name])


def _endings_of(root: str, ordered: Sequence[IngestFinding], refused: Refused | None, doubts: int,
                uncompared: int) -> dict[str, Ending]:
    """Of the submissions of one photograph, the one sent first stands before the others."""
    first, *others = ordered
    if refused:
        reason = Reason.NO_TEXT if refused.outcome is Outcome.REJECTED else None
        why = f"the same picture as {first.key}" + ("" if reason else f", which is quarantined: {_last_line(refused.detail)}")
        return {item.submission_id: Ending(refused.outcome, root, None, reason, refused.detail if item is first else why)
                for item in ordered}
    why = why_held(doubts, uncompared)
    stands = Ending(Outcome.HELD, root, None, None, why) if why else Ending(Outcome.ACCEPTED, root)
    return {first.submission_id: stands,
            **{item.submission_id: Ending(Outcome.DUPLICATE, root, first.submission_id) for item in others}}


def _last_line(text: str | None) -> str:
    return ((text or "").strip().splitlines() or [""])[-1]
