"""Runs that Prefect takes to be at work although nobody works at them: killed together with their worker, or by a power cut.

Prefect itself crashes a run that falls silent (``workbench/alerts.py``), wherever it ran, but only after minutes. What this
machine can see to be dead, ``saegim up`` marks at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import psutil

FLOW_RUN = "PREFECT__FLOW_RUN_ID"
"""Environment variable of the process of a worker's run."""
MESSAGE = "Its process was killed together with its worker. What it had done stays: the next run goes on from there."
PAGE = 200
"""Prefect gives so many runs at once, at most."""


def mark_dead_runs(client: httpx.Client, workers: Mapping[str, datetime | None]) -> list[str]:
    """Marks the runs of this machine's workers as crashed that have no process any more, and the runs within them.

    Args:
        client: of the Prefect server.
        workers: names of this machine's workers, each with the time at which it was started; None where it does not run.

    Returns:
        Names of the runs.
    """
    dead = are_dead(_at_work(client, {}), _ids_of_processes(), workers)
    for run in dead:  # grows while it is gone through: runs within runs within it
        dead += _at_work(client, {"parent_flow_run_id": {"any_": [run["id"]]}})
    for run in dead:  # the server leaves one alone that has ended in the meantime
        client.post(f"flow_runs/{run['id']}/set_state", json={
            "state": {"type": "CRASHED", "name": "Crashed", "message": MESSAGE}, "force": False}).raise_for_status()
    return [run["name"] for run in dead]


def are_dead(runs: Iterable[Mapping[str, Any]], living: set[str],
             workers: Mapping[str, datetime | None]) -> list[dict[str, Any]]:
    """Those of the runs that nobody works at.

    A run of another machine's worker, or one that a person started in a terminal, is none of them: nothing is known of it here.
    One that its worker is about to start has no process yet, but its state is younger than the worker.

    Args:
        runs: that are pending, running or being cancelled, as Prefect's API tells them.
        living: ids of the runs that have a process on this machine.
        workers: as above.
    """
    dead = []
    for run in runs:
        worker = str((run["labels"] or {}).get("prefect.worker.name"))
        if worker not in workers or run["parent_task_run_id"] or run["id"] in living:
            continue
        started = workers[worker]
        if run["state"]["type"] == "PENDING" and started and _moment(run["state"]["timestamp"]) >= started:
            continue
        dead.append(dict(run))
    return dead


def _at_work(client: httpx.Client, which: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Runs that have begun and not ended, oldest first."""
    found: list[dict[str, Any]] = []
    while True:
        answer = client.post("flow_runs/filter", json={
            "flow_runs": {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}, **which},
            "sort": "EXPECTED_START_TIME_ASC", "limit": PAGE, "offset": len(found)})
        answer.raise_for_status()
        found += answer.json()
        if len(answer.json()) < PAGE:
            return found


def _ids_of_processes() -> set[str]:
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and (run := process.environ().get(FLOW_RUN)):
                found.add(run)
    return found


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
