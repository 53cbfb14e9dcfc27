"""Outlines drawn many at once are those that are drawn one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.predictions.images import ImageOfRelease
from adapters.predictions.outlines import outlines
from schemas.geometry import mend

SIDE = 64
COORDINATE = st.integers(-8, SIDE + 8).map(float) | st.floats(-8, SIDE + 8, width=32)
CORNERS = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=7)
NEAT = st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 20), st.integers(1, 20), st.booleans()).map(
    lambda box: [(box[0], box[1]), (box[0] + box[2], box[1]), (box[0] + box[2], box[1] + box[3]), (box[0], box[1] + box[3])][
        ::-1 if box[4] else 1])
IMAGE = ImageOfRelease("a" * 64, SIDE, SIDE)


@pytest.mark.slow
@given(st.lists(CORNERS | NEAT, max_size=8))
def test_many_at_once_are_as_one_by_one(drawn: list[list[tuple[float, float]]]) -> None:
    found = outlines([np.array(corners, dtype=np.float64) for corners in drawn], [IMAGE] * len(drawn))
    assert [outline.polygon for outline in found] == [mend(corners, SIDE, SIDE).polygon for corners in drawn]


def test_each_region_has_its_own_image() -> None:
    square = np.array([[0, 0], [20, 0], [20, 20], [0, 20]], dtype=np.float64)
    found = outlines([square, square], [ImageOfRelease("a" * 64, 10, 10), ImageOfRelease("b" * 64, 30, 30)])
    assert [outline.polygon for outline in found] == [((0, 0), (10, 0), (10, 10), (0, 10)), ((0, 0), (20, 0), (20, 20), (0, 20))]
