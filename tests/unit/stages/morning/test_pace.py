"""How fast work goes, by what was done."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schemas.runs import RunState, VerbRun
from stages.morning.pace import UNKNOWN_SPREAD, pace_of_people, pace_of_runs

SEOUL = ZoneInfo("Asia/Seoul")
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=SEOUL)


def worked(*days: int, count: int = 60, hours: tuple[int, ...] = (10, 11, 14)) -> dict[datetime, int]:
    """Answers in some hours of days of November."""
    return {datetime(2026, 11, day, hour, tzinfo=SEOUL): count for day in days for hour in hours}


def test_the_rate_is_that_of_hours_in_which_people_worked() -> None:
    pace = pace_of_people(worked(23, 24, 25, 26), FRIDAY, SEOUL)
    assert pace is not None
    assert (pace.an_hour, pace.sample, pace.samples) == (60, 180, 4)
    assert (pace.weekdays[10], pace.weekdays[12], pace.weekends) == (60, 0, (0.0,) * 24)


def test_days_on_which_nobody_came_make_it_slower_and_less_certain() -> None:
    every, half = (pace_of_people(worked(*days), FRIDAY, SEOUL) for days in ((23, 24, 25, 26), (23, 25)))
    assert every is not None and half is not None
    assert half.weekdays[10] == every.weekdays[10] / 2
    assert half.spread > 5 * every.spread


def test_today_is_not_over_and_counts_only_where_there_is_no_other_day() -> None:
    both = pace_of_people(worked(26) | worked(27, count=600, hours=(8,)), FRIDAY, SEOUL)
    today = pace_of_people(worked(27, hours=(8,)), FRIDAY, SEOUL)
    assert both is not None and today is not None
    assert (both.weekdays[8], both.an_hour) == (0, 60)
    assert (today.weekdays[8], today.samples, today.spread) == (60, 1, UNKNOWN_SPREAD)


def test_who_was_seen_at_a_weekend_only_works_so_on_other_days_too() -> None:
    pace = pace_of_people(worked(21, 22), datetime(2026, 11, 23, 9, tzinfo=SEOUL), SEOUL)
    assert pace is not None
    assert pace.weekdays == pace.weekends


def test_nobody_has_no_pace() -> None:
    assert pace_of_people({}, FRIDAY, SEOUL) is None
    assert pace_of_runs([VerbRun("a", "ingest", "a", FRIDAY, ended_at=FRIDAY + timedelta(minutes=1))]) is None


def test_two_runs_at_once_get_more_done_in_an_hour() -> None:
    def run(name: str, minute: int, **counts: int) -> VerbRun:
        at = FRIDAY + timedelta(minutes=minute)
        return VerbRun(name, "ingest", name, at, ended_at=at + timedelta(minutes=30), state=RunState.COMPLETED, counts=counts)

    alone, beside, apart = ([run("a", 0, accepted=90, duplicate=10), *more] for more in (
        [], [run("b", 0, accepted=100)], [run("b", 60, accepted=100)]))
    assert [pace.an_hour for pace in map(pace_of_runs, (alone, beside, apart)) if pace] == pytest.approx([200, 400, 200])
