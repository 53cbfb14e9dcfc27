"""How a Prefect server ages: its oldest event; and when runs of a deployment are planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
"""Without a moment Prefect looks at the last 180 days only."""
PLANNED = 5


def oldest_event(client: httpx.Client) -> datetime | None:
    """When the oldest event happened that the server keeps; None where it keeps none.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    found: list[dict[str, Any]] = _asked(client, "events/filter", {
        "filter": {"occurred": {"since": LONG_AGO.isoformat()}, "order": "ASC"}, "limit": 1})["events"]
    return _moment(found[0]["occurred"]) if found else None


def planned_runs(client: httpx.Client, deployment: str) -> list[datetime]:
    """When the next runs of a deployment are due, the first one first.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    found: list[dict[str, Any]] = _asked(client, "flow_runs/filter", {
        "deployments": {"name": {"any_": [deployment]}}, "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "sort": "EXPECTED_START_TIME_ASC", "limit": PLANNED})
    return [_moment(run["expected_start_time"]) for run in found]


def _asked(client: httpx.Client, path: str, query: Mapping[str, Any]) -> Any:
    answer = client.post(path, json=query)
    answer.raise_for_status()
    return answer.json()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
