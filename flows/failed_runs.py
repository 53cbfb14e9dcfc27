"""A run that ends with an error: one sentence in its state, the traceback in a file, and none in its log."""

from __future__ import annotations

import logging
from typing import Any

from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.logging import get_run_logger
from prefect.states import Failed

from saegim.failures import in_words, is_ours, keep_trace


def failed(error: Exception) -> State[Any]:
    """Prefect's state of a run that an error has ended; the run's log names the file with the traceback."""
    sentence = in_words(error)
    kept = keep_trace(error)
    # A person who started it in a terminal reads it there, from the command.
    level = logging.ERROR if by_a_worker() else logging.INFO
    get_run_logger().log(level, "%s\nThe traceback is in %s", sentence, kept or "no file")
    return Failed(message=sentence, data=error)


def by_a_worker() -> bool:
    """Whether a worker has started this run, and no person in a terminal."""
    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.deployment_id)


class WithoutTraceback(logging.Filter):
    """Errors of ours in a batch's log: the run says them in one sentence, and where its traceback is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Leaves out the traceback, and makes what the run will say again no error of its own."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and is_ours(error):
            return False
        if record.getMessage().startswith("Finished in state Failed"):
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        return True


logging.getLogger("prefect.task_runs").addFilter(WithoutTraceback())
