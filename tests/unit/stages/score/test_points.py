"""Points go to photographs that were accepted in time, by the campaign's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SettingError
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.submission import Outcome
from stages.score.points import ScoredSubmission, leaderboard, points
from tests.places import ROOT

CAMPAIGN = parse_campaign((ROOT / "recipes/campaigns/demo.yaml").read_text(encoding="utf-8"), "demo.yaml")


def sent(campaign: Campaign, at: str) -> int:
    """Points of a photograph that was sent at a moment."""
    item = ScoredSubmission("1", "김하늘", datetime.fromisoformat(at), Outcome.ACCEPTED, frozenset())
    return sum(line.points for line in points(campaign, [item]))


def test_points_go_to_accepted_photographs_in_time_only() -> None:
    in_time, late = datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    lines = points(CAMPAIGN, [
        ScoredSubmission("1", "김하늘", in_time, Outcome.ACCEPTED, frozenset({"vertical", "horizontal"})),
        ScoredSubmission("2", "park", in_time, Outcome.DUPLICATE, frozenset({"vertical"})),
        ScoredSubmission("3", "park", late, Outcome.ACCEPTED, frozenset()),
        ScoredSubmission("4", "lee", in_time, Outcome.ACCEPTED, frozenset({"vertical"})),
        ScoredSubmission("5", "choi", in_time, Outcome.ACCEPTED, frozenset()),
    ])
    standings = leaderboard(lines)
    assert [(item.rank, item.submitter, item.points) for item in standings] == [
        (1, "lee", 15), (1, "김하늘", 15), (3, "choi", 10)]


def autumn(zone: str) -> Campaign:
    return Campaign.model_validate({"name": "autumn", "title": "가을", "time_zone": zone, "first_day": "2026-11-01",
                                    "last_day": "2026-11-30", "points": 10})


@pytest.mark.parametrize(("zone", "at", "worth"), [
    ("Asia/Seoul", "2026-10-31T14:59:59+00:00", 0),
    ("Asia/Seoul", "2026-10-31T15:00:00+00:00", 10),  # midnight in Seoul
    ("Asia/Seoul", "2026-11-30T14:59:59+00:00", 10),
    ("Asia/Seoul", "2026-11-30T15:00:00+00:00", 0),
    ("UTC", "2026-10-31T23:59:59+00:00", 0),
    ("America/New_York", "2026-11-01T03:59:59+00:00", 0),  # summer time ends on this day at two o'clock
    ("America/New_York", "2026-11-01T04:00:00+00:00", 10),
    ("America/New_York", "2026-12-01T04:59:59+00:00", 10),
])
def test_days_are_those_of_the_campaign(zone: str, at: str, worth: int) -> None:
    assert sent(autumn(zone), at) == worth


@given(st.datetimes(datetime(2026, 10, 30), datetime(2026, 12, 2), timezones=st.just(UTC)))
def test_a_moment_counts_whatever_zone_it_is_written_in(at: datetime) -> None:
    for zone in ("Asia/Seoul", "America/New_York", "Pacific/Kiritimati"):
        campaign = autumn(zone)
        assert campaign.counts(at) == campaign.counts(at.astimezone(ZoneInfo("Asia/Kathmandu")))
        first, after = (datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for month in (11, 12))
        assert campaign.counts(at) == (first <= at < after)


def test_a_zone_that_is_none_is_named_with_its_line() -> None:
    for zone in ("Asia/Seuol", "KST+9", "../../etc/passwd", ""):
        with pytest.raises(SettingError, match=r"autumn\.yaml:3: time_zone is .*no such time zone"):
            parse_campaign(f"name: a\ntitle: t\ntime_zone: {zone!r}\nfirst_day: 2026-11-01\nlast_day: 2026-11-30\n",
                           "autumn.yaml")


def test_the_name_of_a_campaign_is_one_however_it_is_written() -> None:
    decomposed = "\u1107\u1169\u11b7\u1112\u1162\u11bc\u1109\u1161"  # 봄행사 as a Mac writes file names
    assert parse_campaign(f"name: {decomposed}\ntitle: t\nfirst_day: 2026-11-01\nlast_day: 2026-11-02\n", "x").name == "봄행사"
