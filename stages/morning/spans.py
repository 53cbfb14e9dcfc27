"""Spans of time and sizes as people say them."""

from __future__ import annotations

from datetime import timedelta

HOUR = 60
"""Minutes."""
TWO_HOURS = 2 * HOUR
TWO_DAYS = 48 * HOUR


def span(time: timedelta) -> str:
    """Minutes below two hours, hours below two days, then days."""
    minutes = max(0, round(time.total_seconds() / 60))
    if minutes < TWO_HOURS:
        return f"{minutes} min"
    return f"{minutes // HOUR} h" if minutes < TWO_DAYS else f"{minutes // (24 * HOUR)} days"


def span_ko(time: timedelta) -> str:
    """The same in Korean."""
    minutes = max(0, round(time.total_seconds() / 60))
    if minutes < TWO_HOURS:
        return f"{minutes}분"
    return f"{minutes // HOUR}시간" if minutes < TWO_DAYS else f"{minutes // (24 * HOUR)}일"


def gigabytes(count: int) -> str:
    """Bytes as ``1.4 GB``."""
    return f"{count / 1e9:.1f} GB"


def counted(count: int, what: str) -> str:
    """Things with the verb that follows them: ``1 task is``, ``3,120 tasks are``."""
    return f"{count:,} {what} is" if count == 1 else f"{count:,} {what}s are"
