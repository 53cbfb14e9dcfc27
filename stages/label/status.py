"""How labelling goes: people, pre-labels, agreement, what is left to do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from more_itertools import map_reduce

from schemas.config_version import ConfigVersion
from schemas.labelling import AgreementKind, CountedAgreement, Queue, Side, Work
from schemas.reader import Reader
from stages.label.anchoring import Anchoring, compare_arms
from stages.label.marking import Marking
from stages.label.mending import Mending, sum_mending
from stages.label.scores import Score, score
from stages.label.work_time import WorkTime, sum_time

SIDES = tuple(Side)
"""In the order in which people read them."""


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator on one side of an annotation config."""

    annotation_config: ConfigVersion
    side: Side
    reader: Reader
    tasks: int
    skipped: int
    problems: int
    time: WorkTime
    mending: Mending
    pairs: Score
    gold: Score

    @property
    def name(self) -> str:
        """As people read it."""
        return self.reader.name


@dataclass(frozen=True, slots=True)
class Model:
    """One model's pre-labels, over all annotation configs."""

    reader: Reader
    mending: Mending

    @property
    def name(self) -> str:
        """As people read it."""
        return self.reader.name


@dataclass(frozen=True, slots=True)
class Status:
    """All that is known of labelling.

    Attributes:
        people: by annotation config, side and name.
        models: by name. Second looks do not count: their task shows two people's readings.
        anchoring: by annotation config. Second looks do not count.
        queues: of the projects, by annotation config and side.
        total: of all people's time.
        tasks: answered by all of them.
        pairs: of all annotation configs.
        gold: of all annotation configs.
        marking: of the model in use, by annotation config.
    """

    people: tuple[Person, ...]
    models: tuple[Model, ...]
    anchoring: tuple[Anchoring, ...]
    queues: tuple[Queue, ...]
    total: WorkTime
    tasks: int
    pairs: Score
    gold: Score
    marking: tuple[Marking, ...]


def sum_up(work: Sequence[Work], compared: Sequence[CountedAgreement], queues: Sequence[Queue],
           marking: Iterable[Marking] = ()) -> Status:
    """Counts what people did.

    Args:
        work: each task that a person answered, once.
        compared: agreements, pairs and gold.
        queues: of the projects.
        marking: of the model in use.
    """
    first_looks = [item for item in work if item.side is not Side.SECOND_LOOK]
    configs = sorted({item.annotation_config for item in first_looks} | {item.annotation_config for item in compared})
    return Status(
        people=_people(work, compared),
        models=_models(first_looks),
        anchoring=tuple(compare_arms(name, first_looks, compared) for name in configs),
        queues=tuple(sorted(queues, key=lambda queue: (queue.annotation_config, SIDES.index(queue.side), queue.project_id))),
        total=sum_time(work),
        tasks=sum(not item.skipped for item in work),
        pairs=score(compared, AgreementKind.PAIR),
        gold=score(compared, AgreementKind.GOLD),
        marking=tuple(sorted(marking, key=lambda item: item.annotation_config)),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody works."""

    annotation_config: ConfigVersion
    side: Side
    reader: Reader


def _people(work: Sequence[Work], compared: Sequence[CountedAgreement]) -> tuple[Person, ...]:
    done = map_reduce(work, lambda item: _Place(item.annotation_config, item.side, item.reader))
    sides = {(place.annotation_config, place.reader): place.side for place in done if place.side is not Side.SECOND_LOOK}
    measured: dict[_Place, list[CountedAgreement]] = defaultdict(list)
    for item in compared:
        for place in _measured(item, sides):
            measured[place].append(item)
    return tuple(_person(place, done.get(place, []), measured.get(place, []))
                 for place in sorted({*done, *measured}, key=lambda place: (place.annotation_config, SIDES.index(place.side),
                                                                            place.reader)))


def _measured(item: CountedAgreement, sides: Mapping[tuple[ConfigVersion, Reader], Side]) -> list[_Place]:
    """Whom an agreement says something of: both people of a pair, of gold the one who is measured with it."""
    readers = [(item.other, Side.B)]  # gold can be on either side: b, which has all gold, where the person has no other task
    if item.kind is AgreementKind.PAIR:
        readers.insert(0, (item.one, Side.A))
    return [_Place(item.annotation_config, sides.get((item.annotation_config, reader), usual), reader)
            for reader, usual in readers]


def _person(place: _Place, work: Sequence[Work], compared: Sequence[CountedAgreement]) -> Person:
    return Person(
        place.annotation_config, place.side, place.reader,
        tasks=sum(not item.skipped for item in work),
        skipped=sum(item.skipped for item in work),
        problems=sum(item.problem is not None for item in work),
        time=sum_time(work),
        mending=sum_mending(work),
        pairs=score(compared, AgreementKind.PAIR),
        gold=score(compared, AgreementKind.GOLD))


def _models(work: Sequence[Work]) -> tuple[Model, ...]:
    prelabelled = [item for item in work if item.effort and item.effort.model]
    by_model = map_reduce(prelabelled, lambda item: item.effort.model if item.effort else None)
    return tuple(Model(Reader(name), sum_mending(done)) for name, done in sorted(by_model.items()) if name)
