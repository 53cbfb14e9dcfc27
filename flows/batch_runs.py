"""Batch runs: runs of a deployment that any worker of its pool takes, beside the run that they help (design D12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast
from uuid import UUID

import httpx
from prefect.client import orchestration
from prefect.client.schemas import filters
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.deployments import run_deployment
from prefect.exceptions import PrefectException

DUE_OR_AT_WORK = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
WENT_WRONG = [StateType.FAILED, StateType.CRASHED]
MOST_WRONG = 3
"""Batch runs of one run that may go wrong before it starts no more: what stops them stops the next one too."""


def top_up(name: str, parameters: Mapping[str, str], most: int | None, started: list[UUID]) -> int:
    """Starts batch runs of a deployment, so that as many are due or at work as there may be, whoever started them.

    Args:
        name: of the flow and of its deployment.
        parameters: of the runs, beside the ``parent`` that they help.
        most: how many there may be; None for one a worker of the pool that is online, but for one: a machine alone starts none.
        started: ids of those that this run has started; what it starts is added.

    Returns:
        How many are due or at work; 0 also where Prefect does not answer or knows no such deployment.
    """
    context = FlowRunContext.get()
    if not (context and context.flow_run) or most == 0:
        return 0
    try:
        with orchestration.get_client(sync_client=True) as client:
            found = client.read_deployment_by_name(f"{name}/{name}")
            if most is None:
                online = client.read_workers_for_work_pool(found.work_pool_name or "", filters.WorkerFilter(
                    status=filters.WorkerFilterStatus(any_=["ONLINE"])))
                most = max(0, len(online) - 1)
            there = len(client.read_flow_runs(limit=most + 1, flow_run_filter=filters.FlowRunFilter(
                deployment_id=filters.FlowRunFilterDeploymentId(any_=[found.id]), state=_in(DUE_OR_AT_WORK))))
            wrong = len(client.read_flow_runs(flow_run_filter=filters.FlowRunFilter(
                id=filters.FlowRunFilterId(any_=list(started)), state=_in(WENT_WRONG)))) if started else 0
        for _ in range(most - there if wrong < MOST_WRONG else 0):
            told = {**parameters, "parent": str(context.flow_run.id)}
            # No sub-flow: where the parent dies, its batch runs live on.
            started.append(cast(FlowRun, run_deployment(found.id, parameters=told, timeout=0, as_subflow=False)).id)
            there += 1
    except (httpx.HTTPError, PrefectException):
        return 0
    return there


def _in(states: list[StateType]) -> filters.FlowRunFilterState:
    return filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=states))
