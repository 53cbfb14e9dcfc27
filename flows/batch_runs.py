"""Batch runs: runs of a deployment that any worker of its pool takes, beside the run that they help (design D12)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.client.schemas import filters
from prefect.client.schemas.objects import StateType
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException

from flows.quick_client import quick_client
from flows.run_filters import runs_by_id, runs_of
from saegim.failures import in_words

DUE_OR_AT_WORK = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
WENT_WRONG = [StateType.FAILED, StateType.CRASHED]
AT_ONCE = 50  # started by one question: the leases of the run that asks are renewed between two
MOST_WRONG = 3
"""Batch runs of one run that may go wrong before it starts no more: what stops them stops the next one too."""
EACH = 10  # starts for each that there may be: one whose worker works at it already ends at once, again and again


def top_up(name: str, parameters: Mapping[str, str | list[str]], most: int | None, started: list[UUID]) -> int:
    """Starts batch runs of a deployment, so that as many are due or at work as there may be, whoever started them.

    Args:
        name: of the flow and of its deployment.
        parameters: of the runs, beside their ``parent``.
        most: how many there may be; None for one a worker of the pool that is online but one: a machine alone starts none.
        started: ids of those that this run has started; what it starts is added.

    Returns:
        How many are due or at work; 0 also where Prefect does not answer or knows no such deployment.
    """
    context = FlowRunContext.get()
    if not (context and context.flow_run) or most == 0:
        return 0
    try:
        with quick_client() as client:
            found = client.read_deployment_by_name(f"{name}/{name}")
            if most is None:
                online = client.read_workers_for_work_pool(found.work_pool_name or "", filters.WorkerFilter(
                    status=filters.WorkerFilterStatus(any_=["ONLINE"])))
                most = max(0, len(online) - 1)
            # Counted by the server: it lists no more than 200 at once.
            there = client.count_flow_runs(flow_run_filter=runs_of(found.id, DUE_OR_AT_WORK))
            wrong = client.count_flow_runs(flow_run_filter=runs_by_id(started, WENT_WRONG)) if started else 0
            for _ in range(min(AT_ONCE, most - there, EACH * most - len(started)) if wrong < MOST_WRONG else 0):
                # No sub-flow: where the parent dies, its batch runs live on.
                told = {**parameters, "parent": str(context.flow_run.id)}
                started.append(client.create_flow_run_from_deployment(found.id, parameters=told).id)
                there += 1
    except (httpx.HTTPError, PrefectException) as error:
        get_run_logger().warning("No batch runs could be asked for: %s", in_words(error))
        return 0
    return there
