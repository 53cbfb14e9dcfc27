"""What the runs of a night come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.morning import FailureSeen, FreeDisk
from schemas.runs import RunState, VerbRun
from stages.morning.limits import LONGEST_RUN, LONGEST_WITHOUT, VERBS

EVENING = 18
"""The hour in which a night begins."""
LEAST_NIGHT = timedelta(hours=6)
BATCH = "-batch"
"""Runs of a verb's batches have its name with this at the end."""
WATCH = "watch"
REASON_LENGTH = 300


def evening_before(now: datetime, zone: ZoneInfo) -> datetime:
    """Six in the evening before, or of the day before that where it was less than six hours ago."""
    local = now.astimezone(zone)
    evening = local.replace(hour=EVENING, minute=0, second=0, microsecond=0)
    while now - evening < LEAST_NIGHT:
        evening = (evening - timedelta(days=1)).replace(hour=EVENING)
    return evening


def verb_of(run: VerbRun) -> str:
    """The verb that a run is of, batches with it."""
    return run.verb.removesuffix(BATCH)


def counts_of(runs: Iterable[VerbRun]) -> dict[str, dict[str, int]]:
    """What runs changed, by verb and by what people read beside it."""
    found: dict[str, Counter[str]] = {}
    for run in runs:
        if run.verb != WATCH:  # it counts troubles
            found.setdefault(verb_of(run), Counter()).update(run.counts)
    order = {verb: place for place, verb in enumerate(VERBS)}
    verbs = sorted(found, key=lambda verb: (order.get(verb, len(order)), verb))
    return {verb: dict(found[verb]) for verb in verbs if found[verb]}


def worth_telling(runs: Iterable[VerbRun]) -> list[VerbRun]:
    """Runs that changed something, did not complete, or are at work; the first one first. One that gave way did nothing."""
    told = [run for run in runs if run.state is not RunState.GAVE_WAY
            and (run.state is not RunState.COMPLETED or (run.counts and run.verb != WATCH))]
    return sorted(told, key=lambda run: (run.started_at, run.run_id))


def failures_of(verb: str, runs: Iterable[VerbRun]) -> list[FailureSeen]:
    """Failed and dead runs of a verb by their reason, the most frequent first."""
    last: dict[str, datetime] = {}
    times: Counter[str] = Counter()
    for run in runs:
        if verb_of(run) == verb and run.state in (RunState.FAILED, RunState.DEAD):
            reason = reason_of(run)
            times[reason] += 1
            last[reason] = max(last.get(reason, run.started_at), run.ended_at or run.started_at)
    return [FailureSeen(reason, count, last[reason]) for reason, count in times.most_common()]


def reason_of(run: VerbRun) -> str:
    """Why a run did not complete, in one line."""
    lines = (run.error or "").strip().splitlines()
    return lines[0][:REASON_LENGTH] if lines else f"it ended {run.state}"


def free_of(runs: Sequence[VerbRun]) -> list[FreeDisk]:
    """The disk of each machine, as its newest run saw it."""
    newest: dict[str, FreeDisk] = {}
    for run in runs:
        if run.free_bytes is not None and run.ended_at:
            known: FreeDisk | None = newest.get(run.host)
            if known is None or run.ended_at > known.at:
                newest[run.host] = FreeDisk(run.host, run.free_bytes, run.ended_at)
    return [newest[host] for host in sorted(newest)]


def goes(completed: VerbRun | None, at_work: VerbRun | None, now: datetime) -> bool:
    """Whether a verb works: it is at work, or has completed not too long ago for one that runs by itself."""
    if at_work and now - at_work.started_at <= LONGEST_RUN:
        return True
    if completed is None or completed.ended_at is None:
        return False
    return now - completed.ended_at <= LONGEST_WITHOUT.get(completed.verb, LONGEST_RUN)
