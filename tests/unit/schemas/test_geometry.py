"""Outlines become tidy: what crosses is put in order or told, what sticks out is cut, nothing is lost in silence."""

from __future__ import annotations

import itertools
import math

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.geometry import DECIMALS, LOST, area, mend, tidy
from schemas.reading import Point, Polygon

WIDTH, HEIGHT = 640, 480
BOW_TIE = ((64, 48), (384, 48), (64, 96), (384, 96))
"""The corners of a rectangle in the order of a Z."""
fast = settings(deadline=None, max_examples=150)
inside = st.tuples(st.integers(0, WIDTH * 4).map(lambda x: x / 4), st.integers(0, HEIGHT * 4).map(lambda y: y / 4))
anywhere = st.tuples(st.floats(-WIDTH, 2 * WIDTH), st.floats(-HEIGHT, 2 * HEIGHT))


def enclosed(corners: list[Point]) -> float:
    """All that the sides of an outline close off from what lies around it; found without the faces that ``mend`` uses."""
    sides = shapely.unary_union(shapely.LinearRing(corners)).buffer(1e-7)
    return float(shapely.Polygon(sides.exterior).area)


def sound(polygon: Polygon, width: int = WIDTH, height: int = HEIGHT) -> bool:
    shape = shapely.Polygon(polygon)
    return (shape.is_valid and shape.exterior.is_ccw and shapely.box(0, 0, width, height).covers(shape)
            and all(round(value, DECIMALS) == value for corner in polygon for value in corner)
            and all(one != other for one, other in itertools.pairwise((*polygon, polygon[0]))))


def test_a_bow_tie_is_put_in_order() -> None:
    assert tidy(BOW_TIE, WIDTH, HEIGHT) == ((64, 48), (384, 48), (384, 96), (64, 96))
    assert tidy((*BOW_TIE[:2], BOW_TIE[1], *BOW_TIE[2:]), WIDTH, HEIGHT) == tidy(BOW_TIE, WIDTH, HEIGHT)  # a double click
    assert tidy((*BOW_TIE, BOW_TIE[0]), WIDTH, HEIGHT) == tidy(BOW_TIE, WIDTH, HEIGHT)  # closed


@pytest.mark.slow
@fast
@given(st.lists(inside, min_size=4, max_size=4), st.permutations(range(4)))
def test_four_corners_in_any_order_keep_their_area(corners: list[Point], order: list[int]) -> None:
    hull = shapely.convex_hull(shapely.MultiPoint(corners))
    assume(hull.geom_type == "Polygon" and len(hull.exterior.coords) == 5 and hull.area > 2)
    shuffled = [corners[index] for index in order]
    found = mend(shuffled, WIDTH, HEIGHT)
    assert found.polygon is not None and found.lost == 0
    assert sound(found.polygon) and set(found.polygon) == set(corners)
    assert found.polygon[0] == shuffled[0]
    assert area(found.polygon) == pytest.approx(hull.area)


@fast
@given(st.lists(inside, min_size=3, max_size=9))
def test_what_is_lost_is_told(corners: list[Point]) -> None:
    found = mend(corners, WIDTH, HEIGHT)
    if found.polygon is None:
        return
    assert sound(found.polygon)
    crossed_four = len(set(corners)) == 4 and found.lost == 0
    if not crossed_four:
        whole, grid = enclosed(corners), 10 ** -DECIMALS * len(corners) * (WIDTH + HEIGHT)
        least = 1 - (LOST if found.lost <= LOST else found.lost)
        assert least * whole - grid <= area(found.polygon) <= whole + grid
    if shapely.Polygon(corners).is_valid:
        assert found.lost == 0 and found.polygon[0] == corners[0]


@fast
@given(st.lists(anywhere, min_size=3, max_size=9))
def test_any_corners_become_tidy_and_stay_so(corners: list[Point]) -> None:
    polygon = tidy(corners, WIDTH, HEIGHT)
    if polygon is not None:
        assert sound(polygon)
        again = tidy(polygon, WIDTH, HEIGHT)
        assert again == polygon or (again is None and area(polygon) < 1.1)


@fast
@given(st.lists(anywhere, min_size=3, max_size=3, unique=True))
def test_clipping_loses_nothing_of_what_is_inside(corners: list[Point]) -> None:
    image = shapely.box(0, 0, WIDTH, HEIGHT)
    shape = shapely.Polygon(corners).intersection(image) if shapely.Polygon(corners).is_valid else shapely.Polygon()
    found = mend(corners, WIDTH, HEIGHT)
    assert found.lost == 0
    if shape.area > 2 and not shape.buffer(-0.05).is_empty:  # a hair of a tenth of a pixel may have no form on the grid
        assert found.polygon is not None and area(found.polygon) == pytest.approx(shape.area, abs=20)


def slipped(pixels: float) -> list[Point]:
    """A line of 300 × 30 pixels whose last click passes the first corner by so many pixels."""
    return [(100, 100), (250, 98), (400, 100), (400, 130), (250, 128), (100, 130), (100 + pixels, 100 - pixels)]


MEMBERS: list[tuple[str, list[Point], float, bool]] = [
    ("a corner twice", [(10, 10), (10, 10), (90, 10), (90, 40), (90, 40), (10, 40)], 2400, False),
    ("corners on a side", [(10, 10), (50, 10), (90, 10), (90, 40), (50, 40), (10, 40)], 2400, False),
    ("the other way round", [(10, 40), (90, 40), (90, 10), (10, 10)], 2400, False),
    ("a spike", [(10, 10), (90, 10), (200, 10), (90, 10), (90, 40), (10, 40)], 2400, False),
    ("a spike into it", [(10, 10), (50, 10), (50, 30), (50, 10), (90, 10), (90, 40), (10, 40)], 2400, False),
    ("a hole on a bridge", [(10, 10), (90, 10), (90, 40), (10, 40), (10, 10), (30, 15), (30, 35), (70, 35), (70, 15), (30, 15),
                            (10, 10)], 2400, True),
    ("two halves that touch in a corner", [(10, 10), (50, 10), (50, 40), (90, 40), (90, 70), (50, 70), (50, 40), (10, 40)],
     1200, True),
    ("a bow-tie of five corners", [(10, 10), (50, 10), (90, 10), (10, 40), (90, 40)], 600, True),
    ("a star", [(100 + 50 * math.sin(2.4 * math.pi * 2 * i / 6), 100 - 50 * math.cos(2.4 * math.pi * 2 * i / 6))
                for i in range(5)], 867, True),
    ("a slip of a pixel", slipped(1), 9000, False),
    ("a slip of three pixels", slipped(3), 9000, False),
    ("over the edge", [(-20, 10), (90, 10), (90, 40), (-20, 40)], 2700, False),
    ("a U whose bottom is outside", [(10, 400), (60, 400), (60, 500), (200, 500), (200, 400), (250, 400), (250, 520), (10, 520)],
     4000, True),
    ("a corner of the U just in", [(10, 400), (60, 400), (60, 500), (200, 500), (200, 479), (201, 479), (201, 520), (10, 520)],
     4000, False),
]


@pytest.mark.parametrize(("corners", "kept", "told"), [member[1:] for member in MEMBERS], ids=[member[0] for member in MEMBERS])
def test_members_of_the_kind(corners: list[Point], kept: float, told: bool) -> None:
    found = mend(corners, WIDTH, HEIGHT)
    assert found.polygon is not None and sound(found.polygon)
    assert (found.lost > LOST) is told
    assert area(found.polygon) == pytest.approx(kept, rel=.02)


def test_nothing_is_left_of_what_encloses_nothing() -> None:
    for corners in ([], [(1, 1)] * 5, [(1, 1), (5, 5)], [(1, 1), (50, 50), (100, 100)], [(1, 1), (9, 1), (1, 1), (9, 1)],
                    [(700, 10), (800, 10), (800, 90)], [(10, 10), (10.5, 10), (10.5, 10.9)]):
        assert mend(corners, WIDTH, HEIGHT).polygon is None
