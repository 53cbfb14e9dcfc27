"""How a run ends: it waits for services that do not answer and goes on; what stops it is said in one sentence."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, cast

import httpx
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.exceptions import MissingContextError
from prefect.logging import get_run_logger
from prefect.settings import PREFECT_API_URL
from prefect.states import Failed

from saegim import patience
from saegim.errors import StorageUnavailable
from saegim.failures import in_words, is_ours, keep_trace
from saegim.patience import ride_out
from schemas.errors import ServiceUnavailable, Transient
from workbench.report import Report

P = ParamSpec("P")

TAKEN_UP = "A service did not answer in between: the run was taken up again and counts what it did since."
AT_A_TERMINAL = 10.0
"""Seconds that a run waits there for a service that has not answered it yet: a person may have mistyped its address."""


def to_its_end(verb: Callable[P, Report]) -> Callable[P, Report]:
    """A verb that is begun again where an error is Transient, which changes nothing that is done already (invariant I4).

    Where it ends with an error its state says so in one sentence, and the traceback is in a file that the log names: what the
    verb returns then is Prefect's failed state, of which Prefect raises the error to a caller in this process.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> Report:
        if FlowRunContext.get() is None:  # a test that looks at the function
            return verb(*args, **kwargs)
        tries = 0

        def once() -> Report:
            nonlocal tries
            tries += 1
            try:
                return verb(*args, **kwargs)
            except httpx.HTTPError as error:  # the other services' clients have errors of ours
                raise ServiceUnavailable("Prefect", str(PREFECT_API_URL.value()), str(error), "SAEGIM_PREFECT_API_URL") from error

        with patience.unattended(patience.SECONDS if _by_a_worker() else AT_A_TERMINAL), _said_by_the_run():
            try:
                report = ride_out(once, (Transient, StorageUnavailable))
            except Exception as error:
                return cast(Report, _failed(error))
        if tries > 1:
            report.notes.append(TAKEN_UP)
        return report

    return run


def _failed(error: Exception) -> State[Any]:
    sentence, kept = in_words(error), keep_trace(error)
    logger = get_run_logger()
    # A person who started it in a terminal reads it there, from the command.
    logger.log(logging.ERROR if _by_a_worker() else logging.INFO, "%s\nThe traceback is in %s", sentence, kept or "no file")
    return Failed(message=sentence, data=error)


def _by_a_worker() -> bool:
    context = FlowRunContext.get()
    return bool(context and context.flow_run and context.flow_run.deployment_id)


@contextmanager
def _said_by_the_run() -> Iterator[None]:
    """What is said of waiting goes to the run's log, from whatever thread."""
    try:
        logger = get_run_logger()
    except MissingContextError:
        yield
        return
    handler = _Handler(logger)
    patience.log.addHandler(handler)
    before, patience.log.propagate = patience.log.propagate, False
    try:
        yield
    finally:
        patience.log.removeHandler(handler)
        patience.log.propagate = before


class _Handler(logging.Handler):
    """Hands records to a run's logger."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Only the innermost run says it: a verb within full-cycle has a log of its own."""
        if patience.log.handlers and patience.log.handlers[-1] is self:
            self._logger.log(record.levelno, record.getMessage())


class _WithoutTraceback(logging.Filter):
    """Errors of ours in a batch's log: the run says them in one sentence, and where its traceback is."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Leaves out the traceback, and makes what the run will say again no error of its own."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and is_ours(error):
            return False
        if record.getMessage().startswith("Finished in state Failed"):
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        return True


logging.getLogger("prefect.task_runs").addFilter(_WithoutTraceback())
