"""Whether what a draw waits for can be known before the campaign's end, as far as its words name a day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from schemas.recipes.campaign import Campaign

MOMENT = re.compile(r"(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})일?(?:[ T,]+(\d{1,2}):(\d{2})\s*(UTC)?)?")
"""A day, with a time or without, such as ``2026-12-24 12:00`` or ``2026년 12월 24일``."""

ALMOST_A_DAY = timedelta(hours=23, minutes=59)
"""A day without a time may be any moment of it."""


def known_too_early(campaign: Campaign, awaited: str) -> datetime | None:
    """The last moment that a public value's words name, where it lies before the campaign's end.

    Args:
        campaign: whose end it is, and in whose zone a moment is that does not say UTC.
        awaited: the words, such as ``prizes.public_value``.

    Returns:
        The moment in the campaign's zone, the last minute of a day without a time; None where it is not before the end, or
        the words name none.
    """
    named = [moment for found in MOMENT.finditer(awaited) if (moment := _moment(campaign, found))]
    last = max(named, default=None)
    return last if last and last < campaign.ends_at else None


def _moment(campaign: Campaign, found: re.Match[str]) -> datetime | None:
    zone = UTC if found[6] else ZoneInfo(campaign.time_zone)
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3]), int(found[4] or 0), int(found[5] or 0), tzinfo=zone)
        return (day if found[4] else day + ALMOST_A_DAY).astimezone(ZoneInfo(campaign.time_zone))
    except (ValueError, OverflowError):  # no day of any calendar
        return None
