"""Whether the deployments' runs are made, taken and finished: a schedule that is registered may still never fire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import yaml

from workbench.settings import ROOT

LATE = timedelta(minutes=5)
"""A run that waits longer is late: a worker asks for runs every 15 seconds, and long ones may fill it for some minutes."""
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


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why work stands still, and what mends it."""

    what: str
    repair: str


def expected_names() -> set[str]:
    """Names of the deployments in prefect.yaml."""
    config = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    return {str(deployment["name"]) for deployment in config["deployments"]}


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


def troubles(deployments: Iterable[Deployment], expected: set[str], now: datetime) -> list[Trouble]:
    """What stands still, or went wrong the last time.

    Args:
        deployments: as the server knows them.
        expected: the names that there should be.
        now: the server's time.
    """
    known = list(deployments)
    found = []
    if missing := sorted(expected - {item.name for item in known}):
        found.append(Trouble(f"not registered: {', '.join(missing)}", "saegim up, or: prefect deploy --all"))
    if never := [item.name for item in known if item.fires and item.next_at is None]:
        found.append(Trouble(f"no run is planned of {', '.join(never)}: Prefect's scheduler does not work",
                             "saegim down, then saegim up; .saegim/stack/logs/prefect-server.log says what it fails on"))
    if late := {item.name: now - item.next_at for item in known if item.fires and item.next_at and now - item.next_at > LATE}:
        waits = ", ".join(f"{name} {_minutes(by)}" for name, by in late.items())
        found.append(Trouble(f"runs wait for a worker: {waits}", "saegim up starts the workers; "
                             ".saegim/stack/logs/worker-cpu.log and worker-gpu.log say what they do"))
    found += [Trouble(f"the last run of {item.name} ({item.last.name}) {item.last.state.lower()}: {item.last.message[:300]}",
                      f"do what it says, then: saegim run {item.name}")
              for item in known if item.last and item.last.state != "COMPLETED"]
    return found


def summary(deployments: Sequence[Deployment], now: datetime) -> str:
    """How the schedules go, in one line."""
    firing = [item for item in deployments if item.fires]
    if not firing:
        return "schedules are off: saegim up turns them on"
    told = [f"{item.name} {f'{_minutes(now - item.last.at)} ago' if item.last else 'not yet'}" for item in firing]
    paused = [item.name for item in deployments if item.scheduled and item.paused]
    return f"finished last: {', '.join(told)}" + (f"; paused: {', '.join(paused)}" if paused else "")


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


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
