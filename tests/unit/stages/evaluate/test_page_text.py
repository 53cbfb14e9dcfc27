"""The text of a page, in reading order and without it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reading import Attributes, Reading, Region, Unit
from stages.compare import measure_overlaps
from stages.evaluate.page_text import PageCounts, count_page
from tests.plain_edits import plain_edits

many = settings(deadline=None, max_examples=100)


def region(text: str, left: float, top: float, width: float = 300, height: float = 20, *, legible: bool = True) -> Region:
    corners = ((left, top), (left + width, top), (left + width, top + height), (left, top + height))
    return Region(f"{text}{left}{top}", corners, text, Attributes(legible=legible))


def count(truth: Sequence[Region], other: Sequence[Region]) -> PageCounts:
    one, two = (Reading("i", "model:m@1", "r", 0, Unit.LINE, 1000, 1000, tuple(regions)) for regions in (truth, other))
    return count_page(truth, other, measure_overlaps(one, two).covered)


regions = st.builds(region, st.text(st.sampled_from("가나다라□ "), max_size=4), st.sampled_from([0.0, 10.0, 400.0]),
                    st.integers(0, 40).map(lambda row: row * 7.0))
pages = st.lists(regions, max_size=8)
LEFT = [region(text, 0, 30 * row) for row, text in enumerate(
    ["왼쪽 첫째 줄입니다", "왼쪽 둘째 줄입니다", "왼쪽 셋째 줄입니다", "왼쪽 넷째"])]
RIGHT = [region(text, 400, 30 * row) for row, text in enumerate(
    ["오른쪽 첫 줄이라고", "오른쪽 둘째 줄이지", "오른쪽 셋째 줄이다", "오른쪽 끝"])]


def test_the_same_page_has_no_edits() -> None:
    assert count(LEFT + RIGHT, RIGHT[::-1] + LEFT) == PageCounts(0, 0, sum(
        len(item.text.replace(" ", "")) for item in LEFT + RIGHT))


def test_columns_in_another_order_are_no_edits_without_order() -> None:
    """What was read of the right column lies where the left one is."""
    moved = [replace(one, polygon=other.polygon) for one, other in zip([*RIGHT, *LEFT], [*LEFT, *RIGHT], strict=True)]
    found = count(LEFT + RIGHT, moved)
    assert found.edits_ordered > 20
    assert found.edits_unordered == 0


@pytest.mark.parametrize("lean", [-1.9, -1.0, 1.0, 1.9])
def test_a_page_whose_rows_lean_keeps_its_rows(lean: float) -> None:
    """A box is as high as the next one of its row, but not as the last one: comparing two at a time gives no order."""
    page = [region(f"{row}{column}", 60.0 * column, 24.0 * row + lean * column, 50) for row in range(4) for column in range(6)]
    flat = [region(f"{row}{column}", 60.0 * column, 24.0 * row, 50) for row in range(4) for column in range(6)]
    assert count(flat, random.Random(3).sample(page, len(page))).edits_ordered == 0


@pytest.mark.slow
@many
@given(pages, pages, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(truth: list[Region], other: list[Region], chance: random.Random) -> None:
    assert count(chance.sample(truth, len(truth)), chance.sample(other, len(other))) == count(truth, other)


@pytest.mark.slow
@many
@given(pages, pages)
def test_without_order_there_are_never_more_edits(truth: list[Region], other: list[Region]) -> None:
    found = count(truth, other)
    assert 0 <= found.edits_unordered <= found.edits_ordered
    assert found.length == sum(len(item.text.replace(" ", "").replace("□", "")) for item in truth)
    assert count(truth, truth).edits_ordered == 0


@pytest.mark.slow
@many
@given(st.lists(st.text(st.sampled_from("가나다라"), min_size=1, max_size=4), max_size=5),
       st.lists(st.text(st.sampled_from("가나다라"), min_size=1, max_size=4), max_size=5))
def test_lines_below_one_another_are_one_text(ones: list[str], others: list[str]) -> None:
    found = count([region(text, 0, 40 * row) for row, text in enumerate(ones)],
                       [region(text, 0, 40 * row) for row, text in enumerate(others)])
    assert found.edits_ordered == plain_edits("".join(ones), "".join(others))


def test_words_read_as_lines_are_the_same_text() -> None:
    words = [region("서울", 0, 0, 50), region("역", 60, 0, 20), region("앞", 0, 40, 20)]
    assert count(words, [region("서울 역", 0, 0, 80), region("앞", 0, 40, 20)]) == PageCounts(0, 0, 4)


@pytest.mark.parametrize(("other", "expected"), [
    ([], PageCounts(5, 5, 5)),
    ([region("가나다", 0, 0)], PageCounts(2, 2, 5)),
    ([region("가나다", 0, 0), region("라마", 0, 40), region("바", 0, 80)], PageCounts(1, 1, 5)),
    ([region("라마", 0, 0), region("가나다", 0, 40)], PageCounts(4, 0, 5)),
    ([region("라바", 0, 0), region("가나다", 0, 40)], PageCounts(4, 1, 5)),
])
def test_lines_are_taken_for_those_most_like_them(other: list[Region], expected: PageCounts) -> None:
    assert count([region("가나다", 0, 0), region("라마", 0, 40)], other) == expected


def test_an_empty_page_counts_what_was_put_in() -> None:
    assert count([], []) == PageCounts(0, 0, 0)
    assert count([], [region("가 나", 0, 0)]) == PageCounts(2, 2, 0)


def test_what_nobody_can_read_is_not_counted() -> None:
    truth = [region("가나", 0, 0), region("읽을 수 없다", 0, 40, legible=False)]
    assert count(truth, [region("가나", 0, 0), region("익들수", 0, 42)]) == PageCounts(0, 0, 2)
    assert count(truth, [region("가나", 0, 0), region("익들수", 0, 52)]).edits_ordered == 3
    assert count([region("서□역", 0, 0)], [region("서울역", 0, 0)]) == PageCounts(0, 0, 2)
    turned = [region("서울", 0, 0), region("역", 0, 40)]
    assert count([region("역", 0, 0), region("서□", 0, 40)], turned).edits_unordered == 0


def test_a_place_that_is_no_number_is_on_no_page() -> None:
    lost = replace(region("나", 0, 0), polygon=((math.nan, 0.0), (1.0, 0.0), (1.0, math.inf)))
    assert count([region("가", 0, 0)], [region("가", 0, 0), lost]) == PageCounts(0, 0, 1)
    crossing = replace(region("가", 0, 0), polygon=((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)))
    assert count([crossing, region("나", 0, 0, legible=False)], [crossing]).length == 1
