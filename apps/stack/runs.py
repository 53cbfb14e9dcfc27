"""Whether the deployments' runs are made, taken and finished: a schedule that is registered may still never fire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import yaml

from adapters.prefect_server.deployments import Deployment
from workbench.settings import ROOT

LATE = timedelta(minutes=5)
"""A run that waits longer is late: a worker asks for runs every 15 seconds, and long ones may fill it for some minutes."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why work stands still, and what mends it."""

    what: str
    repair: str


def expected_names() -> set[str]:
    """Names of the deployments in prefect.yaml."""
    config = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    return {str(deployment["name"]) for deployment in config["deployments"]}


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


def _minutes(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
