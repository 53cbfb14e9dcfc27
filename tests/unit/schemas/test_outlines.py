"""Areas that outlines share: what GEOS says, for outlines of every kind."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.geometry import shapes_of
from schemas.outlines import outlines_of, shared_areas, touching
from schemas.reading import Polygon

SQUARE: Polygon = ((0, 0), (10, 0), (10, 10), (0, 10))

numbers = st.floats(-50, 50, width=32)
any_quad = st.tuples(*[st.tuples(numbers, numbers)] * 4)
on_grid = st.tuples(*[st.tuples(st.integers(0, 6), st.integers(0, 6))] * 4)
more = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=7).map(tuple)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(any_quad, on_grid, more), min_size=1, max_size=5))
@example([((0, 0), (0, 4.9e-38), (1, 0), (1, -1))])  # its shortest side is gone as soon as a corner is subtracted
def test_areas_are_those_of_geos(polygons: list[Polygon]) -> None:
    outlines = outlines_of(polygons)
    shapes = shapes_of(polygons)
    assert outlines.areas == pytest.approx(shapely.area(shapes), rel=1e-9, abs=1e-9)
    i, j = (found.ravel() for found in np.indices((len(polygons),) * 2))
    expected = shapely.area(shapely.intersection(shapes[i], shapes[j]))
    assert shared_areas(outlines, i, outlines, j) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.one_of(any_quad, on_grid), min_size=1, max_size=5))
def test_pairs_left_out_share_nothing(polygons: list[Polygon]) -> None:
    outlines = outlines_of(polygons)
    shapes = shapes_of(polygons)
    near = set(zip(*(found.tolist() for found in touching(outlines.bounds, outlines.bounds)), strict=True))
    for i, one in enumerate(shapes):
        for j, other in enumerate(shapes):
            assert (i, j) in near or one.intersection(other).area == 0


def test_outlines_in_either_sense_and_those_that_share_sides() -> None:
    polygons: list[Polygon] = [SQUARE, SQUARE[::-1], ((10, 0), (20, 0), (20, 10), (10, 10)), ((2, 2), (4, 2), (4, 4), (2, 4))]
    outlines = outlines_of(polygons)
    assert outlines.convex.all()
    assert outlines.areas.tolist() == [100, 100, 100, 4]
    assert shared_areas(outlines, np.array([0, 0, 0, 0, 3]), outlines, np.array([0, 1, 2, 3, 1])).tolist() == [100, 100, 0, 4, 4]


def test_what_is_no_outline_lies_on_nothing() -> None:
    nan: Polygon = ((0, 0), (float("nan"), 0), (10, 10), (0, 10))
    infinite: Polygon = ((0, 0), (float("inf"), 0), (10, 10), (0, 10))
    outlines = outlines_of([SQUARE, nan, infinite, ((1, 1), (2, 2)), ()])
    assert outlines.areas.tolist() == [100, 0, 0, 0, 0]
    i, j = touching(outlines.bounds, outlines.bounds)
    assert (i.tolist(), j.tolist()) == ([0], [0])
    assert outlines_of([]).areas.tolist() == []


def test_an_outline_that_crosses_itself_has_what_it_encloses() -> None:
    outlines = outlines_of([((0, 0), (10, 10), (10, 0), (0, 10)), SQUARE])
    assert outlines.areas.tolist() == [50, 100]
    assert shared_areas(outlines, np.array([0]), outlines, np.array([1])).tolist() == [50]
