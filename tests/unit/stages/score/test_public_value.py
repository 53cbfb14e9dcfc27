"""A public value whose words name a moment before the end is told."""

from __future__ import annotations

import pytest

from schemas.recipes.campaign import Campaign
from stages.score.public_value import known_too_early

CAMPAIGN = Campaign.model_validate({"name": "가을", "title": "가을", "first_day": "2026-11-01", "last_day": "2026-11-30"})
"""It ends at midnight in Seoul, 2026-11-30 15:00 UTC."""


@pytest.mark.parametrize(("awaited", "early"), [
    ("drand quicknet, first round after 2026-12-01 12:00 in Seoul", False),
    ("drand quicknet, first round after 2026-11-30 12:00 in Seoul", True),
    ("the round of 2026-11-30 14:59 UTC", True), ("the round of 2026-11-30 15:00 UTC", False),
    ("first round after 2026-12-01 00:00", False), ("first round after 2026-11-30T23:59", True),
    ("the lottery of 2026-11-30", True), ("the lottery of 2026-12-01", False), ("2026년 11월 28일 로또 당첨 번호", True),
    ("2026년 12월 5일 로또 당첨 번호", False), ("2026.11.28 종가", True), ("after the event of 2026-11-01, on 2026-12-02", False),
    ("drand quicknet", False), ("2026-02-31", False), ("9999-12-31", False), ("0000-99-99 99:99", False), ("", False),
])
def test_a_moment_before_the_end_is_found(awaited: str, early: bool) -> None:
    assert (known_too_early(CAMPAIGN, awaited) is not None) == early
