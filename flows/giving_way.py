"""An older run gives way to a newer one of its deployment: what keeps late runs from piling up, with no limit of Prefect's.

A slot of such a limit never comes back when a run and its server die together, and every later run is cancelled in silence
(measured on Prefect 3.8.8). What two runs at once would harm, leases of the ledger keep apart (design D3).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException

from workbench.report import Report
from workbench.run import say

P = ParamSpec("P")

LOOKED_AT = 20
"""Newest runs that are looked at; runs of a deployment have the same parameters unless somebody started them by hand."""


def gives_way(verb: Callable[P, Report]) -> Callable[P, Report]:
    """A verb that ends at once where a newer run of its deployment does the same work, has done it, or is due."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> Report:
        if newer := newer_run():
            say(gave_way(newer))
            return Report(verb.__name__, notes=[gave_way(newer)])
        return verb(*args, **kwargs)

    return run


def gave_way(newer: str) -> str:
    """What a run says that ends for another one."""
    return f"Ended here: the newer run {newer} of the same deployment does the rest."


def newer_run() -> str | None:
    """Name of a newer run of this run's deployment, with the same parameters, that is due, at work or done.

    None also where this run has no deployment, as one that a person started in this process, or where Prefect does not answer.
    """
    context = FlowRunContext.get()
    own = context.flow_run if context else None
    if own is None or own.deployment_id is None or own.expected_start_time is None:
        return None
    at_work = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.COMPLETED]
    try:
        with get_client(sync_client=True) as client:
            found = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(
                    deployment_id=FlowRunFilterDeploymentId(any_=[own.deployment_id]),
                    expected_start_time=FlowRunFilterExpectedStartTime(after_=own.expected_start_time, before_=datetime.now(UTC)),
                    state=FlowRunFilterState(type=FlowRunFilterStateType(any_=at_work))),
                sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=LOOKED_AT)
    except (httpx.HTTPError, PrefectException):
        return None
    mine = own.expected_start_time, str(own.id)
    return next((run.name for run in found if run.expected_start_time and (run.expected_start_time, str(run.id)) > mine
                 and run.parameters == own.parameters), None)
