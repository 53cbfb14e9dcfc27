"""The morning: how the night went, what waits where, what needs hands, and when it will be ready."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from datastore.ledger import leases, morning, runs, strays
from datastore.ledger.morning import HourOfAnswers, OnTheWay
from datastore.ledger.way import moments_of
from schemas.morning import AnnotatorWork, Forecast, FreeDisk, Morning, NewestRelease, VerbMorning, Waits
from schemas.reader import Reader
from schemas.runs import RunState, VerbRun
from schemas.submission import Outcome
from schemas.times import StageTime
from stages.export.times import stage_times
from stages.label.work_time import LONGEST_TASK
from stages.morning.forecast import forecast
from stages.morning.limits import STUCK, VERBS
from stages.morning.night import BATCH, counts_of, evening_before, failures_of, free_of, goes, worth_telling
from stages.morning.pace import Pace, pace_of_people, pace_of_runs
from stages.morning.seen import BadTasks, Seen, StraysSeen
from stages.morning.troubles import troubles
from stages.morning.way import Paces, WayAhead, whole_way
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.morning.services import ServicesTold, ask_services
from workbench.verb_runs import free_bytes

PACE_OF_MACHINES = timedelta(days=7)
PACE_OF_PEOPLE = timedelta(days=28)
"""Whence rates are taken: four working weeks of people, one of machines."""
WEEK = timedelta(days=7)
TIMED = 1000
"""Images of which the time to the newest release is taken: those that were answered last before it."""
ENDED = (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED, RunState.DEAD)
BACKUP = "backup"


def look(bench: Workbench, now: datetime) -> Morning:
    """Looks at everything: at the ledger first, then at Prefect, Label Studio and the object store, which may be silent.

    Args:
        bench: the systems.
        now: in UTC.

    Raises:
        SaegimError: the ledger cannot be read: without it nothing can be told.
    """
    zone = ZoneInfo(bench.settings.time_zone)
    told = ask_services(bench)
    release = told.stored.release if told.stored else None
    since = evening_before(now, zone)
    night = runs.runs_since(bench.ledger, since)
    answers = morning.answers_by_hour(bench.ledger, now - PACE_OF_PEOPLE, LONGEST_TASK)
    counted = _count(bench, told)
    newest = _Newest(*(runs.newest_runs(bench.ledger, (*VERBS, BACKUP), states)
                       for states in ((RunState.COMPLETED,), ENDED, (RunState.AT_WORK,))))
    paces = _paces(bench, answers, newest, now, zone)
    way = whole_way(counted.ahead, paces, now, zone)
    backup = newest.completed.get(BACKUP)
    seen = _seen(bench, told, newest, night)
    unread = sum(strays.counts(bench.ledger).values())
    found = Morning(
        now, bench.settings.time_zone, since, (), _verbs(newest, night, counted, paces, told, now, zone), worth_telling(night),
        counts_of(night), way, _release_after(way, told), _free(night, now), told.stored.model if told.stored else "",
        _people(answers, now), counted.outcomes, morning.count_open_flags(bench.ledger),
        morning.not_renewed(bench.ledger, now - STUCK), _times(bench, release), release,
        told.scheduled.state if told.scheduled else None, backup.ended_at if backup else None,
        {service.name: not service.problem for service in told.services}, counted.outcomes.get(Outcome.HELD, 0) - unread)
    return replace(found, troubles=troubles(found, seen))


@dataclass(frozen=True, slots=True)
class _Newest:
    """The newest runs of each verb: that completed, that ended somehow, that are at work."""

    completed: Mapping[str, VerbRun]
    ended: Mapping[str, VerbRun]
    at_work: Mapping[str, VerbRun]


@dataclass(frozen=True, slots=True)
class _Counted:
    """What waits where."""

    waits: Mapping[str, Waits]
    ahead: WayAhead
    outcomes: Mapping[str, int]


def _count(bench: Workbench, told: ServicesTold) -> _Counted:
    ledger = bench.ledger
    unsettled, way, tasks = morning.not_settled(ledger), morning.on_the_way(ledger), morning.open_tasks(ledger)
    outcomes = morning.count_submissions(ledger)
    decided = sum(outcomes.values())
    ahead = WayAhead(unsettled.items, way.unread.items, way.ungiven.items, tasks.items,
                     outcomes.get(Outcome.ACCEPTED, 0) / decided if decided else 1.0, _tasks_an_image(bench, way))
    waits = {"ingest": unsettled, "prelabel": way.unread, "label": way.ungiven, "collect": tasks}
    if told.stored and told.stored.release and not told.stored.release.is_evaluated:
        waits["evaluate"] = Waits(1, told.stored.release.published_at)
    return _Counted(waits, ahead, outcomes)


def _tasks_an_image(bench: Workbench, way: OnTheWay) -> float:
    return max(1.0, morning.count_tasks(bench.ledger) / way.given) if way.given else 1.0


def _paces(bench: Workbench, answers: Sequence[HourOfAnswers], newest: _Newest, now: datetime, zone: ZoneInfo) -> Paces:
    """How fast each stage goes; a verb that stands still has no pace."""
    by_hour: dict[datetime, int] = {}
    for item in answers:
        by_hour[item.at] = by_hour.get(item.at, 0) + item.answers
    ingest, prelabel = (
        pace_of_runs(morning.completed_since(bench.ledger, [verb, f"{verb}{BATCH}"], now - PACE_OF_MACHINES))
        if goes(newest.completed.get(verb), newest.at_work.get(verb), now) else None for verb in ("ingest", "prelabel"))
    return Paces(ingest, prelabel, pace_of_people(by_hour, now, zone))


def _verbs(newest: _Newest, night: Sequence[VerbRun], counted: _Counted, paces: Paces, told: ServicesTold, now: datetime,
           zone: ZoneInfo) -> list[VerbMorning]:
    pace_of: dict[str, Pace | None] = {"ingest": paces.ingest, "prelabel": paces.prelabel, "collect": paces.people}
    fires = {item.verb: item.fires for item in told.scheduled.planned} if told.scheduled else {}

    def ahead(verb: str) -> Forecast | None:
        waits = counted.waits.get(verb)
        return forecast(waits.items, pace_of[verb], now, zone) if waits and verb in pace_of else None

    return [VerbMorning(verb, newest.completed.get(verb), newest.ended.get(verb), newest.at_work.get(verb),
                        failures_of(verb, night), counted.waits.get(verb), ahead(verb), fires.get(verb)) for verb in VERBS]


def _seen(bench: Workbench, told: ServicesTold, newest: _Newest, night: Sequence[VerbRun]) -> Seen:
    bad = [BadTasks(item.project, item.tasks, item.changed_at) for item in morning.unreadable_tasks_of_all(bench.ledger)]
    dead = frozenset(run.run_id for run in newest.at_work.values() if run.holder and leases.is_dead(run.holder))
    return Seen(told.services, told.scheduled.planned if told.scheduled else None, dead, bad,
                told.stored.model_problem if told.stored else "", morning.first_run(bench.ledger),
                morning.first_sent(bench.ledger), _strays(bench), _backup(newest, night))


def _strays(bench: Workbench) -> list[StraysSeen]:
    """Of campaigns that still have no file: the next ingest takes in what waited for the others."""
    waiting = strays.counts(bench.ledger)
    if not waiting:
        return []
    campaigns = load_campaigns(bench.settings)
    return [StraysSeen(name, count, f"{campaigns.folder}/{name}.yaml", campaigns.why_not(name))
            for name, count in sorted(waiting.items()) if name not in campaigns.by_name]


def _backup(newest: _Newest, night: Sequence[VerbRun]) -> VerbMorning:
    """The backup that ended last: one that was refused because another was at work is forgotten when that one completes."""
    found = [run for run in (newest.completed.get(BACKUP), newest.ended.get(BACKUP)) if run and run.ended_at]
    last = max(found, key=lambda run: run.ended_at or run.started_at, default=None)
    return VerbMorning(BACKUP, newest.completed.get(BACKUP), last, newest.at_work.get(BACKUP), failures_of(BACKUP, night))


def _release_after(way: Forecast, told: ServicesTold) -> datetime | None:
    """The first planned release after the last answer, where that is known."""
    if told.scheduled is None or way.ready_at is None:
        return None
    return next((at for at in told.scheduled.state.next_exports if at >= way.ready_at), None)


def _free(night: Sequence[VerbRun], now: datetime) -> list[FreeDisk]:
    """Each machine's disk, this one's as it is now."""
    free = free_bytes()
    here = [FreeDisk(platform.node(), free, now)] if free is not None else []
    return [*here, *(disk for disk in free_of(night) if disk.host not in {item.host for item in here})]


def _people(answers: Sequence[HourOfAnswers], now: datetime) -> list[AnnotatorWork]:
    found: dict[str, AnnotatorWork] = {}
    for item in answers:
        if item.at >= now - WEEK:
            known = found.get(item.reader, AnnotatorWork(Reader(item.reader), 0, 0.0))
            found[item.reader] = replace(known, answers=known.answers + item.answers, hours=known.hours + item.seconds / 3600)
    return sorted(found.values(), key=lambda item: (-item.hours, item.reader))


def _times(bench: Workbench, release: NewestRelease | None) -> tuple[StageTime, ...]:
    """How long photographs took that were answered last before the newest release."""
    if release is None or release.published_at is None:
        return ()
    images = morning.answered_last(bench.ledger, release.published_at, TIMED)
    with bench.ledger.read() as connection:
        return stage_times(moments_of(connection, images), release.published_at)
