"""Forecasts: what holds of any of them, and what a manager would reckon by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.morning import Forecast, ForecastState
from stages.morning.forecast import FURTHEST, MOST_CAREFUL, STEP, careful, forecast
from stages.morning.pace import Pace
from stages.morning.way import Paces, WayAhead, whole_way

SEOUL = ZoneInfo("Asia/Seoul")
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=SEOUL)
OFFICE = tuple(410.0 if 9 <= hour < 18 else 0.0 for hour in range(24))
FREE = (0.0,) * 24
WORKING = Pace(OFFICE, FREE, 410, 3690, 10, 0.1)

rates = st.floats(0.1, 5000)
hours = st.lists(st.one_of(st.just(0.0), rates), min_size=24, max_size=24).map(tuple)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=SEOUL))


@st.composite
def paces(draw: st.DrawFn) -> Pace:
    weekdays = draw(hours.filter(any))
    return Pace(weekdays, draw(hours), max(weekdays), sum(weekdays), draw(st.integers(1, 40)), draw(st.floats(0.1, 2)))


@given(st.integers(1, 100_000), st.integers(1, 100_000), paces(), moments)
@settings(deadline=None, max_examples=25)
def test_more_work_is_never_done_earlier(one: int, more: int, pace: Pace, now: datetime) -> None:
    first, then = forecast(one, pace, now, SEOUL), forecast(one + more, pace, now, SEOUL)
    if then.ready_at:
        assert first.ready_at is not None and now <= first.ready_at <= then.ready_at
    if then.by_at:
        assert first.by_at is not None and first.by_at <= then.by_at


@given(st.integers(1, 100_000), paces(), moments)
@settings(deadline=None, max_examples=25)
def test_what_is_promised_is_never_before_what_is_expected_and_somebody_works_then(items: int, pace: Pace, now: datetime) -> None:
    found = forecast(items, pace, now, SEOUL)
    assert (found.state is ForecastState.READY) == (found.ready_at is not None)
    if found.ready_at:
        assert found.ready_at - now <= FURTHEST + STEP
        assert found.by_at is None or found.by_at >= found.ready_at
        assert any(pace.at((found.ready_at - back).astimezone(SEOUL)) for back in (timedelta(seconds=1), STEP))


@given(st.integers(1, 100_000), paces(), moments, st.floats(1, 10))
@settings(deadline=None, max_examples=25)
def test_who_works_faster_is_never_done_later(items: int, pace: Pace, now: datetime, times: float) -> None:
    faster = Pace(tuple(rate * times for rate in pace.weekdays), tuple(rate * times for rate in pace.weekends),
                  pace.an_hour * times, pace.sample * times, pace.samples, pace.spread)
    slow, fast = forecast(items, pace, now, SEOUL), forecast(items, faster, now, SEOUL)
    if slow.ready_at:
        assert fast.ready_at is not None and fast.ready_at <= slow.ready_at + timedelta(seconds=1)


@given(st.integers(1, 100_000), paces())
@settings(deadline=None, max_examples=25)
def test_the_careful_pace_is_a_part_of_the_usual_one_and_larger_for_more_work(items: int, pace: Pace) -> None:
    assert MOST_CAREFUL <= careful(items, pace) <= careful(items * 2, pace) <= 1


@given(st.builds(WayAhead, *[st.integers(0, 5000)] * 4, st.floats(0, 1), st.floats(1, 3)), paces(), paces(), paces(), moments)
@settings(deadline=None, max_examples=20)
def test_the_whole_way_is_never_shorter_than_its_last_part(ahead: WayAhead, ingest: Pace, read: Pace, people: Pace,
                                                           now: datetime) -> None:
    whole = whole_way(ahead, Paces(ingest, read, people), now, SEOUL)
    own = forecast(ahead.open, people, now, SEOUL)
    if whole.ready_at and own.ready_at:
        assert whole.ready_at >= own.ready_at
    assert whole.items >= ahead.open


def test_nights_and_weekends_are_no_working_hours() -> None:
    """3,120 at 410 an hour from Friday nine on take 7.6 hours; twice as many are done on Monday."""
    assert forecast(3120, WORKING, FRIDAY, SEOUL).ready_at == FRIDAY + timedelta(hours=3120 / 410)
    late = forecast(6240, WORKING, FRIDAY, SEOUL).ready_at
    assert late is not None
    assert abs(late - datetime(2026, 11, 30, 15, 13, tzinfo=SEOUL)) < timedelta(minutes=1)
    evening = forecast(1, WORKING, FRIDAY.replace(hour=20), SEOUL).ready_at
    assert evening is not None
    assert evening.astimezone(SEOUL) >= datetime(2026, 11, 30, 9, tzinfo=SEOUL)


def test_what_was_done_on_ten_like_days_is_promised_soon_after_it_is_expected() -> None:
    """One more day of a spread of 10 % after ten known ones: 1.2816 x 0.1 x sqrt(1 + 1/10) = 13.4 % slower."""
    assert careful(3690, WORKING) == pytest.approx(1 - 1.2816 * 0.1 * 1.1 ** 0.5)
    found = forecast(3120, WORKING, FRIDAY, SEOUL)
    assert found.by_at is not None
    assert abs(found.by_at - (FRIDAY + timedelta(hours=3120 / 410 / 0.8656))) < timedelta(minutes=1)


def test_what_cannot_be_told_is_not_told() -> None:
    assert forecast(0, None, FRIDAY, SEOUL) == Forecast(0, ForecastState.NOTHING_WAITS)
    assert forecast(5, None, FRIDAY, SEOUL) == Forecast(5, ForecastState.NOBODY_WORKS)
    far = forecast(10**7, WORKING, FRIDAY, SEOUL)
    assert (far.state, far.ready_at, far.by_at) == (ForecastState.TOO_FAR, None, None)


def test_the_way_stands_still_where_one_of_its_stages_does() -> None:
    ahead = WayAhead(0, 640, 100, 40, 0.9, 2.0)
    assert whole_way(ahead, Paces(WORKING, None, WORKING), FRIDAY, SEOUL) == Forecast(
        40 + 2 * 740, ForecastState.NOBODY_WORKS, 410)
    assert whole_way(WayAhead(0, 0, 100, 40, 0.9, 2.0), Paces(None, None, WORKING), FRIDAY, SEOUL).state is ForecastState.READY
