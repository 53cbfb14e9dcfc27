"""A run is noted in the ledger: when it begins, and how it ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from prefect.context import FlowRunContext
from prefect.exceptions import TerminationSignal

from datastore.ledger import Ledger
from saegim.failures import in_words
from schemas.errors import SaegimError
from schemas.runs import RunState, VerbRun
from workbench.report import Report
from workbench.settings import load_settings
from workbench.verb_runs import begin_run, end_run

R = TypeVar("R", bound=Report)
ENDED = "It was cancelled, or its worker or its terminal ended it. What it had done stays: the next run goes on from there."


class NotedRun:
    """The flow run that this code is in, as the ledger knows it.

    Args:
        verb: its name, such as ``ingest``.
    """

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._run: VerbRun | None = None

    def begin(self) -> None:
        """Notes it once; errors are those of the ledger."""
        context = FlowRunContext.get()
        own = context.flow_run if context else None
        if self._run or own is None:
            return
        parent = own.parameters.get("parent")
        self._run = begin_run(Ledger(load_settings().ledger), str(own.id), self._verb, own.name, str(parent) if parent else None)

    def to_its_end(self, call: Callable[[], R]) -> R:
        """Calls, and notes how that ended; where the ledger cannot be had by then, the run counts as dead later."""
        try:
            report = call()
        except BaseException as error:
            cancelled = isinstance(error, KeyboardInterrupt | SystemExit | TerminationSignal | asyncio.CancelledError)
            self._end(RunState.CANCELLED if cancelled else RunState.FAILED, error=ENDED if cancelled else in_words(error))
            raise
        self._end(RunState.GAVE_WAY if report.gave_way else RunState.COMPLETED, report)
        return report

    def _end(self, state: RunState, report: Report | None = None, error: str | None = None) -> None:
        if self._run:
            with contextlib.suppress(SaegimError, OSError):
                end_run(Ledger(load_settings().ledger), self._run, state, report, error)
