"""The status of labelling in words and as a page."""

from __future__ import annotations

import re
from html import unescape

import pytest

from pages.label_status_page import render
from pages.label_status_tables import markdown, tables
from schemas.labelling import AgreementKind
from schemas.recipes.annotation_config import Thresholds
from stages.label.status import sum_up
from tests.made_work import QUEUES, SCENE_TEXT, SOME_MARKING, SOME_PAIRS, SOME_WORK, compared, marking, work

LIMITS = Thresholds(regions=0.9, cer=0.02, attributes=0.9)


def test_tables_have_a_word_for_each_heading_and_markdown_keeps_the_columns() -> None:
    found = tables(sum_up([*SOME_WORK, work("person:a|b\nc")], SOME_PAIRS, QUEUES))
    assert [len(table.rows) for table in found] == [4, 1, 3, 3]
    assert all(len(row) == len(table.headings) for table in found for row in table.rows)
    rows = [line for line in markdown(found).splitlines() if line.startswith("|")]
    assert len(rows) == sum(len(table.rows) + 2 for table in found)
    [row] = [row for row in rows if "a\\|b c" in row]
    assert len(re.findall(r"(?<!\\)\|", row)) == len(found[0].headings) + 1


def test_what_is_marked_and_how_often_rightly_is_a_table() -> None:
    told = sum_up(SOME_WORK, SOME_PAIRS, QUEUES, SOME_MARKING)
    [table] = [table for table in tables(told) if table.title == "What is marked"]
    assert table.rows == (("document", "m@1", "120 of 200 yet", "nothing yet", "–", "9 % of 3,400", "71 % of 312", "3.1 %"),
                          ("scene_text", "m@1", "10,000", "0.874", "97.0 %", "9 % of 3,400", "71 % of 312", "3.1 %"))
    assert "In " not in table.note
    told = sum_up([], [], [], [marking("document", 200, sure=False), marking("scene_text", 200, sure=False, under=0)])
    [table] = [table for table in tables(told) if table.title == "What is marked"]
    assert [row[3] for row in table.rows] == ["0.874", "nothing"]
    assert "In document that would be more than 25 %" in table.note and "In scene_text nothing is marked" in table.note
    assert "What is marked" in render(told, thresholds={})


@pytest.mark.parametrize("people", [0, 1, 60])
def test_the_page_is_one_file_that_escapes_names_and_shows_everybody(people: int) -> None:
    names = [f"person:<script>alert({index})</script> 김{index}" for index in range(people)]
    done = [work(name, config=f"scene_text@{1 + index % 2}") for index, name in enumerate(names)]
    pairs = [compared(AgreementKind.PAIR, name, names[0], 0.05) for name in names]
    page = render(sum_up(done, pairs, QUEUES if people else []), thresholds={SCENE_TEXT: LIMITS}, at="today")
    assert "<script" not in page
    assert not re.search(r"(src|href)\s*=|url\(|@import|https?:", page)
    assert all(name.removeprefix("person:") in unescape(page) for name in names)
    assert ('class="limit"' in page) == bool(people)  # the threshold is drawn


def test_a_bar_ends_where_its_value_is_and_the_threshold_is_a_quarter_of_the_way() -> None:
    told = sum_up([work()], [compared(AgreementKind.PAIR, "person:kim", "person:lee", 0.04)], [])
    page = render(told, thresholds={SCENE_TEXT: LIMITS})
    assert re.search(r'<rect class="bar over" width="50.00" height="10"/><line class="limit" x1="25.00" x2="25.00"', page)
