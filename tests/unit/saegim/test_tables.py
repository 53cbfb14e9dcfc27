"""Tables on a terminal: no word of a cell is ever broken, in Korean either, and columns are used where they fit."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from saegim.tables import Table, broken_lines, column_widths, print_table

WORDS = st.text("abXY12,.:-[]…가나다한글漢", min_size=1, max_size=12)
CELLS = st.lists(WORDS, max_size=6).map(" ".join)
SOME = settings(max_examples=50)
PEOPLE = Table("People", ("annotation config", "annotator", "tasks"),
               (("scene_text", "김하늘", "1,200"), ("scene_text", "이보라", "7")), left=2, note="Of the last week.")


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Of one to six columns, with words in Latin and Korean letters and brackets that are no markup."""
    count = draw(st.integers(1, 6))
    row = st.tuples(*[CELLS] * count)
    return Table(draw(CELLS), draw(row), tuple(draw(st.lists(row, max_size=3))), draw(st.integers(0, count)), draw(CELLS))


def printed(shown: Table, width: int) -> str:
    out = io.StringIO()
    print_table(Console(file=out, width=width), shown)
    return out.getvalue()


def test_in_columns_where_they_fit() -> None:
    assert printed(PEOPLE, 80).splitlines() == [
        "People",
        "annotation config  annotator  tasks",
        "───────────────────────────────────",
        "scene_text         김하늘     1,200",
        "scene_text         이보라         7",
        "  Of the last week.",
        "",
    ]


def test_a_block_a_row_where_a_word_would_be_broken() -> None:
    assert printed(PEOPLE, 25).splitlines() == [
        "People",
        "annotation config:",
        "  scene_text",
        "annotator: 김하늘",
        "tasks: 1,200",
        "",
        "annotation config:",
        "  scene_text",
        "annotator: 이보라",
        "tasks: 7",
        "  Of the last week.",
        "",
    ]


def test_a_number_is_not_parted_from_its_unit() -> None:
    shown = Table("", ("annotator", "pairs that agree"), (("kim", "33 % of 3"), ("lee", "–")))
    assert printed(shown, 22).splitlines()[:2] == ["            pairs that", "annotator        agree"]
    assert column_widths(shown, 19) == () and "33 % of 3\n" in printed(shown, 19)


@pytest.mark.parametrize("width", [1, 10, 80])
def test_a_word_that_no_terminal_has_room_for_stays_whole(width: int) -> None:
    key = "demo/kim/" + "a" * 100 + ".jpg"
    assert key in printed(Table("", ("photograph", ""), ((key, ""),)), width).split()


def test_a_table_without_rows_or_headings() -> None:
    assert printed(Table("Nothing", ("a", "b"), (), note="none"), 80).split() == ["Nothing", "a", "b", "─" * 4, "none"]
    assert printed(Table("", ("", ""), (("unit", "line"),)), 80).split() == ["unit", "line"]
    assert printed(Table("only a title", (), ()), 80) == "only a title\n\n"


def test_who_needs_least_gets_all_and_the_others_share() -> None:
    shown = Table("", ("name", "why"), (("김 하늘", "a b " * 20),), left=2)
    assert column_widths(shown, 40) == (7, 31)


@SOME
@given(tables(), st.integers(1, 120))
def test_every_word_is_whole_and_in_its_order(shown: Table, width: int) -> None:
    said = printed(shown, width)
    words = said.split()
    for row in shown.rows:
        for cell in row:
            assert set(cell.split()) <= set(words) | {word.rstrip(":") for word in words}
    if not column_widths(shown, width):
        cells = [f"{heading}: {cell}" if heading else cell for row in shown.rows
                 for heading, cell in zip(shown.headings, row, strict=True) if cell]
        assert words == " ".join([shown.title, *cells, shown.note]).split()


@SOME
@given(tables(), st.integers(1, 120))
def test_no_line_is_wider_than_the_terminal_but_for_a_single_word(shown: Table, width: int) -> None:
    for line in printed(shown, width).splitlines():
        assert cell_len(line.rstrip()) <= width or len(line.split()) == 1


@SOME
@given(tables(), st.integers(1, 300))
def test_columns_are_as_wide_as_they_need_and_fit(shown: Table, width: int) -> None:
    widths = column_widths(shown, width)
    whole = [max(map(cell_len, cells)) for cells in zip(shown.headings, *shown.rows, strict=True)]
    if widths:
        assert sum(widths) + 2 * (len(widths) - 1) <= width
        assert all(got <= wanted for got, wanted in zip(widths, whole, strict=True))
    if sum(whole) + 2 * (len(whole) - 1) <= width:
        assert list(widths) == whole


@SOME
@given(st.lists(CELLS).map("\n".join), st.integers(0, 60))
def test_lines_are_broken_between_words_only(text: str, width: int) -> None:
    lines = broken_lines(text, width)
    assert " ".join(lines).split() == text.split()
    assert all(cell_len(line) <= width or len(line.split()) == 1 for line in lines)
