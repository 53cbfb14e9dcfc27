"""The right to change the tasks of a project: one run at a time has it."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.label_studio.tasks import delete_untouched
from datastore.ledger import Ledger, leases, outbox
from datastore.ledger.leases import Lease
from schemas.errors import LeaseLost
from schemas.label_tasks import Project
from workbench.bench import Workbench


def claim_project(ledger: Ledger, project: Project, seconds: int) -> Lease:
    """The right to push to a project.

    Args:
        ledger: where leases are.
        project: which.
        seconds: how long the run may be silent before another one gets the right.

    Raises:
        LeaseLost: another run has it.
    """
    lease = leases.claim(ledger, "push", [f"project {project.key}"], seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is pushing to project {project.number} right now; what is new will go with it or the next.")
    return lease


def take_back(bench: Workbench, project: Project, open_tasks: Mapping[str, int | None]) -> int:
    """Removes tasks of a project that nobody has begun; returns how many.

    Args:
        bench: the systems.
        project: whose.
        open_tasks: task id by subject; None for one that was never posted. One with an unknown outcome must not be among them.

    Raises:
        LeaseLost: another run changes the project's tasks.
    """
    lease = claim_project(bench.ledger, project, bench.settings.lease_seconds)
    try:
        gone = [subject for subject, task_id in open_tasks.items()
                if task_id is None or delete_untouched(bench.label_studio, project.number, task_id)]
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            outbox.drop(connection, project.key, gone)
    finally:
        leases.release(bench.ledger, lease)
    return len(gone)
