"""Stands in for Label Studio's people: accepts every pre-label as it is, through the same API that the page uses."""

from __future__ import annotations

from collections.abc import Callable

from flows.workbench import Workbench

LEAD_TIME_SECONDS = 12.0


def accept_prelabels(bench: Workbench, project: int, advance: Callable[[int], None]) -> int:
    """Submits each open task's prediction as its annotation; tasks that somebody annotated are left alone.

    Args:
        bench: the systems.
        project: Label Studio's project id.
        advance: told how many tasks more are done.

    Returns:
        How many tasks were annotated.
    """
    done = 0
    for task in bench.label_studio.open_tasks(project):
        bench.label_studio.annotate(task.task_id, task.prediction_result, LEAD_TIME_SECONDS, task.prediction_id)
        done += 1
        advance(1)
    return done
