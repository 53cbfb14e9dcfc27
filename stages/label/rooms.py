"""How many tasks a project is topped up by."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from schemas.recipes.annotation_config import QueueDepth

RATE_DAYS = 7
"""The rate of an annotator's work is taken over a week: every weekday is in it once."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many tasks a project is topped up by, and why.

    Attributes:
        new: how many more it takes.
        open: how many are open or planned.
        wanted: how many are to be open.
    """

    new: int
    open: int
    wanted: int


def measure_room(depth: QueueDepth, open_tasks: int, a_day: float | None) -> Room:
    """Room for about as many open tasks as people answer in the config's days.

    Args:
        depth: how deep the queue is kept.
        open_tasks: that nobody has answered, planned ones too.
        a_day: answered tasks a day over the last ``RATE_DAYS``; None where there is no history.
    """
    wanted = max(depth.at_least, ceil((a_day or 0) * depth.days))
    return Room(max(0, wanted - open_tasks), open_tasks, wanted)
