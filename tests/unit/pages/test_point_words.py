"""Reasons of points as their owners read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pages.category_words import FRIENDLY, category_words
from pages.point_words import POINT_WORDS, entry_words
from schemas.points import PHOTOGRAPH, PointEntry, PointReason
from schemas.reading import ALL_SLICES
from schemas.recipes.campaign import Campaign, parse_campaign

CAMPAIGN: Campaign = parse_campaign("""\
name: 가을
title: 가을
first_day: 2026-11-01
last_day: 2026-11-30
categories: {vertical: {title: {ko: 세로글, en: Vertical}}}
""", "autumn.yaml")


def entry(reason: PointReason, detail: str = "", rule: str = PHOTOGRAPH) -> PointEntry:
    return PointEntry(1, datetime(2026, 11, 26, tzinfo=UTC), "가을", "kim", "a" * 32, rule, 0, 0, reason, detail, 1)


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(POINT_WORDS) == set(PointReason)
    for words in POINT_WORDS.values():
        assert all([words.title.ko, words.title.en, words.means.ko, words.means.en])


@pytest.mark.parametrize(("reason", "detail", "korean", "english"), [
    (PointReason.REJECTED, "too_dark", "너무 어둡습니다", "too dark"),
    (PointReason.DISQUALIFIED, "화면을 찍었습니다", "화면을 찍었습니다.", "화면을 찍었습니다."),
    (PointReason.FLAG_CONFIRMED, "남의 사진입니다.", "남의 사진입니다.", "남의 사진입니다."),
    (PointReason.FLAGGED, "vertical", "세로글 사진으로 세었어요.", "It counts as: Vertical."),
    (PointReason.ACCEPTED, "vertical", "세로글 사진으로 세었어요.", "It counts as: Vertical."),
    (PointReason.DENIED, "vertical", "세로글 사진으로는 세지 않아요.", "It does not count as: Vertical."),
    (PointReason.CAP_OF_CATEGORY, "vertical 20", "세로글: 20장까지.", "Vertical: at most 20."),
    (PointReason.CAP_OF_DAY, "30", "하루 30장까지.", "At most 30 a day."),
    (PointReason.CAP_OF_BURST, "3 120", "120초에 3장까지.", "At most 3 within 120 seconds."),
])
def test_what_stands_beside_a_reason_is_told(reason: PointReason, detail: str, korean: str, english: str) -> None:
    words = entry_words(CAMPAIGN, entry(reason, detail))
    assert korean in words.means.ko
    assert english in words.means.en


@pytest.mark.parametrize("reason", PointReason)
@pytest.mark.parametrize("detail", ["", "x", "1", "a b c", "vertical"])
def test_any_detail_can_be_told(reason: PointReason, detail: str) -> None:
    assert entry_words(CAMPAIGN, entry(reason, detail)).means.ko.endswith(POINT_WORDS[reason].means.ko)


def test_every_slice_has_a_friendly_name_and_a_campaign_may_give_its_own() -> None:
    assert set(ALL_SLICES) - {"illegible", "text"} <= set(FRIENDLY)
    assert category_words(CAMPAIGN, "vertical").ko == "세로글"
    assert category_words(CAMPAIGN, "ruled-handwriting").ko == "ruled-handwriting"
