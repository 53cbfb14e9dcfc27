"""How much of what people are given is gold: images whose truth is known, to measure them with."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from schemas.labelling import GoldGiven, Side, Waiting
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.draws import drawn_as_gold

GOLD_SHARE = 0.1
"""Gold is never more than this share of a project's tasks: nobody should come to expect it."""


def gold_room(given: GoldGiven, new: int) -> int:
    """How many more tasks of a project may be gold.

    Args:
        given: what it has.
        new: tasks that it is about to get and that are not gold.
    """
    return max(0, int((given.tasks + new) * GOLD_SHARE) - given.gold)


def draw_gold(config: AnnotationConfig, side: Side, chosen: Sequence[Waiting], gold: Collection[str]) -> list[Waiting]:
    """Those of the next tasks of a side whose images become gold, so that a second look settles their truth first.

    Args:
        config: whose ``gold`` is the share of images.
        side: only side A draws; side B follows it.
        chosen: the next tasks.
        gold: ids of images that are gold already.
    """
    if side is not Side.A:
        return []
    return [item for item in chosen if item.image_id not in gold and drawn_as_gold(config, item.image_id)]
