"""What the local stack's Prefect is told, so that it costs little where there is nothing to do and forgets what is old.

Prefect 3.8 looks for late, paused and orphaned runs every 5 to 20 seconds, for nobody here; and starts two processes a run,
one after the other, each of which imports Prefect. docs/running.md has what that came to.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import httpx

FORGETS = {
    # The ledger keeps what a morning needs of its runs; Prefect is asked for the last weeks alone. What is freed is used again.
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1D",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "1209600",  # seconds: 14 days, so that the last weekly export is known
}
"""How long the server keeps runs, with their states, logs and artifacts, and events."""
SERVER = {
    **FORGETS,
    "PREFECT_SERVER_SERVICES_CANCELLATION_CLEANUP_LOOP_SECONDS": "120",
    "PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_FOREMAN_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS": "30",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_REPOSSESSOR_LOOP_SECONDS": "60",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "300",  # runs are planned for an hour ahead
    "PREFECT_SERVER_SERVICES_SCHEDULER_RECENT_DEPLOYMENTS_LOOP_SECONDS": "20",
}
"""What the server does by itself, and how often."""
WORKER = {"PREFECT_WORKER_QUERY_SECONDS": "15", "PREFECT_WORKER_PREFETCH_SECONDS": "15"}
"""How often a worker asks for runs, and how long before their time it takes them."""


def start_runs_at_once(client: httpx.Client, pool: str, command: Sequence[str]) -> None:
    """Lets the workers of a pool start a run's own process, not first one that finds out where it works: the run can do that.

    Args:
        client: of the server; its workers are all of this machine, for the template of the pool gets paths of this one.
        pool: of type process.
        command: what starts a run's process.
    """
    answer = client.get(f"work_pools/{pool}")
    answer.raise_for_status()
    template = answer.json()["base_job_template"]
    variable, wanted = template["variables"]["properties"]["command"], shlex.join(command)
    if variable.get("default") != wanted:
        variable["default"] = wanted
        client.patch(f"work_pools/{pool}", json={"base_job_template": template}).raise_for_status()
