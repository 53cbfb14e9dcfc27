"""What Prefect's server knows of newer runs of a deployment."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
from prefect.client.schemas import filters
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException

from flows.quick_client import quick_client

LOOKED_AT = 20
"""Newest runs that are looked at; runs of a deployment have the same parameters unless somebody started them by hand."""
DOES_THE_WORK = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.COMPLETED]
"""States of a run that does the work, will do it or has done it."""


def newer_run() -> str | None:
    """Name of a newer run of this run's deployment, with the same parameters, that is due, at work or done.

    None also where this run has no deployment, as one that a person started in this process, or where Prefect does not answer.
    """
    context = FlowRunContext.get()
    own = context.flow_run if context else None
    if own is None or own.deployment_id is None or own.expected_start_time is None:
        return None
    wanted = filters.FlowRunFilter(
        deployment_id=filters.FlowRunFilterDeploymentId(any_=[own.deployment_id]),
        expected_start_time=filters.FlowRunFilterExpectedStartTime(after_=own.expected_start_time, before_=datetime.now(UTC)),
        state=filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=DOES_THE_WORK)))
    try:
        with quick_client() as client:
            found = client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=LOOKED_AT)
    except (httpx.HTTPError, PrefectException):
        return None
    mine = own.expected_start_time, str(own.id)
    return next((run.name for run in found if run.expected_start_time and (run.expected_start_time, str(run.id)) > mine
                 and run.parameters == own.parameters), None)
