"""How labelling goes: people, pre-labels, agreement, what is left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean
from typing import TypeVar

from schemas.labelling import Compared, Effort, Kind, Queue, Side, Work

K = TypeVar("K")

LONGEST_TASK = 30 * 60.0
"""Seconds of one task that count at most: Label Studio's clock runs on in a tab that is left open overnight."""
FEW = 30
"""Under so many tasks or comparisons a share is an anecdote: its 95 % margin at one half is ± 18 points and more."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, with the whole beside it."""

    part: float
    of: float

    @property
    def value(self) -> float | None:
        """In [0, 1]; None of nothing."""
        return self.part / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Gap:
    """One share less another, and the 95 % margin of that."""

    value: float
    margin: float


@dataclass(frozen=True, slots=True)
class Score:
    """How comparisons came out.

    Attributes:
        agreed: of them, those that reach the thresholds.
        cer: mean of their character error rates; None without any.
    """

    agreed: Share
    cer: float | None

    @property
    def few(self) -> bool:
        """Whether there are too few to say anything."""
        return self.agreed.of < FEW


@dataclass(frozen=True, slots=True)
class Time:
    """Lead times, each counted up to ``LONGEST_TASK``.

    Attributes:
        seconds: of all timed tasks, skipped ones too.
        capped: how many tasks took longer.
        answered: timed tasks that were not skipped.
        seconds_answered: of these.
        regions: of these tasks' readings.
        seconds_regions: of the timed tasks whose reading is known.
    """

    seconds: float
    capped: int
    answered: int
    seconds_answered: float
    regions: int
    seconds_regions: float

    @property
    def hours(self) -> float:
        """All of it."""
        return self.seconds / 3600

    @property
    def tasks_an_hour(self) -> float | None:
        """Answered tasks an hour of theirs; None without a lead time."""
        return self.answered / (self.seconds_answered / 3600) if self.seconds_answered else None

    @property
    def seconds_a_region(self) -> float | None:
        """None without a region."""
        return self.seconds_regions / self.regions if self.regions else None


@dataclass(frozen=True, slots=True)
class Mending:
    """What became of pre-labels; tasks without one are not in it. Counts are sums of ``Effort``'s."""

    tasks: int
    shown: int
    untouched: int
    texts: int
    moved: int
    attributes: int
    deleted: int
    added: int
    regions: int
    keys: int
    keys_saved: int

    @property
    def accepted(self) -> Share:
        """Regions of pre-labels that nobody had to touch."""
        return Share(self.untouched, self.shown)

    @property
    def saved(self) -> Share:
        """Key presses saved, of those that typing everything takes."""
        return Share(self.keys_saved, self.keys)

    @property
    def edits_a_region(self) -> float | None:
        """Acts of mending for each region of the readings; None without a region."""
        edits = self.texts + self.moved + self.attributes + self.deleted + self.added
        return edits / self.regions if self.regions else None


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator on one side of an annotation config."""

    annotation_config: str
    side: Side
    reader: str
    tasks: int
    skipped: int
    problems: int
    time: Time
    mending: Mending
    pairs: Score
    gold: Score

    @property
    def name(self) -> str:
        """The reader without its prefix."""
        return self.reader.removeprefix("person:")


@dataclass(frozen=True, slots=True)
class Model:
    """One model's pre-labels, over all annotation configs."""

    reader: str
    mending: Mending

    @property
    def name(self) -> str:
        """The reader without its prefix."""
        return self.reader.removeprefix("model:")


@dataclass(frozen=True, slots=True)
class Arm:
    """Tasks with a pre-label, or those without.

    Attributes:
        tasks: answered ones.
        time: theirs.
        pairs: with a pre-label: both people saw one. Without: at least one of them did not.
        gold: of people who saw a pre-label, or did not.
    """

    tasks: int
    time: Time
    pairs: Score
    gold: Score


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Whether pre-labels make people faster, and whether they lead them astray, in one annotation config."""

    annotation_config: str
    prelabelled: Arm
    without: Arm

    @property
    def few(self) -> bool:
        """Whether either arm has too few tasks to compare."""
        return min(self.prelabelled.tasks, self.without.tasks) < FEW

    @property
    def faster(self) -> float | None:
        """Seconds a region with a pre-label, over those without, less one; negative where pre-labels save time."""
        shown, without = self.prelabelled.time.seconds_a_region, self.without.time.seconds_a_region
        return shown / without - 1 if shown is not None and without else None

    @property
    def pairs(self) -> Gap | None:
        """How much more often pairs agree where both saw a pre-label."""
        return gap(self.prelabelled.pairs.agreed, self.without.pairs.agreed)

    @property
    def gold(self) -> Gap | None:
        """How much more often gold is right with a pre-label."""
        return gap(self.prelabelled.gold.agreed, self.without.gold.agreed)


@dataclass(frozen=True, slots=True)
class Project:
    """One Label Studio project's open work.

    Attributes:
        queue: what was counted.
        days_left: at the rate of the last week; None where nobody worked.
    """

    queue: Queue
    days_left: float | None


@dataclass(frozen=True, slots=True)
class Status:
    """All that is known of labelling.

    Attributes:
        people: by annotation config, side and name.
        models: by name. Second looks do not count: their task shows two people's readings.
        anchoring: by annotation config. Second looks do not count.
        projects: by annotation config and side.
        total: of all people's time.
        tasks: answered by all of them.
        pairs: of all annotation configs.
        gold: of all annotation configs.
    """

    people: tuple[Person, ...]
    models: tuple[Model, ...]
    anchoring: tuple[Anchoring, ...]
    projects: tuple[Project, ...]
    total: Time
    tasks: int
    pairs: Score
    gold: Score


def status(work: Sequence[Work], compared: Sequence[Compared], queues: Sequence[Queue]) -> Status:
    """Counts what people did.

    Args:
        work: each task that a person answered, once.
        compared: agreements, pairs and gold.
        queues: the projects.
    """
    first_looks = [item for item in work if item.side is not Side.SECOND_LOOK]
    by_model = _grouped((item for item in first_looks if item.effort and item.effort.model), lambda item: _model(item.effort))
    configs = sorted({item.annotation_config for item in first_looks} | {item.annotation_config for item in compared})
    return Status(
        people=_people(work, compared),
        models=tuple(Model(name, mending(by_model[name])) for name in sorted(by_model)),
        anchoring=tuple(_anchoring(name, [item for item in first_looks if item.annotation_config == name],
                                   [item for item in compared if item.annotation_config == name]) for name in configs),
        projects=tuple(Project(queue, _days_left(queue)) for queue in
                       sorted(queues, key=lambda queue: (queue.annotation_config, _order(queue.side), queue.project_id))),
        total=time(work),
        tasks=sum(not item.skipped for item in work),
        pairs=score(item for item in compared if item.kind is Kind.PAIR),
        gold=score(item for item in compared if item.kind is Kind.GOLD),
    )


def time(work: Iterable[Work]) -> Time:
    """Adds up lead times; tasks without one do not count."""
    timed = [(min(item.seconds, LONGEST_TASK), item) for item in work if item.seconds is not None]
    return Time(
        seconds=sum(seconds for seconds, _ in timed),
        capped=sum((item.seconds or 0) > LONGEST_TASK for _, item in timed),
        answered=sum(not item.skipped for _, item in timed),
        seconds_answered=sum(seconds for seconds, item in timed if not item.skipped),
        regions=sum(item.effort.regions for _, item in timed if item.effort),
        seconds_regions=sum(seconds for seconds, item in timed if item.effort),
    )


def mending(work: Iterable[Work]) -> Mending:
    """Adds up what was done to pre-labels."""
    efforts = [item.effort for item in work if item.effort and item.effort.model]
    return Mending(len(efforts), **{name: sum(getattr(effort, name) for effort in efforts) for name in (
        "shown", "untouched", "texts", "moved", "attributes", "deleted", "added", "regions", "keys", "keys_saved")})


def score(compared: Iterable[Compared]) -> Score:
    """How comparisons came out."""
    found = list(compared)
    return Score(Share(sum(item.agreed for item in found), len(found)),
                 fmean(item.agreement.cer for item in found) if found else None)


def gap(one: Share, other: Share) -> Gap | None:
    """One share less another; None where either is of nothing.

    The margin is Agresti and Caffo's (The American Statistician 54, 2000): a success and a failure are added to both, so
    that three right out of three are not certainty.
    """
    if one.value is None or other.value is None:
        return None
    smoothed = [((share.part + 1) / (share.of + 2), share.of + 2) for share in (one, other)]
    return Gap(one.value - other.value, 1.96 * sqrt(sum(rate * (1 - rate) / of for rate, of in smoothed)))


def _people(work: Sequence[Work], compared: Sequence[Compared]) -> tuple[Person, ...]:
    done = _grouped(work, lambda item: (item.annotation_config, item.side, item.reader))
    sides = {(config, reader): side for config, side, reader in done if side is not Side.SECOND_LOOK}
    measured: dict[tuple[str, Side, str], list[Compared]] = defaultdict(list)
    for item in compared:
        # Gold can be on either side: where the person has no other task there, it is b, which has all gold.
        readers = [(item.one, Side.A), (item.other, Side.B)] if item.kind is Kind.PAIR else [(item.other, Side.B)]
        for reader, usual in readers:
            measured[item.annotation_config, sides.get((item.annotation_config, reader), usual), reader].append(item)
    return tuple(_person(key, done.get(key, []), measured.get(key, []))
                 for key in sorted({*done, *measured}, key=lambda key: (key[0], _order(key[1]), key[2])))


def _person(key: tuple[str, Side, str], work: Sequence[Work], compared: Sequence[Compared]) -> Person:
    return Person(*key, tasks=sum(not item.skipped for item in work), skipped=sum(item.skipped for item in work),
                  problems=sum(item.problem is not None for item in work), time=time(work), mending=mending(work),
                  pairs=score(item for item in compared if item.kind is Kind.PAIR),
                  gold=score(item for item in compared if item.kind is Kind.GOLD))


def _anchoring(name: str, work: Sequence[Work], compared: Sequence[Compared]) -> Anchoring:
    def arm(prelabelled: bool) -> Arm:
        mine = [item for item in work if item.effort and (item.effort.model is not None) is prelabelled]
        return Arm(len(mine), time(mine),
                   score(item for item in compared if item.kind is Kind.PAIR
                         and (item.one_prelabelled and item.other_prelabelled) is prelabelled),
                   score(item for item in compared if item.kind is Kind.GOLD and item.other_prelabelled is prelabelled))
    return Anchoring(name, arm(True), arm(False))


def _days_left(queue: Queue) -> float | None:
    if not queue.open:
        return 0.0
    return queue.open / queue.a_day if queue.a_day else None


def _grouped(items: Iterable[Work], key: Callable[[Work], K]) -> dict[K, list[Work]]:
    groups: dict[K, list[Work]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return dict(groups)


def _model(effort: Effort | None) -> str:
    return effort.model or "" if effort else ""


def _order(side: Side) -> int:
    return list(Side).index(side)
