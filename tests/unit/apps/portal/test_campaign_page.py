"""The start page of a campaign: what it is about, in plain words, for whoever reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pages.campaign_words import rule_sentences
from schemas.recipes.campaign import Campaign, parse_campaign
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, joined, open_portal
from workbench.campaign_page import campaign_page

ABOUT = f"/c/{CAMPAIGN}/"
RULES = """\
caps: {day: 30, burst: {photographs: 3, seconds: 120}}
duplicate_points: 1
board: {every_minutes: 60, freeze_hours: 12}
"""


def campaign_of(more: str = "") -> Campaign:
    return parse_campaign(CAMPAIGN_FILE.replace("caps: {day: 100}\n", "") + more, "autumn.yaml")


def test_everybody_may_read_it_and_is_shown_the_way_in(tmp_path: Path) -> None:
    portal = open_portal(tmp_path)
    text = portal.client.get(ABOUT, headers={"accept-language": "ko"}).text
    for said in ("가을 글자 모으기", "글자가 있는 곳을 찍어 주세요", "2026년 1월 1일(목)", "Asia/Seoul", "세로글", "+5점 보너스",
                 "하루에 100장까지", "1–3위", "추첨 2명", "*@example.com", "연구에 쓰는 데 동의", "참여하기",
                 "지금 참여할 수 있어요"):
        assert said in text, said
    english = portal.client.get(ABOUT, headers={"accept-language": "en"}).text
    assert "Take part" in english
    assert "Autumn letters" in english


def test_who_takes_part_is_shown_the_way_to_send(tmp_path: Path) -> None:
    portal = open_portal(tmp_path)
    joined(portal, "kim")
    text = portal.client.get(ABOUT, headers={"accept-language": "ko"}).text
    assert "사진 보내기" in text
    assert f"{ABOUT}join" not in text


def test_the_rules_of_the_file_are_sentences(tmp_path: Path) -> None:
    korean = " ".join(rule.ko for rule in rule_sentences(campaign_of(RULES)))
    for said in ("하루에 30장까지", "2분 안에 이어서 보내신 사진은 3장까지", "1점이에요", "1시간마다", "마지막 12시간"):
        assert said in korean
    english = " ".join(rule.en for rule in rule_sentences(campaign_of(RULES)))
    for said in ("Up to 30 photographs a day", "Within 2 minutes the first 3 photographs", "worth 1 point,", "anew every hour",
                 "last 12 hours"):
        assert said in english


def test_without_caps_nothing_is_said_of_them() -> None:
    assert not [rule for rule in rule_sentences(campaign_of()) if "하루에" in rule.ko or "이어서" in rule.ko]


def test_it_says_how_long_it_goes_and_that_it_is_over(tmp_path: Path) -> None:
    bench = open_portal(tmp_path).bench
    campaign = parse_campaign(CAMPAIGN_FILE.replace("2099-12-31", "2026-11-26"), "autumn.yaml")
    before = campaign_page(bench, campaign, False, datetime(2025, 12, 31, 13, 30, tzinfo=UTC))
    assert (before.season, before.left.ko, before.left.en) == ("before", "1시간 30분", "1 hour 30 minutes")
    last = campaign_page(bench, campaign, False, datetime(2026, 11, 26, 14, 59, 30, tzinfo=UTC))
    assert (last.season, last.left.ko) == ("running", "1분 미만")
    assert last.wanted
    over = campaign_page(bench, campaign, False, datetime(2026, 11, 26, 15, tzinfo=UTC))
    assert (over.season, over.left.ko, over.wanted) == ("over", "", ())


def test_a_bonus_for_some_days_says_until_when(tmp_path: Path) -> None:
    bench = open_portal(tmp_path).bench
    campaign = campaign_of().model_copy(update={"bonus": parse_campaign(CAMPAIGN_FILE.replace(
        "vertical: 5,", "vertical: [5, {points: 8, first_day: 2026-11-30, last_day: 2026-12-06}],"), "autumn.yaml").bonus})
    better = {card.words.en: card for card in campaign_page(bench, campaign, False, datetime(2026, 12, 1, tzinfo=UTC)).cards}
    assert (better["Vertical"].bonus, better["Vertical"].until.ko) == (8, "12월 6일(일)")
    plain = {card.words.en: card for card in campaign_page(bench, campaign, False, datetime(2026, 12, 8, tzinfo=UTC)).cards}
    assert (plain["Vertical"].bonus, plain["Vertical"].until.ko) == (5, "")
