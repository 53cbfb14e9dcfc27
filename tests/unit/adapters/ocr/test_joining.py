"""Letters that stand apart are one line; what only looks like it stays as it was found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ocr.detection import Box
from adapters.ocr.engine import Pixels
from adapters.ocr.joining import Part, around, cells_of, closed_up, healed, is_line, lines_of, part_of, side_by_side


def box(left: float, top: float, width: float, height: float) -> Box:
    corners = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]], np.float32)
    return Box(corners, corners)


def bounds(one: Box) -> list[float]:
    return [round(float(value)) for value in (*one.polygon.min(axis=0), *one.polygon.max(axis=0))]


def drawn(*letters: tuple[int, int], width: int, height: int = 60) -> Pixels:
    """A crop with black letters, each from one column to another."""
    crop = np.full((height, width, 3), 250, np.uint8)
    for left, right in letters:
        crop[8:height - 8, left:right] = 10
    return crop


def closed(crop: Pixels) -> Pixels | None:
    return closed_up(crop, cells_of(crop))


def lines(*boxes: Box) -> list[list[Part]]:
    """Lines that boxes of single letters may be."""
    crop = np.full((9, 9, 3), 255, np.uint8)
    return lines_of([part for one in boxes if (part := part_of(one, crop, cells_of(crop)))], boxes)


@given(st.integers(0, 300), st.floats(0.4, 1.6), st.integers(3, 8), st.floats(-0.15, 0.15), st.permutations(range(8)))
def test_spaced_letters_are_one_line(left: int, space: float, count: int, slope: float, order: list[int]) -> None:
    step = 50 * (1 + space)
    letters = [box(left + step * index, 400 + slope * step * index, 50, 50) for index in range(count)]
    print_below = box(left, 700, 400, 40)
    [line] = lines(*(letters[index] for index in order if index < count), print_below)
    assert [part.box for part in line] == letters
    whole = around([part.box for part in line])
    assert whole.polygon[:, 0].min() <= left + 2
    assert whole.polygon[:, 0].max() >= left + step * (count - 1) + 48


def test_a_box_of_several_spaced_letters_is_part_of_a_line_and_a_word_is_none() -> None:
    crop = drawn((10, 50), (100, 140), width=150)
    two, third, word = box(0, 0, 150, 60), box(180, 0, 60, 60), box(0, 0, 150, 60)
    found = part_of(two, crop, cells_of(crop))
    assert found is not None
    assert found.middles == pytest.approx((30, 120), abs=2)
    single = part_of(third, crop, cells_of(crop))
    assert single is not None
    assert lines_of([single, found], [two, third]) == [[found, single]]
    together = drawn((5, 45), (55, 95), (105, 145), width=150)
    assert part_of(word, together, cells_of(together)) is None


def test_columns_beside_each_other_and_keys_stay() -> None:
    assert not lines(*(box(58 * index, 0, 40, 400) for index in range(3)))
    keys = [box(75 * index, 600, 20, 28) for index in range(7)]
    assert not is_line("QWERTYU", 0.99, keys)
    assert not is_line("ㅂㅈㄷㄱㅅㅛㅕ", 0.99, keys)
    assert is_line("제일장로교회", 0.99, keys)


def test_a_row_of_a_table_stays_as_its_cells() -> None:
    heads, below = ([box(110 * index, top, 50, 50) for index in range(5)] for top in (0, 90))
    assert not lines(*heads, *below)
    assert not lines(*heads, *(box(110 * index - 10, 90, 70, 40) for index in range(2)))
    [line] = lines(*heads, box(0, 90, 500, 40))  # a line of print below a sign is no cell
    assert len(line) == 5


def test_what_is_no_spaced_line_stays() -> None:
    two = [box(0, 0, 50, 50), box(100, 0, 50, 50)]
    another_size = [box(0, 200, 50, 50), box(100, 200, 90, 90), box(260, 200, 50, 50)]
    another_pitch = [box(0, 400, 50, 50), box(80, 400, 50, 50), box(240, 400, 50, 50)]
    columns = [box(0, 600, 50, 50), box(300, 600, 50, 50), box(600, 600, 50, 50)]
    print_ = [box(0, 800, 300, 40), box(400, 800, 300, 40), box(0, 860, 300, 40), box(0, 920, 300, 40)]
    for boxes in (two, another_size, another_pitch, columns, print_, []):
        assert not lines(*boxes)


@pytest.mark.parametrize(("text", "score", "line"), [
    ("두루치기", 0.99, True), ("C AFE", 0.97, True), ("OPEN", 0.9, True), ("두루치기", 0.7, False),
    ("□□□", 0.99, False), ("口口口", 0.99, False), ("ㅁ口O", 0.99, False), ("XOX", 0.99, False), ("OOO", 0.99, False),
    ("123", 1.0, False), ("1 2 3", 1.0, False), ("7A1", 1.0, False), ("111", 1.0, False), ("가가가", 0.99, False),
    ("", 0.0, False), ("- - -", 0.9, False)])
def test_check_boxes_and_digits_of_columns_are_no_line(text: str, score: float, line: bool) -> None:
    assert is_line(text, score, [box(80 * index, 0, 50, 50) for index in range(3)]) is line


def test_a_word_that_the_detector_cut_in_two_is_whole_again() -> None:
    short = [box(0, 0, 60, 50), box(58, 2, 150, 52)]
    assert list(map(bounds, healed(short))) == [[0, 0, 208, 54]]
    columns = [box(0, 0, 600, 50), box(598, 2, 600, 52)]
    assert sorted(map(bounds, healed(columns))) == sorted(map(bounds, columns))


def test_letters_are_closed_up_and_a_word_is_left_alone() -> None:
    spaced = closed(drawn((10, 50), (110, 150), (210, 250), width=260))
    assert spaced is not None
    assert spaced.shape[0] == 60
    assert 120 <= spaced.shape[1] <= 170
    assert (spaced[30, :, 0] < 100).sum() == 120  # of the letters nothing is lost
    assert closed(drawn((10, 50), (58, 98), (106, 146), width=156)) is None  # a word
    assert closed(drawn((10, 50), (110, 250), width=260)) is None  # a letter and a word
    assert closed(drawn((10, 50), (70, 110), (230, 250), width=260)) is None  # no pitch
    assert closed(drawn((0, 260), width=260)) is None
    assert closed(drawn(width=260)) is None


def test_letters_side_by_side_are_as_high_as_the_highest() -> None:
    row = side_by_side([np.full((20, 10, 3), 1, np.uint8), np.full((40, 30, 3), 9, np.uint8)])
    assert row.shape == (40, 20 + 30, 3)
    assert (int(row[0, 0, 0]), int(row[-1, -1, 0])) == (1, 9)
