"""Moments and spans of time as people who take part read them, in the campaign's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from pages.evaluation_explained import Words

WEEKDAYS = "월화수목금토일"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(day: date) -> Words:
    """A day with its weekday, such as ``11월 26일(목)`` and ``Thu 26 Nov``."""
    english = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]
    return Words(f"{english} {day.day} {MONTHS[day.month - 1]}", f"{day.month}월 {day.day}일({WEEKDAYS[day.weekday()]})")


def day_of_year_words(day: date) -> Words:
    """The same with its year."""
    words = day_words(day)
    return Words(f"{words.en} {day.year}", f"{day.year}년 {words.ko}")


def moment_words(at: datetime, zone: str) -> Words:
    """Day and time in a zone, such as ``11월 26일(목) 23:30``.

    Args:
        at: any moment that knows its offset.
        zone: IANA name.
    """
    local = at.astimezone(ZoneInfo(zone))
    day = day_words(local.date())
    return Words(f"{day.en} {local:%H:%M}", f"{day.ko} {local:%H:%M}")


def left_words(span: timedelta) -> Words:
    """How long something takes still, by its two largest parts: days and hours, hours and minutes, or minutes."""
    minutes = max(0, int(span.total_seconds()) // 60)
    days = minutes // 1440
    hours = minutes // 60 % 24
    if days:
        rest = Words(f" {_counted(hours, 'hour')}", f" {hours}시간") if hours else Words("", "")
        return Words(_counted(days, "day") + rest.en, f"{days:,}일" + rest.ko)
    if hours:
        rest = Words(f" {_counted(minutes % 60, 'minute')}", f" {minutes % 60}분") if minutes % 60 else Words("", "")
        return Words(_counted(hours, "hour") + rest.en, f"{hours}시간" + rest.ko)
    return Words(_counted(minutes, "minute"), f"{minutes}분") if minutes else Words("less than a minute", "1분 미만")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}" + "s" * (count != 1)
