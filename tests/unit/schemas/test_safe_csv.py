"""CSV for spreadsheets: nothing in it is worked out, and nothing is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.safe_csv import BYTE_ORDER_MARK, csv_table, safe_cell

CELLS = st.one_of(st.integers(-10**9, 10**9), st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from([
    "=HYPERLINK(\"http://x\",\"y\")", "+82 10", "-1+1|cmd' /C calc'!A0", "@SUM(1)", "\t=1", " =1", "＝1",
    "한글, \"따옴표\"\n둘째 줄",
    "\u200b=1", "\x00=1", "'=1", ""]))


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2)))
def test_no_cell_is_a_formula_and_every_text_is_still_there(rows: list[list[str | int]]) -> None:
    text = csv_table(["이름", "points"], rows)
    assert text.startswith(BYTE_ORDER_MARK)
    read = rows_of(text)
    assert read[0] == ["이름", "points"]
    assert len(read) == len(rows) + 1
    for before, after in zip(rows, read[1:], strict=True):
        for cell, seen in zip(before, after, strict=True):
            if isinstance(cell, int):
                assert seen == str(cell)
                continue
            assert seen in (cell, f"'{cell}")
            shown = "".join(char for char in seen if char.isprintable() and not char.isspace())
            assert not shown.startswith(tuple("=+-@＝＋－＠")), "a spreadsheet works it out"
            assert not seen.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["kim", "가을", "1=1", "a@b", "3-4", "'tis", ""])
def test_harmless_texts_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text
