"""What is flagged as unfair, and what is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.campaign_photograph import CampaignPhotograph
from schemas.errors import SettingError
from schemas.flags import FlagKind
from schemas.recipes.campaign import Campaign
from schemas.recipes.campaign_parts import Bilingual
from schemas.recipes.stock_pictures import parse_stock_pictures
from schemas.submission import Outcome
from stages.score.unfair import SCREEN_LIMIT, LooksUnfair, suspicions

EVENT = Campaign(name="가을", title=Bilingual(ko="가을", en="Autumn"), first_day=date(2026, 11, 2), last_day=date(2026, 11, 15))
SENT = datetime(2026, 11, 5, 3, tzinfo=UTC)


def photograph(number: int, submitter: str = "kim", **values: Any) -> CampaignPhotograph:
    known: dict[str, Any] = {"outcome": Outcome.ACCEPTED, "raw_sha256": f"{number:064x}", "image_id": f"{number:064}",
                             "media_type": "image/jpeg", "pixels_id": None, "cluster_id": f"c{number}", "repeats": None,
                             "captured_at": None}
    return CampaignPhotograph(f"s{number:04}", submitter, SENT + timedelta(seconds=number), **{**known, **values})


def again(number: int, submitter: str = "kim", whose: str = "kim") -> CampaignPhotograph:
    return photograph(number, submitter, outcome=Outcome.DUPLICATE, repeats=whose)


def found(*photographs: CampaignPhotograph, **values: Any) -> list[LooksUnfair]:
    return suspicions(EVENT, photographs, values.get("stock", {}), values.get("likeness", {}), values.get("flagged", ()))


def named(*photographs: CampaignPhotograph, **values: Any) -> list[tuple[str, FlagKind]]:
    return [(item.submission_id, item.kind) for item in found(*photographs, **values)]


def test_ordinary_photographs_are_not_flagged() -> None:
    assert found(*map(photograph, range(50)), *(again(number) for number in range(50, 59))) == []


def test_who_sends_the_same_again_and_again_is_flagged_at_ten_and_at_each_doubling() -> None:
    sent = [photograph(0), *(again(number) for number in range(1, 45))]
    assert named(*sent) == [("s0010", FlagKind.FARMING), ("s0020", FlagKind.FARMING), ("s0040", FlagKind.FARMING)]
    assert found(*sent)[0].detail == "10 of 11 photographs repeat own ones (91%)"


def test_a_decided_flag_is_not_raised_again_when_another_one_becomes_the_tenth() -> None:
    sent = [photograph(0), *(again(number) for number in range(1, 15))]
    assert named(*sent, flagged={"s0011"}) == []
    assert named(*sent, *(again(number) for number in range(15, 25)), flagged={"s0011"}) == [("s0020", FlagKind.FARMING)]


def test_repeating_somebody_else_or_a_little_of_much_is_not_farming() -> None:
    assert found(photograph(0, "lee"), *(again(number, "kim", "lee") for number in range(1, 30))) == []
    assert found(*map(photograph, range(100)), *(again(number) for number in range(100, 120))) == []


def test_more_than_five_photographs_of_one_thing_by_one_person_are_flagged() -> None:
    many = [photograph(number, cluster_id="sign") for number in range(7)]
    assert named(*many) == [("s0005", FlagKind.FARMING), ("s0006", FlagKind.FARMING)]
    assert named(*many[:5], *(photograph(number, "lee", cluster_id="sign") for number in range(10, 15))) == []


def test_known_pictures_are_told_by_bytes_picture_or_pixels() -> None:
    stock = {f"{1:064x}": "a wallpaper", "p" * 64: ""}
    flagged = found(photograph(1), photograph(2, pixels_id="p" * 64), photograph(3), stock=stock)
    assert [(item.submission_id, item.kind) for item in flagged] == [("s0001", FlagKind.STOCK), ("s0002", FlagKind.STOCK)]
    assert flagged[0].detail.startswith("a wallpaper") and "a known picture" in flagged[1].detail
    assert found(photograph(1, outcome=Outcome.REJECTED), stock=stock) == []


def test_likeness_to_a_screen_is_flagged_from_the_limit_on() -> None:
    one, other = photograph(1), photograph(2)
    likeness = {str(one.image_id): SCREEN_LIMIT, str(other.image_id): SCREEN_LIMIT - 0.01}
    assert named(one, other, photograph(3), likeness=likeness) == [("s0001", FlagKind.SCREEN)]


@pytest.mark.parametrize(("captured_at", "flagged"), [
    (None, False), ("", False), ("0000:00:00 00:00:00", False), ("2026-11-01T10:00", False), ("요즘", False),
    ("2026:11:05 09:00:00", False), ("2026:11:01 00:00:00", False), ("2026:10:31 23:59:59", True), ("2019:07:01 10:00:00", True),
    ("1970:01:01 00:00:00", False), ("2000:01:01 00:00:00", False),  # nobody set the clock
    ("2026:11:06 12:00:00", False), ("2031:01:01 12:00:00", False),  # it is ahead
])
def test_dates_before_the_event_are_flagged_and_no_date_is_unknown(captured_at: str | None, flagged: bool) -> None:
    assert named(photograph(1, captured_at=captured_at)) == [("s0001", FlagKind.CAPTURE_DATE)] * flagged


@given(st.text())
def test_no_text_of_a_camera_stops_the_look(text: str) -> None:
    assert all(item.kind is FlagKind.CAPTURE_DATE for item in found(photograph(1, captured_at=text)))


def test_the_file_of_known_pictures() -> None:
    text = f"# 널리 쓰이는 그림\n\n{'AB' * 32}  배경 화면 1\n{'cd' * 32}\n"
    assert parse_stock_pictures(text, "stock.txt") == {"ab" * 32: "배경 화면 1", "cd" * 32: ""}
    with pytest.raises(SettingError) as error:
        parse_stock_pictures(f"{'ab' * 32} one\nnonsense here\n{'AB' * 32} again\n", "stock.txt")
    assert "stock.txt, line 2: 'nonsense here'" in str(error.value) and "line 3" in str(error.value)
