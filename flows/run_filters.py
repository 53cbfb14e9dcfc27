"""Which runs Prefect's server is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect.client.schemas import filters
from prefect.client.schemas.objects import StateType


def runs_of(deployment: UUID, states: Sequence[StateType]) -> filters.FlowRunFilter:
    """Runs of a deployment that are in one of some states."""
    return filters.FlowRunFilter(deployment_id=filters.FlowRunFilterDeploymentId(any_=[deployment]), state=_in(states))


def runs_by_id(ids: Sequence[UUID], states: Sequence[StateType]) -> filters.FlowRunFilter:
    """Runs with one of some ids that are in one of some states."""
    return filters.FlowRunFilter(id=filters.FlowRunFilterId(any_=list(ids)), state=_in(states))


def _in(states: Sequence[StateType]) -> filters.FlowRunFilterState:
    return filters.FlowRunFilterState(type=filters.FlowRunFilterStateType(any_=list(states)))
