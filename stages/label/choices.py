"""Which of the images that wait become tasks, in what order, and what a task shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from schemas.labelling import GoldGiven, Side, Waiting
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.draws import drawn_blind, drawn_for_two, place_in_queue
from stages.label.gold import gold_room
from stages.label.priority import in_order


def choose(config: AnnotationConfig, side: Side, waiting: Sequence[Waiting], gold: Collection[str], given: GoldGiven,
           room: int) -> list[Waiting]:
    """The next tasks of a side, in order: by priority on side A, shuffled on side B; gold anywhere among them.

    Args:
        config: of the project.
        side: A or B.
        waiting: images without a task on this side.
        gold: ids of images that are gold.
        given: how much of the project is gold.
        room: for so many tasks.
    """
    def by_draw(item: Waiting) -> float:
        return place_in_queue(config, side, item.image_id)

    rest = [item for item in waiting if item.image_id not in gold]
    ordered = in_order(rest, config.requested) if side is Side.A else sorted(rest, key=by_draw)
    most = gold_room(given, min(room, len(ordered)))
    hidden = sorted((item for item in waiting if item.image_id in gold), key=by_draw)[:most]
    chosen = ordered[:max(0, room - len(hidden))]
    for item in hidden:
        chosen.insert(int(by_draw(item) * (len(chosen) + 1)), item)
    return chosen


@dataclass(frozen=True, slots=True)
class ByDensity:
    """Images that wait for a first reader.

    Attributes:
        images: read as a whole.
        pages: with so many regions that they are read line by line.
    """

    images: list[Waiting]
    pages: list[Waiting]


def split_by_density(config: AnnotationConfig, waiting: Sequence[Waiting], by_line: Collection[str]) -> ByDensity:
    """Parts dense pages from other images; all are images where the config names none for dense ones.

    Args:
        config: of whole images.
        waiting: images without a task on side A.
        by_line: ids of images that were given out line by line already, which are in neither part.
    """
    if not config.dense_config:
        return ByDensity(list(waiting), [])
    new = [item for item in waiting if item.image_id not in by_line]
    return ByDensity(images=[item for item in new if item.summary.regions <= config.dense],
                     pages=[item for item in new if item.summary.regions > config.dense])


def for_second_readers(config: AnnotationConfig, image_ids: Sequence[str], gold: Collection[str]) -> list[str]:
    """Those of the images that go to side B: gold, and what is drawn for two people; in the same order."""
    return [image_id for image_id in image_ids if image_id in gold or drawn_for_two(config, image_id)]


def readings_shown(config: AnnotationConfig, side: Side, item: Waiting) -> tuple[str, ...]:
    """Ids of the pre-labels of a task; none for the share that measures whether pre-labels lead people astray."""
    return () if drawn_blind(config, side, item.image_id) else (item.reading_id,)
