"""Moments and spans as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pages.moments import day_of_year_words, left_words, moment_words


def test_a_moment_is_told_in_the_zone_of_the_campaign() -> None:
    at = datetime(2026, 11, 26, 15, 5, tzinfo=UTC)
    assert moment_words(at, "Asia/Seoul") == ("Fri 27 Nov 00:05", "11월 27일(금) 00:05")
    assert moment_words(at, "Europe/London").ko == "11월 26일(목) 15:05"


def test_a_day_has_its_weekday_and_year() -> None:
    assert day_of_year_words(date(2026, 12, 6)) == ("Sun 6 Dec 2026", "2026년 12월 6일(일)")


@pytest.mark.parametrize(("span", "english", "korean"), [
    (timedelta(days=3, hours=4, minutes=59), "3 days 4 hours", "3일 4시간"),
    (timedelta(days=1), "1 day", "1일"),
    (timedelta(hours=1, minutes=1), "1 hour 1 minute", "1시간 1분"),
    (timedelta(hours=2), "2 hours", "2시간"),
    (timedelta(minutes=12, seconds=59), "12 minutes", "12분"),
    (timedelta(seconds=59), "less than a minute", "1분 미만"),
    (timedelta(seconds=-5), "less than a minute", "1분 미만"),
])
def test_a_span_is_told_by_its_two_largest_parts(span: timedelta, english: str, korean: str) -> None:
    assert left_words(span) == (english, korean)
