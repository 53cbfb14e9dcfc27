"""A campaign's file: each mistake with its line, moments of its zone, and what of it prices photographs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SettingError
from schemas.recipes.campaign import Campaign, parse_campaign
from schemas.recipes.campaign_parts import Bilingual
from schemas.recipes.pricing_rules import PricingRules
from tests.places import ROOT

HEAD = "name: autumn\ntitle: 가을\nfirst_day: 2026-11-01\nlast_day: 2026-11-30\npoints: 10\n"
"""Five lines; what a test adds begins in the sixth."""
DEMO = (ROOT / "recipes/campaigns/demo.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "told"), [
    ("duplicate_points: 11", "6: duplicate_points is 11: a duplicate would be worth more than a photograph, which has 10"),
    ("duplicate_points: -1", "6: duplicate_points is -1"),
    ("caps:\n  day: 0", "7: caps.day is 0"),
    ("caps:\n  day: 3\n  burst: {photographs: 3}", "8: caps.burst.seconds is missing"),
    ("caps:\n  dya: 3", "7: there is no key caps.dya; did you mean day"),
    ("categories:\n  curved: 3\n  vertcal: 3", "8: categories.vertcal is 3: no such slice: vertcal; did you mean vertical"),
    ("categories:\n  vertical: {cap: 0}", "7: categories.vertical.cap is 0"),
    ("categories:\n  vertical: {points: -1}", "7: categories.vertical.points is -1"),
    ("categories:\n  vertical: {title: {ko: 세로}}", "7: categories.vertical.title.en is missing"),
    ("categories:\n  illegible: 3", "7: categories.illegible is 3: no such slice"),
    ("bonus:\n  vertical: 3\n  vertcal: 3", "8: bonus.vertcal is 3: no such slice"),
    ("consent:\n  version: 0\n  text: x", "7: consent.version is 0"),
    ("consent:\n  version: 1\n  text:\n    ko: 동의합니다", "8: consent.text.en is missing"),
    ("consent:\n  version: 1", "6: consent.text is missing"),
    ("board:\n  every_minutes: 0", "7: board.every_minutes is 0"),
    ("board:\n  every_minutes: 5\n  freeze_hours: 400", "8: board.freeze_hours is 400: it may be half of the campaign"),
    ("take_part:\n  addresses: ['*']", "7: take_part.addresses is .*'\\*' is no address"),
    ("take_part:\n  addresses: [kim@example.com, '*@*']", "7: take_part.addresses is .*'\\*@\\*' is no address"),
    ("text: 3", "6: text is 3: expected a text"),
    ("text: {ko: ' ', en: x}", "6: text.ko is ' ': expected words"),
    ("prizes:\n  public: x", "7: there is no key prizes.public; did you mean public_value"),
    ("demo_quota: -1", "6: demo_quota is -1"),
    ("demo_quota: 1000001", "6: demo_quota is 1000001"),
    ("categories:\n  vertical: 100000000000000000000", "7: categories.vertical.points is 1000"),
    ("categories:\n  vertical: {cap: 1000001}", "7: categories.vertical.cap is 1000001"),
    ("bonus:\n  vertical: -5", "7: bonus.vertical.points is -5"),
    ("bonus:\n  vertical: 1000001", "7: bonus.vertical.points is 1000001"),
    ("bonus:\n  vertical: [5, -5]", "7: bonus.vertical.also.0.points is -5"),
    ("caps:\n  day: 1000001", "7: caps.day is 1000001"),
    ("caps:\n  burst: {photographs: 1, seconds: 1000000000000}", "7: caps.burst.seconds is 1000000000000"),
    ("board:\n  every_minutes: 1000000000000", "7: board.every_minutes is 1000000000000"),
    ("prizes:\n  top: 1000001", "7: prizes.top is 1000001"),
    ("consent:\n  version: 1000001\n  text: x", "7: consent.version is 1000001"),
])
def test_what_is_wrong_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(SettingError, match=rf"(?m)^autumn\.yaml:{told}"):
        parse_campaign(f"{HEAD}{text}\n", "autumn.yaml")


def test_points_that_the_ledger_cannot_keep_are_told_with_their_line() -> None:
    for points in (10**20, 1_000_001, -1):
        with pytest.raises(SettingError, match=rf"autumn\.yaml:5: points is {points}"):
            parse_campaign(HEAD.replace("points: 10", f"points: {points}"), "autumn.yaml")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("2026-11-30", "2026-10-30", "last_day 2026-10-30 lies before first_day 2026-11-01"),
    ("2026-11-30", "9999-12-31", "4: last_day is "),
    ("2026-11-01", "0001-01-01", "3: first_day is "),
])
def test_days_that_no_clock_tells_are_none(old: str, new: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        parse_campaign(HEAD.replace(old, new), "autumn.yaml")


def test_one_text_stands_for_both_languages_and_an_empty_category_for_the_campaigns_points() -> None:
    found = parse_campaign(f"{HEAD}take_part: {{addresses: '*@example.com'}}\ncategories:\n  vertical:\n  curved: 3\n", "x")
    assert found.title == Bilingual(ko="가을", en="가을") and found.take_part.addresses == ("*@example.com",)
    assert (found.categories["vertical"].points, found.categories["curved"].points) == (None, 3)


def test_the_demos_campaign_says_all_that_people_read_in_both_languages() -> None:
    demo = parse_campaign(DEMO, "demo.yaml")
    texts = [demo.title, demo.text, demo.consent.text if demo.consent else None]
    assert all(text and text.ko != text.en for text in texts)
    assert demo.categories.keys() == demo.bonus.keys() and demo.prizes.public_value


def test_rules_are_what_prices_photographs_and_nothing_else() -> None:
    demo = parse_campaign(DEMO, "demo.yaml")
    rules = demo.rules()
    assert PricingRules.model_validate(rules).model_dump(mode="json", exclude={"categories": {"__all__": {"title"}}}) == rules
    assert set(rules) == {"points", "categories", "bonus", "caps", "duplicate_points"}
    others = DEMO.replace("글자가 있는 곳", "글자").replace("Asia/Seoul #", "Asia/Tokyo #").replace("top: 3", "top: 5")
    assert parse_campaign(others.replace("점으로 찍은", "점"), "demo.yaml").rules() == rules
    for old, new in (("points: 10 ", "points: 11 "), ("cap: 100", "cap: 99"), ("curved: 3", "curved: 4"), ("day: 200", "day: 2"),
                     ("seconds: 60", "seconds: 61"), ("duplicate_points: 0", "duplicate_points: 1")):
        assert parse_campaign(DEMO.replace(old, new), "demo.yaml").rules() != rules, old


ZONES = sorted(available_timezones() - {"localtime", "Factory"})


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 2), date(2037, 12, 30)), st.integers(0, 40), st.integers(0, 60))
def test_begins_and_ends_are_midnights_of_its_zone(zone: str, first: date, days: int, hours: int) -> None:
    found = Campaign.model_validate({"name": "a", "title": "a", "time_zone": zone, "first_day": first,
                                     "last_day": first + timedelta(days=days)})
    moment = timedelta(microseconds=1)
    assert found.day_of(found.begins_at) >= first > found.day_of(found.begins_at - moment)
    assert found.day_of(found.ends_at - moment) <= found.last_day
    assert found.begins_at < found.ends_at or days == 0  # a day that a zone left out has no moment
    assert found.counts(found.begins_at) == (found.begins_at < found.ends_at)
    assert not found.counts(found.begins_at - moment) and not found.counts(found.ends_at)
    assert found.begins_at <= found.freezes_at <= found.ends_at
    between = found.begins_at + timedelta(hours=hours)
    assert found.counts(between) == (between < found.ends_at)


@pytest.mark.parametrize(("zone", "day", "begins"), [
    ("Asia/Seoul", "2026-11-01", "2026-10-31T15:00+00:00"),
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00+00:00"),  # its clocks leap over midnight
    ("America/Havana", "2026-11-01", "2026-11-01T04:00+00:00"),  # its midnight comes twice: the first one counts
    ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00+00:00"),  # a day that was left out
])
def test_a_midnight_that_is_missing_or_comes_twice(zone: str, day: str, begins: str) -> None:
    found = Campaign.model_validate({"name": "a", "title": "a", "time_zone": zone, "first_day": day, "last_day": "2026-12-31"})
    assert found.begins_at == datetime.fromisoformat(begins)


def test_the_board_freezes_before_the_end_and_never_in_the_first_half() -> None:
    def freezes(last: str, **board: int) -> datetime:
        values = {"name": "a", "title": "a", "first_day": "2026-11-01", "last_day": last, "board": board}
        return Campaign.model_validate(values).freezes_at.astimezone(ZoneInfo("Asia/Seoul")).replace(tzinfo=None)

    assert freezes("2026-11-30") == datetime(2026, 11, 30) and freezes("2026-11-30", freeze_hours=0) == datetime(2026, 12, 1)
    assert freezes("2026-11-01") == datetime(2026, 11, 1, 12)  # a day long: 24 hours would be all of it


def test_moments_are_utc() -> None:
    found = parse_campaign(HEAD, "autumn.yaml")
    assert {moment.tzinfo for moment in (found.begins_at, found.ends_at, found.freezes_at)} == {UTC}
