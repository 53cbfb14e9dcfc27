"""One run of the same work a worker: batch runs must not fill the places where `collect` and `watch` run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ParamSpec, TypeVar, cast
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.context import FlowRunContext
from prefect.exceptions import PrefectException

from flows.quick_client import quick_client
from flows.run_filters import runs_by_id, runs_of
from workbench.report import Report

P = ParamSpec("P")
R = TypeVar("R", bound=Report)
WORKER = "prefect.worker.name"
KIND = "prefect.worker.type"
"""Labels that a worker gives its runs."""
RUNNING = [StateType.RUNNING]
SAID = "Ended here: this machine works at it already, and its other places are for other verbs."


def one_a_worker(verb: Callable[P, R]) -> Callable[P, R]:
    """A batch run that ends at once where its worker has its parent, or another batch run that came before."""

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        context = FlowRunContext.get()
        if context and context.flow_run and is_second(context.flow_run.id, _at_work(context.flow_run)):
            get_run_logger().info(SAID)
            return cast(R, Report(verb=verb.__name__.replace("_", "-"), notes=[SAID], gave_way=True))
        return verb(*args, **kwargs)

    return run


def is_second(own: UUID, at_work: Sequence[tuple[UUID, Mapping[str, Any]]]) -> bool:
    """Whether a process worker has one before this run, of (id, labels) in order; others' runs are on machines of their own."""
    mine = next((labels for name, labels in at_work if name == own), {})
    if mine.get(KIND) != "process":
        return False
    return next(name for name, labels in at_work if labels.get(WORKER) == mine[WORKER]) != own


def _at_work(own: FlowRun) -> list[tuple[UUID, Mapping[str, Any]]]:
    """The parent, then the batch runs in order of their start; none where Prefect does not answer."""
    try:
        asked = [runs_by_id([UUID(str(own.parameters["parent"]))], RUNNING)]
        asked += [runs_of(own.deployment_id, RUNNING)] if own.deployment_id else []
        with quick_client() as client:
            pages = [client.read_flow_runs(flow_run_filter=one, limit=200) for one in asked]
    except (httpx.HTTPError, PrefectException, KeyError, ValueError):
        return []
    return [(run.id, run.labels) for page in pages for run in sorted(page, key=lambda run: (str(run.start_time), str(run.id)))]
