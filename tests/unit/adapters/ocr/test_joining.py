"""Letters that stand apart are one line; what only looks like it stays as it was found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adapters.ocr.detection import Box
from adapters.ocr.joining import joined, side_by_side


def box(left: float, top: float, width: float, height: float) -> Box:
    corners = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]], np.float32)
    return Box(corners, corners)


def bounds(one: Box) -> list[float]:
    return [round(float(value)) for value in (*one.polygon.min(axis=0), *one.polygon.max(axis=0))]


@given(st.integers(0, 300), st.floats(0.4, 1.0), st.integers(3, 8), st.floats(-0.15, 0.15), st.permutations(range(8)))
def test_spaced_letters_are_one_line(left: int, space: float, count: int, slope: float, order: list[int]) -> None:
    step = 50 * (1 + space)
    letters = [box(left + step * index, 400 + slope * step * index, 50, 50) for index in range(count)]
    print_below = box(left, 700, 400, 40)
    [below, line] = joined([*(letters[index] for index in order if index < count), print_below])
    assert below is print_below
    assert len(line.letters) == count
    assert all(np.array_equal(crop, letter.crop) for crop, letter in zip(line.letters, letters, strict=True))
    assert line.polygon[:, 0].min() <= left + 2
    assert line.polygon[:, 0].max() >= left + step * (count - 1) + 48


def test_columns_beside_each_other_and_keys_stay() -> None:
    columns = [box(58 * index, 0, 40, 400) for index in range(3)]
    keys = [box(75 * index, 600, 20, 28) for index in range(7)]
    assert sorted(map(bounds, joined([*columns, *keys]))) == sorted(map(bounds, [*columns, *keys]))


def test_what_is_no_spaced_line_stays() -> None:
    two = [box(0, 0, 50, 50), box(100, 0, 50, 50)]
    another_size = [box(0, 200, 50, 50), box(100, 200, 90, 90), box(260, 200, 50, 50)]
    another_pitch = [box(0, 400, 50, 50), box(80, 400, 50, 50), box(240, 400, 50, 50)]
    columns = [box(0, 600, 50, 50), box(300, 600, 50, 50), box(600, 600, 50, 50)]
    lines = [box(0, 800, 300, 40), box(400, 800, 300, 40), box(0, 860, 300, 40), box(0, 920, 300, 40)]
    for boxes in (two, another_size, another_pitch, columns, lines, []):
        assert sorted(map(bounds, joined(boxes))) == sorted(map(bounds, boxes))


def test_a_word_that_the_detector_cut_in_two_is_whole_again() -> None:
    short = [box(0, 0, 60, 50), box(58, 2, 150, 52)]
    assert list(map(bounds, joined(short))) == [[0, 0, 208, 54]]
    columns = [box(0, 0, 600, 50), box(598, 2, 600, 52)]
    assert sorted(map(bounds, joined(columns))) == sorted(map(bounds, columns))


def test_letters_side_by_side_are_as_high_as_the_highest() -> None:
    row = side_by_side([np.full((20, 10, 3), 1, np.uint8), np.full((40, 30, 3), 9, np.uint8)])
    assert row.shape == (40, 20 + 30, 3)
    assert (int(row[0, 0, 0]), int(row[-1, -1, 0])) == (1, 9)
