"""watch: dead runs and claims are swept, old runs forgotten, the morning is looked at, and new troubles are told of."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx

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
"""A flow run that Prefect does not know, so long after it began, is of a server that is gone."""
LONGEST = timedelta(days=1)
"""A run that is not Prefect's, such as a backup, and of which nothing is seen, is over so long after it began."""
ENDINGS = {"CRASHED": RunState.DEAD, "CANCELLED": RunState.CANCELLED, "CANCELLING": RunState.CANCELLED,
           "FAILED": RunState.FAILED, "COMPLETED": RunState.COMPLETED}
"""What Prefect's states say of a run that the ledger still has at work."""
SERVER_GONE = "Prefect knows nothing of it: its server is gone."
UNHEARD = "Nothing was heard of it for a day."
UNASKED = "Prefect did not say how its runs ended ({error}): the next watch asks again."
UNSEEN = "Its counts are not known: the ledger could not be had when it ended."


def keep_watch(bench: Workbench) -> WatchReport:
    """Sweeps, forgets, looks, and tells Prefect of each trouble that was not there when the last watch completed.

    Where Prefect does not take that, the report has the error among what failed: what was not told is told by the next watch.
    """
    now = datetime.now(UTC)
    report = WatchReport(claims=leases.sweep(bench.ledger), ended=_end_dead_runs(bench, now))
    try:
        report.ended += _end_unheard_runs(bench, now)
    except httpx.HTTPError as error:
        report.notes.append(UNASKED.format(error=(str(error).splitlines() or [type(error).__name__])[0]))
    report.forgotten = runs.forget_before(bench.ledger, now - KEPT)
    report.morning = look(bench, now)
    report.troubles = tuple(report.morning.troubles)
    last = runs.newest_runs(bench.ledger, [report.verb], [RunState.COMPLETED]).get(report.verb)
    begun = new_troubles(report.troubles, last.counts if last else {})
    report.notes += [_told(trouble) for trouble in begun]
    try:
        with prefect_of(bench.settings) as client:
            emit(client, [event_about(trouble) for trouble in begun if trouble.kind is not MADE_BY_AUTOMATIONS])
    except httpx.HTTPError as error:
        report.failed.append(error)
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
        known, longest = (SERVER_GONE, UNKNOWN_AFTER) if is_flow_run(run) else (UNHEARD, LONGEST)
        if now - run.started_at < longest or leases.is_alive(run.holder):
            return None
        return replace(run, state=RunState.DEAD, ended_at=now, error=known)
    state = ENDINGS.get(told.type)
    if state is None:
        return None
    note = (UNSEEN,) if state is RunState.COMPLETED else ()
    return replace(run, state=state, ended_at=now, notes=note, error=None if note else told.message or None)


def is_flow_run(run: VerbRun) -> bool:
    """Whether a run has an id of Prefect's: a UUID. It refuses to be asked about any other, with all that are asked beside it."""
    try:
        return str(uuid.UUID(run.run_id)) == run.run_id
    except ValueError:
        return False


def _end_dead_runs(bench: Workbench, now: datetime) -> int:
    """Notes the runs whose process was of this machine and has ended. Returns how many."""
    return sum(runs.end_unheard(bench.ledger, replace(run, state=RunState.DEAD, ended_at=now, error="Its process was killed."))
               for run in runs.at_work(bench.ledger) if leases.is_dead(run.holder))


def _end_unheard_runs(bench: Workbench, now: datetime) -> int:
    """Notes how other runs ended that could not say it themselves. Returns how many."""
    left = runs.at_work(bench.ledger)
    own = [run for run in left if not is_flow_run(run)]
    count = sum(runs.end_unheard(bench.ledger, run) for other in own if (run := ended(other, None, now)))
    asked = [run for run in left if is_flow_run(run)]
    with prefect_of(bench.settings) as client:
        told = states_of(client, [run.run_id for run in asked])
    return count + sum(runs.end_unheard(bench.ledger, run) for other in asked
                       if (run := ended(other, told.get(other.run_id), now)))


def event_about(trouble: MorningTrouble) -> OwnEvent:
    """What tells Prefect of a trouble: what its automation ``saegim-alert-troubles`` waits for."""
    said = {"text": f"Saegim: {_told(trouble)}", "kind": str(trouble.kind), "about": trouble.about, "what": trouble.what,
            "repair": trouble.repair, "since": trouble.since.isoformat() if trouble.since else ""}
    return OwnEvent(event_of(trouble.kind), f"saegim.{trouble.kind}.{trouble.about}", said)


def _told(trouble: MorningTrouble) -> str:
    return f"{trouble.what.rstrip('.')}. {trouble.repair}"
