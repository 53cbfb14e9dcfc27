"""How fast work goes: of people by day and hour, of machines by their runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, pstdev
from zoneinfo import ZoneInfo

from schemas.runs import VerbRun

HOURS = 24
SATURDAY = 5
UNKNOWN_SPREAD = 0.5
"""Of one day or one run alone nobody knows how much they differ: half of it, assumed."""
LEAST_SPREAD = 0.1
"""Days that were alike by chance promise less than they seem to."""
NOT_ITEMS = ("labels of public data sets",)
"""Counts of runs that are of no picture that waited."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast work goes.

    Attributes:
        weekdays: items an hour, by hour of a working day in the team's zone.
        weekends: the same of Saturdays and Sundays.
        an_hour: items in an hour in which anybody worked.
        sample: items of a usual day of people, or of a usual run.
        samples: of how many days or runs that is known.
        spread: standard deviation of these, in parts of their mean.
    """

    weekdays: tuple[float, ...]
    weekends: tuple[float, ...]
    an_hour: float
    sample: float
    samples: int
    spread: float

    def at(self, local: datetime) -> float:
        """Items an hour at a moment of the team's zone."""
        return (self.weekends if local.weekday() >= SATURDAY else self.weekdays)[local.hour]


def pace_of_people(by_hour: Mapping[datetime, int], now: datetime, zone: ZoneInfo) -> Pace | None:
    """What people answer in each hour of a working day and of a day at the weekend.

    Days on which nobody answered count, from the first one on which somebody did. Today does not, unless there is no other day:
    it is not over. Where only one kind of day was seen, weekends are taken as free, and working days as what weekends were.

    Args:
        by_hour: answers by the hour in which they were given, of the last weeks.
        now: the moment.
        zone: of the team.

    Returns:
        None where nobody answered anything.
    """
    answers = {at.astimezone(zone): count for at, count in by_hour.items() if count > 0}
    if not answers:
        return None
    today = now.astimezone(zone).date()
    first = min(at.date() for at in answers)
    days = [first + timedelta(days=number) for number in range((today - first).days)] or [today]
    hours: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    a_day: Counter[date] = Counter()
    worked = 0
    for at, count in answers.items():
        if at.date() in days:
            hours[_is_weekend(at.date())][at.hour] += count
            a_day[at.date()] += count
            worked += 1
    if not worked:  # they began today, after days of which nothing is known
        return pace_of_people({at: count for at, count in answers.items() if at.date() == today}, now, zone)
    seen = {kind: [day for day in days if _is_weekend(day) is kind] for kind in (True, False)}
    means = {kind: tuple(hours[kind][hour] / len(seen[kind]) for hour in range(HOURS)) if seen[kind] else None
             for kind in (True, False)}
    weekdays = means[False] or means[True] or (0.0,) * HOURS
    main = seen[False] or seen[True]
    if not sum(a_day[day] for day in main):
        main = [day for day in days if a_day[day]]
    totals = [a_day[day] for day in main]
    return Pace(weekdays, means[True] or (0.0,) * HOURS, sum(a_day.values()) / worked, fmean(totals), len(totals),
                _spread(totals))


def pace_of_runs(runs: Sequence[VerbRun]) -> Pace | None:
    """What the runs of a verb get done in an hour of theirs; two that work at once get done more.

    Args:
        runs: that completed, with those of its batches.

    Returns:
        None where none of them did anything.
    """
    did = [(items, run) for run in runs if run.ended_at and (items := items_of(run.counts))]
    hours = _hours(did_run for _, did_run in did)
    if not did or hours <= 0:
        return None
    counts = [items for items, _ in did]
    an_hour = sum(counts) / hours
    speeds = [items / max((run.ended_at - run.started_at) / timedelta(hours=1), 1 / 3600) for items, run in did if run.ended_at]
    return Pace((an_hour,) * HOURS, (an_hour,) * HOURS, an_hour, fmean(counts), len(counts), _spread(speeds))


def items_of(counts: Mapping[str, int]) -> int:
    """Pictures that a run got done, whatever became of them."""
    return sum(count for said, count in counts.items() if said not in NOT_ITEMS)


def _hours(runs: Iterable[VerbRun]) -> float:
    """Hours in which at least one of the runs was at work."""
    total = timedelta()
    until: datetime | None = None
    for run in sorted(runs, key=lambda run: run.started_at):
        if run.ended_at and (until is None or run.ended_at > until):
            total += run.ended_at - max(run.started_at, until or run.started_at)
            until = run.ended_at
    return total / timedelta(hours=1)


def _spread(values: Sequence[float]) -> float:
    mean = fmean(values)
    return max(LEAST_SPREAD, pstdev(values) / mean) if len(values) > 1 and mean else UNKNOWN_SPREAD


def _is_weekend(day: date) -> bool:
    return day.weekday() >= SATURDAY
