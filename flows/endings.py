"""How a run ends: it waits for services that do not answer and goes on; what stops it is said in one sentence."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import httpx
from prefect.settings import PREFECT_API_URL

from flows.failed_runs import by_a_worker, failed
from flows.giving_way import gave_way_state
from flows.noted import NotedRun
from flows.run_log import waiting_is_logged
from saegim import patience
from saegim.errors import StorageUnavailable
from schemas.errors import ServiceUnavailable, Transient
from workbench.report import Report

P = ParamSpec("P")
R = TypeVar("R", bound=Report)
TAKEN_UP = "A service did not answer in between: the run was taken up again and counts what it did since."
AT_A_TERMINAL = 10.0
"""Seconds that a run waits there for a service that has not answered it yet: a person may have mistyped its address."""


def to_its_end(verb: Callable[P, R]) -> Callable[P, R]:
    """A verb that is begun again where an error is Transient, which changes nothing that is done already (invariant I4).

    Where it ends with an error its state says so in one sentence, and the traceback is in a file that the log names: what the
    verb returns then is Prefect's failed state, of which Prefect raises the error to a caller in this process.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 0
        noted = NotedRun(verb.__name__.replace("_", "-"))

        def once() -> R:
            nonlocal tries
            tries += 1
            noted.begin()
            try:
                return verb(*args, **kwargs)
            except httpx.HTTPError as error:  # the other services' clients have errors of ours
                raise ServiceUnavailable("Prefect", str(PREFECT_API_URL.value()), str(error), "SAEGIM_PREFECT_API_URL") from error

        with patience.unattended(patience.OUTAGE_SECONDS if by_a_worker() else AT_A_TERMINAL), waiting_is_logged():
            try:
                report = noted.to_its_end(lambda: patience.ride_out(once, (Transient, StorageUnavailable)))
            except Exception as error:
                return cast(R, failed(error))
        if tries > 1:
            report.notes.append(TAKEN_UP)
        return cast(R, gave_way_state(report)) if report.gave_way else report

    return run
