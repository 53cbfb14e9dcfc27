"""watch: dead runs and claims are swept, old runs forgotten, the morning is looked at, and new troubles are told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from adapters.prefect_server.events import OwnEvent, emit
from adapters.prefect_server.flow_runs import ToldState, states_of
from datastore.ledger import leases, runs
from schemas.morning import MorningTrouble
from schemas.runs import RunState, VerbRun
from workbench.alerts import MADE_BY_AUTOMATIONS, event_of
from workbench.bench import Workbench, prefect_of
from workbench.morning.look import look
from workbench.report import WatchReport

KEPT = timedelta(days=30)
"""So long the ledger remembers runs; of each verb the newest in each state stays."""
UNKNOWN_AFTER = timedelta(minutes=10)
"""A run that Prefect does not know, so long after it began, is of a server that is gone."""
ENDINGS = {"CRASHED": RunState.DEAD, "CANCELLED": RunState.CANCELLED, "CANCELLING": RunState.CANCELLED,
           "FAILED": RunState.FAILED, "COMPLETED": RunState.COMPLETED}
"""What Prefect's states say of a run that the ledger still has at work."""
UNSEEN = "Its counts are not known: the ledger could not be had when it ended."


def keep_watch(bench: Workbench) -> WatchReport:
    """Sweeps, forgets, looks, and tells Prefect of each trouble that was not there when the last watch completed.

    Raises:
        httpx.HTTPError: Prefect does not answer; what was not told is told by the next watch.
    """
    now = datetime.now(UTC)
    report = WatchReport(claims=leases.sweep(bench.ledger), ended=_end_dead_runs(bench, now))
    report.forgotten = runs.forget_before(bench.ledger, now - KEPT)
    report.morning = look(bench, now)
    report.troubles = tuple(report.morning.troubles)
    last = runs.newest_runs(bench.ledger, [report.verb], [RunState.COMPLETED]).get(report.verb)
    begun = new_troubles(report.troubles, last.counts if last else {})
    with prefect_of(bench.settings) as client:
        emit(client, [event_about(trouble) for trouble in begun if trouble.kind is not MADE_BY_AUTOMATIONS])
    report.notes = [_told(trouble) for trouble in begun]
    return report


def new_troubles(troubles: Iterable[MorningTrouble], before: Mapping[str, int]) -> list[MorningTrouble]:
    """Those that were not there before.

    Args:
        troubles: of now.
        before: the counts of the watch before.
    """
    return [trouble for trouble in troubles if WatchReport.said_of(trouble) not in before]


def ended(run: VerbRun, told: ToldState | None, now: datetime) -> VerbRun | None:
    """A run that the ledger has at work, as it ended; None where it is at work.

    Args:
        run: whose process is not seen to be dead.
        told: what Prefect says of it; None where it does not know it.
        now: the moment.
    """
    if told is None:
        if now - run.started_at < UNKNOWN_AFTER:
            return None
        return replace(run, state=RunState.DEAD, ended_at=now, error="Prefect knows nothing of it: its server is gone.")
    state = ENDINGS.get(told.type)
    if state is None:
        return None
    note = (UNSEEN,) if state is RunState.COMPLETED else ()
    return replace(run, state=state, ended_at=now, notes=note, error=None if note else told.message or None)


def _end_dead_runs(bench: Workbench, now: datetime) -> int:
    """Notes how runs ended that could not say it themselves. Returns how many."""
    left = runs.at_work(bench.ledger)
    dead = [replace(run, state=RunState.DEAD, ended_at=now, error="Its process was killed.")
            for run in left if leases.is_dead(run.holder)]
    others = [run for run in left if not leases.is_dead(run.holder)]
    with prefect_of(bench.settings) as client:
        told = states_of(client, [run.run_id for run in others])
    gone = [run for other in others if (run := ended(other, told.get(other.run_id), now))]
    return sum(runs.end(bench.ledger, run) for run in [*dead, *gone])


def event_about(trouble: MorningTrouble) -> OwnEvent:
    """What tells Prefect of a trouble: what its automation ``saegim-alert-troubles`` waits for."""
    said = {"text": f"Saegim: {_told(trouble)}", "kind": str(trouble.kind), "about": trouble.about, "what": trouble.what,
            "repair": trouble.repair, "since": trouble.since.isoformat() if trouble.since else ""}
    return OwnEvent(event_of(trouble.kind), f"saegim.{trouble.kind}.{trouble.about}", said)


def _told(trouble: MorningTrouble) -> str:
    return f"{trouble.what.rstrip('.')}. {trouble.repair}"
