"""What a Prefect server knows of its deployments: their schedules, their next and their last run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that has ended: Prefect's type of its last state, when, and what it said."""

    name: str
    state: str
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment as the Prefect server knows it.

    Attributes:
        name: its name.
        scheduled: whether it has a schedule.
        paused: whether somebody paused it.
        next_at: when its earliest run that has not begun was or is due; None where none is planned.
        last: its run that ended last; None where none ever did.
    """

    name: str
    scheduled: bool
    paused: bool
    next_at: datetime | None
    last: Ended | None

    @property
    def fires(self) -> bool:
        """Whether runs of it are to be made by themselves."""
        return self.scheduled and not self.paused


def read_deployments(client: httpx.Client) -> list[Deployment]:
    """All deployments of a Prefect server, with their next and their last run.

    Raises:
        httpx.HTTPError: it does not answer.
    """
    found = _asked(client, "deployments/filter", {})
    return [Deployment(
        item["name"], any(schedule["active"] for schedule in item["schedules"]), bool(item["paused"]),
        next((_moment(run["expected_start_time"]) for run in _runs(client, item["id"], ["SCHEDULED"],
                                                                   "EXPECTED_START_TIME_ASC")), None),
        next((Ended(run["name"], run["state_type"], _moment(run["end_time"] or run["expected_start_time"]),
                    str((run["state"] or {}).get("message") or ""))
              for run in _runs(client, item["id"], ENDED, "END_TIME_DESC")), None)) for item in found]


def _asked(client: httpx.Client, path: str, query: Mapping[str, Any]) -> list[dict[str, Any]]:
    answer = client.post(path, json=query)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def _runs(client: httpx.Client, deployment: str, states: Sequence[str], order: str) -> list[dict[str, Any]]:
    """The first run of a deployment in some states, in an order."""
    return _asked(client, "flow_runs/filter", {
        "flow_runs": {"deployment_id": {"any_": [deployment]}, "state": {"type": {"any_": list(states)}}},
        "sort": order, "limit": 1})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
