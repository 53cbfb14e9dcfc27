"""Outlines of strangers: mended and told, or left out with the reason; never out of the picture, never in another order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saegim.labels import mending
from saegim.labels.findings import Findings, Handling
from saegim.labels.mending import area, box, mended, pairs
from saegim.labels.quads import quad_around

WIDTH = 100
HEIGHT = 50
corners = st.tuples(st.floats(-200, 300, width=32), st.floats(-200, 300, width=32))


def mend(outline: Any) -> tuple[Any, list[str]]:
    findings = Findings()
    return mended(outline, WIDTH, HEIGHT, "1.jpg", 0, findings), [remark.reason for remark in findings.remarks]


SQUARE = ((10.0, 10.0), (30.0, 10.0), (30.0, 20.0), (10.0, 20.0))


@pytest.mark.parametrize(("outline", "found", "reasons"), [
    (SQUARE, SQUARE, []),
    ([*SQUARE, SQUARE[0]], SQUARE, []),
    ([["10", "10"], ["30", "10"], ["30", "20"], ["10", "20"]], SQUARE, []),
    ([SQUARE[0], SQUARE[0], *SQUARE[1:]], SQUARE, []),
    ([SQUARE[0], SQUARE[1], SQUARE[3], SQUARE[2]], SQUARE, [mending.BOW_TIE]),
    ([SQUARE[0], SQUARE[3], SQUARE[2], SQUARE[1]], SQUARE, [mending.TURNED]),
    ([SQUARE[2], SQUARE[3], SQUARE[0], SQUARE[1]], (*SQUARE[2:], *SQUARE[:2]), []),
    (box(90, 40, 30, 30), ((90, 40), (100, 40), (100, 50), (90, 50)), [mending.CLIPPED]),
    (box(-5, 10, 10, 10), ((0, 10), (5, 10), (5, 20), (0, 20)), [mending.CLIPPED]),
    (box(90, 40, 10.5, 10.5), ((90, 40), (100, 40), (100, 50), (90, 50)), []),
    (box(200, 10, 10, 10), None, [mending.OUTSIDE]),
    ([(1e308, 1), (-1e308, 10), (60, 30), (10, 30)], None, [mending.FAR]),
    (box(10, 10, 10_001, 10), None, [mending.FAR]),
    (box(10, 10, 9_990, 10), ((10, 10), (100, 10), (100, 20), (10, 20)), [mending.CLIPPED]),
    (box(10, 10, 0, 10), None, [mending.NO_OUTLINE]),
    (box(10, 10, .5, .5), None, [mending.NO_AREA]),
    (((1, 1), (2, 2), (9, 9)), None, [mending.NO_AREA]),
    (SQUARE[:2], None, [mending.NO_OUTLINE]),
    ([], None, [mending.NO_OUTLINE]), (None, None, [mending.NO_OUTLINE]), ("1,2", None, [mending.NO_OUTLINE]),
    (7, None, [mending.NO_OUTLINE]), ([*SQUARE[:3], None], None, [mending.NO_OUTLINE]),
    ([*SQUARE[:3], (None, 1)], None, [mending.NO_OUTLINE]), ([*SQUARE[:3], (1,)], None, [mending.NO_OUTLINE]),
    ([*SQUARE[:3], (float("nan"), 1)], None, [mending.NO_OUTLINE]), ([*SQUARE[:3], (float("inf"), 1)], None,
                                                                      [mending.NO_OUTLINE]),
])
def test_an_outline(outline: Any, found: Any, reasons: list[str]) -> None:
    assert mend(outline) == (found, reasons)


def test_flat_coordinates() -> None:
    assert pairs([1, 2, 3, 4]) == [[1, 2], [3, 4]]
    assert mend(pairs([1, 2, 3, 4, 5]))[1] == [mending.NO_OUTLINE]
    assert pairs("1,2") == pairs(None) == []


@given(st.lists(corners, max_size=9))
@settings(max_examples=60, deadline=None)
def test_what_comes_out_is_clockwise_inside_and_stays_as_it_is(outline: list[tuple[float, float]]) -> None:
    findings = Findings()
    found = mended(outline, WIDTH, HEIGHT, "1.jpg", 0, findings)
    if found is None:
        assert [remark.handling for remark in findings.remarks][-1] is Handling.LEFT_OUT
        return
    assert len(found) >= 3
    assert area(found) >= 1
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in found)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 50)), min_size=3, max_size=9, unique=True))
@settings(max_examples=60, deadline=None)
def test_a_rectangle_around_an_outline_holds_it(outline: list[tuple[float, float]]) -> None:
    around = quad_around(tuple(outline))
    if len(outline) == 4 or len(around) != 4:
        assert around == tuple(outline)
        return
    assert area(around) >= 0
    for start, end in zip(around, (*around[1:], around[0]), strict=True):
        side = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** .5
        for x, y in outline:
            assert ((end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])) / side >= -1e-6


def test_an_outline_whose_start_is_cut_off_starts_at_the_corner_nearest_to_it() -> None:
    findings = Findings()
    sticking_out = [(-9, -9), (50, -9), (50, 20), (-9, 20)]

    assert mended(sticking_out, 100, 100, "1.jpg", 0, findings) == ((0, 0), (50, 0), (50, 20), (0, 20))
