"""A full cycle does each verb once: what it exports, it evaluates itself, and no deployment of evaluate does so again."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId

from flows.export import export
from flows.full_cycle import full_cycle
from tests import accepted_images as made
from tests.services.conftest import World, recorded
from workbench.settings import load_settings


def started_by(client: SyncPrefectClient, state_id: UUID) -> list[dict[str, Any]]:
    """What automations did because a run came into a state; the event of that has the state's id."""
    answer = client._client.post("/events/filter", json={"filter": {
        "event": {"name": ["prefect.automation.action.triggered"]}, "related": {"id": [f"prefect.event.{state_id}"]}}})
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


def test_a_full_cycle_evaluates_once(world: World) -> None:
    for seed in range(2):
        made.put(world.bench, seed)
    with world.inside(), recorded(load_settings()), get_client(sync_client=True) as client:
        whole = full_cycle(return_state=True)
        children = client.read_flow_runs(flow_run_filter=FlowRunFilter(
            parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[whole.state_details.flow_run_id])))
        verbs = Counter(client.read_flow(child.flow_id).name.partition(" ")[0] for child in children)
        assert verbs == dict.fromkeys(("ingest", "prelabel", "label", "collect", "export", "evaluate", "score"), 1)
        [exported] = [child for child in children if client.read_flow(child.flow_id).name.startswith("export")]
        made.put(world.bench, 2)
        alone = export(return_state=True)  # an export by itself is evaluated by the deployment
        until = time.monotonic() + 300
        while not started_by(client, alone.id) and time.monotonic() < until:
            time.sleep(1)
        assert len(started_by(client, alone.id)) == 1
        assert exported.state and not started_by(client, exported.state.id)
