"""Points go to photographs that were sent in time, by the rules of then, and say why; caps are used up in order of time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.counted_photograph import CountedPhotograph
from schemas.errors import SettingError
from schemas.points import PHOTOGRAPH, PointLine, PointReason
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.recipes.pricing_rules import PricingRules, RulesVersion
from schemas.submission import Outcome
from stages.score.points import count
from tests.places import ROOT

NOON = datetime(2026, 11, 3, 3, tzinfo=UTC)
"""Noon in Seoul."""


def campaign(**values: Any) -> Campaign:
    return Campaign.model_validate({"name": "autumn", "title": "가을", "first_day": "2026-11-01", "last_day": "2026-11-30",
                                    "points": 10, **values})


def photograph(number: int = 1, minutes: float = 0, **values: Any) -> CountedPhotograph:
    names = ("claimed", "suggested", "read")
    values = {name: frozenset(value.split()) if name in names and value is not None else value for name, value in values.items()}
    known = {"outcome": Outcome.ACCEPTED, "submitter": "김하늘", **values}
    key = f"autumn/{known['submitter']}/{number}.jpg"
    return CountedPhotograph(f"{number}", key, sent_at=NOON + timedelta(minutes=minutes), **known)


def versions(rules: Campaign, *later: tuple[Campaign, datetime]) -> list[RulesVersion]:
    return [RulesVersion(number, at, PricingRules.model_validate(item.rules()))
            for number, (item, at) in enumerate([(rules, NOON), *later], 1)]


def counted(rules: Campaign, *photographs: CountedPhotograph, disqualified: dict[str, str] | None = None) -> list[PointLine]:
    return count(rules, versions(rules), photographs, disqualified or {})


def told(lines: list[PointLine]) -> list[tuple[str, int, int, PointReason, str]]:
    """Rule, provisional, final, reason and detail of each line."""
    return [(line.rule, line.provisional, line.final, line.reason, line.detail) for line in lines]


def test_a_photograph_is_worth_something_as_soon_as_ingest_took_it_and_for_good_once_people_read_it() -> None:
    rules = campaign(bonus={"vertical": 5, "curved": 3, "embossed": 2})
    before = photograph(claimed="vertical", suggested="curved vertical")
    assert told(counted(rules, before)) == [
        (PHOTOGRAPH, 10, 0, PointReason.ACCEPTED, ""), ("curved", 3, 0, PointReason.SUGGESTED, ""),
        ("vertical", 5, 0, PointReason.CLAIMED, "")]
    assert told(counted(rules, replace(before, read=frozenset({"vertical", "embossed", "horizontal"})))) == [
        (PHOTOGRAPH, 0, 10, PointReason.CONFIRMED, ""), ("curved", 0, 0, PointReason.DENIED, ""),
        ("embossed", 0, 2, PointReason.FOUND, ""), ("vertical", 0, 5, PointReason.CONFIRMED, "")]


def test_the_best_category_that_is_claimed_or_suggested_gives_the_points() -> None:
    rules = campaign(categories={"vertical": 20, "curved": {"points": 4}, "embossed": {"title": "새김"}})
    assert told(counted(rules, photograph(claimed="curved", suggested="vertical"))) == [
        (PHOTOGRAPH, 20, 0, PointReason.ACCEPTED, "vertical")]
    assert told(counted(rules, photograph(claimed="curved"))) == [(PHOTOGRAPH, 4, 0, PointReason.ACCEPTED, "curved")]
    assert told(counted(rules, photograph(claimed="embossed"))) == [(PHOTOGRAPH, 10, 0, PointReason.ACCEPTED, "embossed")]
    assert told(counted(rules, photograph(claimed="vertical", read="curved"))) == [
        (PHOTOGRAPH, 0, 4, PointReason.DENIED, "vertical")]
    assert told(counted(rules, photograph(claimed="curved", read="vertical"))) == [
        (PHOTOGRAPH, 0, 20, PointReason.CONFIRMED, "vertical")]


@pytest.mark.parametrize(("values", "reason", "detail"), [
    ({"outcome": Outcome.REJECTED, "because": "blank"}, PointReason.REJECTED, "blank"),
    ({"outcome": Outcome.HELD}, PointReason.HELD, ""),
    ({"outcome": Outcome.QUARANTINED}, PointReason.HELD, ""),
    ({"outcome": Outcome.WITHDRAWN, "read": "vertical"}, PointReason.WITHDRAWN, ""),
    ({"outcome": Outcome.DUPLICATE, "because": "7"}, PointReason.DUPLICATE, "7"),
    ({"submitter": "park"}, PointReason.DISQUALIFIED, "같은 사진"),
    ({"submitter": "park", "outcome": Outcome.REJECTED, "because": "blank"}, PointReason.REJECTED, "blank"),
    ({"unfair": "화면을 찍음", "flagged": True}, PointReason.FLAG_CONFIRMED, "화면을 찍음"),
    ({"minutes": 60 * 24 * 28}, PointReason.OUTSIDE_THE_DAYS, ""),
])
def test_what_is_worth_nothing_says_why(values: dict[str, Any], reason: PointReason, detail: str) -> None:
    lines = counted(campaign(bonus={"vertical": 5}), photograph(**{"claimed": "vertical", **values}),
                    disqualified={"park": "같은 사진"})
    assert told(lines) == [(PHOTOGRAPH, 0, 0, reason, detail)]


def test_a_duplicate_may_be_worth_something() -> None:
    rules = campaign(duplicate_points=2, bonus={"vertical": 5}, caps={"day": 1})
    first, second = (photograph(number, number, outcome=Outcome.DUPLICATE, because="7", claimed="vertical") for number in (1, 2))
    assert told(counted(rules, first)) == [(PHOTOGRAPH, 2, 0, PointReason.DUPLICATE, "7")]
    assert told(counted(rules, replace(first, read=frozenset()))) == [(PHOTOGRAPH, 0, 2, PointReason.DUPLICATE, "7")]
    assert [line.reason for line in counted(rules, first, second)] == [PointReason.DUPLICATE, PointReason.CAP_OF_DAY]


def test_a_flag_that_nobody_decided_keeps_points_provisional() -> None:
    rules = campaign(bonus={"vertical": 5})
    item = photograph(claimed="vertical", flagged=True)
    assert told(counted(rules, item)) == [
        (PHOTOGRAPH, 10, 0, PointReason.ACCEPTED, ""), ("vertical", 5, 0, PointReason.CLAIMED, "")]


def test_a_flag_after_the_reading_makes_what_people_read_provisional_and_changes_nothing_else() -> None:
    rules = campaign(bonus={"vertical": 5, "curved": 3, "embossed": 2}, categories={"vertical": 20, "curved": 30})
    item = photograph(claimed="vertical curved", read="vertical embossed", flagged=True)
    assert told(counted(rules, item)) == [
        (PHOTOGRAPH, 20, 0, PointReason.FLAGGED, "vertical"), ("curved", 0, 0, PointReason.DENIED, ""),
        ("embossed", 2, 0, PointReason.FLAGGED, ""), ("vertical", 5, 0, PointReason.FLAGGED, "")]


SOME_SLICES = st.frozensets(st.sampled_from(["vertical", "curved", "embossed", "plain"]))
PHOTOGRAPHS = st.builds(lambda number, minutes, claimed, suggested, read, outcome: replace(
    photograph(number, minutes, outcome=outcome), claimed=claimed, suggested=suggested, read=read),
    st.integers(1, 5), st.integers(0, 3), SOME_SLICES, SOME_SLICES, st.none() | SOME_SLICES,
    st.sampled_from([Outcome.ACCEPTED] * 4 + [Outcome.DUPLICATE]))


@given(st.lists(PHOTOGRAPHS, max_size=5, unique_by=lambda item: item.submission_id), st.sets(st.integers(1, 5)))
def test_an_open_flag_changes_nobodys_sum(items: list[CountedPhotograph], flagged: set[int]) -> None:
    rules = campaign(bonus={"vertical": 5, "curved": 3}, categories={"vertical": {"points": 20, "cap": 1}, "embossed": 4},
                     caps={"day": 3}, duplicate_points=1)
    looked_at = [replace(item, flagged=int(item.submission_id) in flagged) for item in items]
    before, after = (counted(rules, *found) for found in (items, looked_at))
    assert [(line.submission_id, line.rule, line.provisional + line.final) for line in after] == [
        (line.submission_id, line.rule, line.provisional + line.final) for line in before]
    assert not any(line.final for line in after if int(line.submission_id) in flagged)


def test_caps_are_used_up_in_order_of_time_and_key() -> None:
    rules = campaign(caps={"day": 3, "burst": {"photographs": 2, "seconds": 60}},
                     categories={"vertical": {"points": 20, "cap": 1}, "curved": {"points": 15}})
    items = [photograph(1, 0, claimed="vertical"), photograph(2, 0, claimed="vertical curved"), photograph(3, 0.5),
             photograph(4, 1, claimed="vertical"), photograph(5, 1), photograph(6, 2), photograph(7, 60 * 24),
             photograph(8, 2, submitter="park")]
    expected = [
        ("1", 20, PointReason.ACCEPTED, "vertical"),
        ("2", 15, PointReason.ACCEPTED, "curved"),  # the better category is full, the other one is not
        ("3", 0, PointReason.CAP_OF_BURST, "2 60"),
        ("4", 0, PointReason.CAP_OF_CATEGORY, "vertical 1"),  # a minute after the first: no burst any more
        ("5", 10, PointReason.ACCEPTED, ""),
        ("8", 10, PointReason.ACCEPTED, ""),  # sent at one moment: in order of the keys
        ("6", 0, PointReason.CAP_OF_DAY, "3"),
        ("7", 10, PointReason.ACCEPTED, ""),  # another day
    ]
    for _ in range(5):
        random.shuffle(items)
        assert [(line.submission_id, line.provisional, line.reason, line.detail)
                for line in counted(rules, *items)] == expected


def test_what_has_no_points_uses_up_no_cap() -> None:
    rules = campaign(caps={"day": 1})
    lines = counted(rules, photograph(1, 0, outcome=Outcome.REJECTED), photograph(2, 1, outcome=Outcome.DUPLICATE),
                    photograph(3, 2))
    assert [line.provisional for line in lines] == [0, 0, 10]


def test_a_day_of_a_cap_is_one_of_the_campaigns_zone() -> None:
    rules = campaign(caps={"day": 1})
    midnight = 12 * 60  # minutes after noon in Seoul
    lines = counted(rules, photograph(1, midnight - 2), photograph(2, midnight - 1), photograph(3, midnight))
    assert [line.provisional for line in lines] == [10, 0, 10]


def test_a_photograph_is_priced_by_the_rules_of_its_moment() -> None:
    first, second = campaign(bonus={"vertical": 5}), campaign(points=7, last_day="2026-11-10")
    both = versions(first, (second, NOON + timedelta(hours=1)))
    lines = count(second, both, [photograph(1, -600, claimed="vertical"), photograph(2, 59, claimed="vertical"),
                                 photograph(3, 60.1, claimed="vertical"), photograph(4, 60 * 24 * 9)], {})
    assert [(line.submission_id, line.rule, line.provisional, line.version) for line in lines] == [
        ("1", PHOTOGRAPH, 10, 1), ("1", "vertical", 5, 1),  # before the rules were seen for the first time: they count from ever
        ("2", PHOTOGRAPH, 10, 1), ("2", "vertical", 5, 1), ("3", PHOTOGRAPH, 7, 2),
        ("4", PHOTOGRAPH, 0, 2)]  # days come from the file as it is now


def autumn(zone: str) -> Campaign:
    return campaign(time_zone=zone)


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
    [line] = counted(autumn(zone), replace(photograph(), sent_at=datetime.fromisoformat(at)))
    assert line.provisional == worth


@given(st.datetimes(datetime(2026, 10, 30), datetime(2026, 12, 2), timezones=st.just(UTC)))
def test_a_moment_counts_whatever_zone_it_is_written_in(at: datetime) -> None:
    for zone in ("Asia/Seoul", "America/New_York", "Pacific/Kiritimati"):
        rules = autumn(zone)
        assert rules.counts(at) == rules.counts(at.astimezone(ZoneInfo("Asia/Kathmandu")))
        first, after = (datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC) for month in (11, 12))
        assert rules.counts(at) == (first <= at < after)


def test_a_zone_that_is_none_is_named_with_its_line() -> None:
    for zone in ("Asia/Seuol", "KST+9", "../../etc/passwd", ""):
        with pytest.raises(SettingError, match=r"autumn\.yaml:3: time_zone is .*no such time zone"):
            parse_campaign(f"name: a\ntitle: t\ntime_zone: {zone!r}\nfirst_day: 2026-11-01\nlast_day: 2026-11-30\n",
                           "autumn.yaml")


def test_the_name_of_a_campaign_is_one_however_it_is_written() -> None:
    decomposed = "\u1107\u1169\u11b7\u1112\u1162\u11bc\u1109\u1161"  # 봄행사 as a Mac writes file names
    assert parse_campaign(f"name: {decomposed}\ntitle: t\nfirst_day: 2026-11-01\nlast_day: 2026-11-02\n", "x").name == "봄행사"


def test_the_demos_campaign_prices_by_all_that_its_file_has() -> None:
    rules = parse_campaign((ROOT / "recipes/campaigns/demo.yaml").read_text(encoding="utf-8"), "demo.yaml")
    lines = counted(rules, photograph(claimed="vertical"))
    assert sum(line.provisional for line in lines) > rules.points
