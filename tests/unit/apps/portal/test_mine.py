"""One's own points: every change with its reason, and a table that spreadsheets cannot be fooled by."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pydantic import SecretStr

from schemas.points import PointReason
from tests.made_board import add_entry, add_photograph
from tests.portal import CAMPAIGN, InProcess, joined, log_in, open_portal

MINE = f"/c/{CAMPAIGN}/mine"
OWN = "a1" * 16
OTHERS = "b2" * 16


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    opened = open_portal(tmp_path, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))
    opened.client.cookies.set("saegim_language", "ko")
    add_photograph(opened.ledger, OWN, "kim")
    add_entry(opened.ledger, 1, "kim", OWN, PointReason.ACCEPTED, 10)
    add_entry(opened.ledger, 2, "kim", OWN, PointReason.CLAIMED, 5, rule="vertical")
    add_entry(opened.ledger, 3, "kim", OWN, PointReason.CONFIRMED, -10, 10)
    add_entry(opened.ledger, 4, "kim", OWN, PointReason.DENIED, -5, rule="vertical", version=2)
    add_entry(opened.ledger, 5, "lee", OTHERS, PointReason.FLAG_CONFIRMED, detail="=HYPERLINK(\"http://x\")")
    return opened


def test_strangers_and_those_who_have_not_joined_read_nobodys_points(portal: InProcess) -> None:
    assert portal.client.get(MINE).status_code in (303, 401)
    log_in(portal, "kim")
    assert portal.client.get(MINE).status_code in (303, 403)
    assert portal.client.get(f"{MINE}.csv").status_code in (303, 403)


def test_each_change_is_told_with_its_reason_and_the_sums(portal: InProcess) -> None:
    joined(portal, "kim")
    text = portal.client.get(MINE).text
    assert "확정 10" in text
    assert "잠정 0" in text
    for said in ("사진 접수", "고르신 항목 보너스", "사진에 없는 항목", "사람이 확인해 보니", "규칙 2판",
                 "+10", "-5", "잠정 10 → 확정 10", "세로글"):
        assert said in text
    assert "X-Amz-Expires=900" in text
    assert OTHERS not in text


def test_the_reasons_are_told_in_english_too(portal: InProcess) -> None:
    joined(portal, "kim")
    portal.client.cookies.set("saegim_language", "en")
    text = portal.client.get(MINE).text
    assert "Not on the picture" in text
    assert "version 2 of the rules" in text


def test_without_points_it_says_what_to_do(portal: InProcess) -> None:
    joined(portal, "park")
    assert "아직 점수가 없어요" in portal.client.get(MINE).text


def test_the_table_has_ones_own_changes_alone_and_no_formula(portal: InProcess) -> None:
    joined(portal, "lee")
    answer = portal.client.get(f"{MINE}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    head, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert head[6:8] == ["이유", "설명"]
    assert row[2] == OTHERS
    assert row[7].startswith("'=HYPERLINK"), "what a manager wrote is no formula"
    joined(portal, "kim")
    rows = list(csv.reader(io.StringIO(portal.client.get(f"{MINE}.csv").text.removeprefix("\ufeff"), newline="")))
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert [row[4] for row in rows[1:]] == ["10", "5", "-10", "-5"], "numbers stay numbers"
    assert rows[1][1] == "2026-11-26T23:31:00+09:00", "in the campaign's zone"


def test_a_long_history_is_paged(portal: InProcess) -> None:
    for number in range(10, 35):
        add_entry(portal.ledger, number, "kim", f"{number:032d}", PointReason.ACCEPTED, 10)
    joined(portal, "kim")
    first = portal.client.get(MINE).text
    assert first.count("<article") == 20
    assert "1 / 2" in first
    assert portal.client.get(f"{MINE}?page=2").text.count("<article") == 6
