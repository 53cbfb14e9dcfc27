"""Stands in for Label Studio's people: accepts every pre-label as it is, through the same API that the page uses."""

from __future__ import annotations

from collections.abc import Callable

from adapters.label_studio.codec import to_prediction
from adapters.label_studio.tasks import annotate, open_tasks
from datastore.ledger import model_runs, readings
from schemas.errors import SaegimError
from schemas.label_tasks import SUBJECT
from workbench.bench import Workbench

LEAD_TIME_SECONDS = 12.0


def accept_prelabels(bench: Workbench, project: int, advance: Callable[[int], None], email: str | None = None) -> int:
    """Submits each open task's prediction as its annotation; tasks that somebody annotated are left alone.

    A task that shows no pre-label is given what the model read all the same: nobody is there to read it.

    Args:
        bench: the systems.
        project: Label Studio's project id.
        advance: told how many tasks more are done.
        email: of the annotator; the token's user where left out.

    Returns:
        How many tasks were annotated.
    """
    done = 0
    run = model_runs.model_run(bench.ledger, bench.model)
    if run is None:
        raise SaegimError(f"{bench.model} has not read anything yet: saegim run prelabel")
    for task in open_tasks(bench.label_studio, project):
        result = task.prediction_result
        subject = str(task.data[SUBJECT])
        if task.prediction_id is None:
            read = readings.readings_of_run(bench.ledger, run, [subject])
            result = to_prediction(read[subject], bench.annotation_config)["result"]
        annotate(bench.label_studio, task.task_id, result, LEAD_TIME_SECONDS, task.prediction_id, email)
        done += 1
        advance(1)
    return done
