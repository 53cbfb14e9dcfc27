"""Each run of a verb is noted in the ledger when it begins and when it ends: the morning page tells the night from there."""

from __future__ import annotations

import platform
import shutil
from dataclasses import replace
from datetime import UTC, datetime

from datastore.ledger import Ledger, leases, runs
from saegim.settings import home
from schemas.runs import RunState, VerbRun
from workbench.report import Report


def begin_run(ledger: Ledger, run_id: str, verb: str, name: str, parent: str | None = None) -> VerbRun:
    """Notes a run of this process that begins now, or begins again under its id."""
    run = VerbRun(run_id, verb, name, datetime.now(UTC), parent, platform.node(), leases.own_holder())
    runs.begin(ledger, run)
    return run


def end_run(ledger: Ledger, run: VerbRun, state: RunState, report: Report | None = None, error: str | None = None) -> None:
    """Notes how a run of this process ended.

    Args:
        ledger: where.
        run: as ``begin_run`` gave it.
        state: how it ended.
        report: what it did; None where an error ended it.
        error: that error, in one sentence.
    """
    counts = {said: count for said, count in report.counts.items() if count} if report else {}
    runs.end(ledger, replace(run, state=state, ended_at=datetime.now(UTC), counts=counts, error=error,
                             notes=tuple(report.notes) if report else (), free_bytes=free_bytes()))


def free_bytes() -> int | None:
    """Of the disk of this machine's state folder; None where that cannot be told."""
    try:
        return shutil.disk_usage(home() if home().exists() else home().parent).free
    except OSError:
        return None
