"""Reading order comes from the layout: columns before rows, rows of a table line by line, and never a step upwards."""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import reading_order
from schemas.reading import Polygon, Reading, Region, Unit
from schemas.reading_order import in_reading_order, with_regions_in_order

HEIGHT = 20
fast = settings(deadline=None, max_examples=200)


def box(left: float, top: float, width: float, height: float = HEIGHT) -> Polygon:
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def turned(polygon: Polygon, degrees: float) -> Polygon:
    cos = math.cos(math.radians(degrees))
    sin = math.sin(math.radians(degrees))
    return tuple((cos * x - sin * y + 300, sin * x + cos * y + 300) for x, y in polygon)


boxes = st.builds(box, st.integers(0, 600), st.integers(0, 600), st.integers(4, 300), st.integers(4, 60))
layouts = st.lists(boxes, max_size=25)


def read(polygons: Sequence[Polygon]) -> list[Polygon]:
    return [polygons[place] for place in in_reading_order(polygons)]


def is_tall(polygon: Polygon) -> bool:
    return polygon[2][1] - polygon[0][1] >= 2 * (polygon[2][0] - polygon[0][0])


def column(left: float, count: int, *, top: float = 100, pitch: float = 28, width: float = 300) -> list[Polygon]:
    """Lines of a justified column, the last one short."""
    return [box(left, top + pitch * number, width if number < count - 1 else width / 2) for number in range(count)]


def receipt(rows: int = 8) -> list[Polygon]:
    """Rows of a name and a price, in reading order."""
    heading = [box(150, 40, 200, 30), box(120, 80, 260)]
    return heading + [part for number in range(rows)
                      for part in (box(20, 140 + 30 * number, 130 + 17 * (number % 5)), box(410, 142 + 30 * number, 70))]


def newspaper(shift: float) -> list[Polygon]:
    """A title over two columns whose lines are ``shift`` pixels off, and a number of the page below, in reading order."""
    return [box(60, 30, 640, 40), *column(60, 12), *column(390, 12, top=100 + shift), box(360, 500, 30)]


PAGES = {
    "receipt": receipt(),
    "level columns below a title": newspaper(0),
    "columns half a line off": newspaper(14),
    "columns a third of a line off": newspaper(9),
    "three columns": [*column(0, 9, width=260), *column(290, 9, width=260, top=108), *column(580, 9, width=260, top=95)],
    "a longer left column": [*column(60, 12), *column(390, 5, top=110)],
    "names of several lines": [part for number in range(5) for part in (
        box(20, 100 + 90 * number, 100), box(160, 100 + 90 * number, 300), box(160, 130 + 90 * number, 200))],
    "one label and its lines": [box(20, 142, 90), *column(160, 5, top=100)],
    "prices in larger print": [part for number in range(4) for part in (
        box(20, 100 + 60 * number, 100), box(300, 86 + 60 * number, 160, 36))],
    "words": [box(30 + 65 * place + 3 * (line % 2), 50 + 30 * line, 58) for line in range(6) for place in range(8)],
    "a chat": [box(20 if number % 2 == 0 else 300, 40 + 24 * number, 200) for number in range(9)],
    "one box": [box(5, 5, 50)],
    "nothing": [],
}


@pytest.mark.parametrize("degrees", [0, 5, -5, 12])
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_read_as_people_read_them(name: str, degrees: float) -> None:
    page = [turned(polygon, degrees) for polygon in PAGES[name]]
    for seed in range(4):
        shuffled = random.Random(seed).sample(page, len(page))
        assert read(shuffled) == page


@pytest.mark.parametrize("degrees", [0, 4, -4])
def test_vertical_text_is_read_from_right_to_left(degrees: float) -> None:
    title = box(560, 40, 40, 300)
    columns = [box(500 - 40 * number, 40, 26, 400 - 50 * (number % 3)) for number in range(8)]
    two_pieces = [box(60, 40, 26, 180), box(60, 240, 26, 200), box(20, 40, 26, 180), box(20, 240, 26, 200)]
    page = [turned(polygon, degrees) for polygon in (title, *columns, *two_pieces)]
    assert read(page[::-1]) == page


def test_a_vertical_sign_beside_lines_is_read_as_a_block() -> None:
    signs = [box(560, 40, 40, 240), box(510, 40, 40, 240)]
    lines = column(60, 6, top=40, width=400)
    assert read([*signs, *lines]) == [*lines, *signs]


def test_digits_in_a_line_are_no_vertical_text() -> None:
    page = [box(20, 20, 200), box(240, 20, 8), box(260, 20, 8), box(280, 20, 8)]
    assert read(page[::-1]) == page


@fast
@given(layouts, st.randoms(use_true_random=False))
def test_any_order_of_the_input_gives_one_order(page: list[Polygon], chance: random.Random) -> None:
    order = in_reading_order(page)
    assert sorted(order) == list(range(len(page)))
    shuffled = chance.sample(page, len(page))
    assert read(shuffled) == read(page)
    assert read([polygon[2:] + polygon[:2] for polygon in page]) == [polygon[2:] + polygon[:2] for polygon in read(page)]
    assert read(read(page)) == read(page)


@settings(deadline=None, max_examples=60)
@given(layouts)
def test_where_no_box_is_beside_another_there_is_no_gutter_to_seek(page: list[Polygon]) -> None:
    found = in_reading_order(page)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading_order, "_are_apart", lambda boxes: False)
        assert in_reading_order(page) == found


@fast
@given(st.lists(boxes.filter(lambda polygon: not is_tall(polygon)), max_size=25))
def test_within_a_column_nothing_is_read_upwards(page: list[Polygon]) -> None:
    for before, after in itertools.combinations(read(page), 2):
        share_a_column = before[0][0] < after[1][0] and after[0][0] < before[1][0]
        assert not (share_a_column and after[2][1] <= before[0][1])


@fast
@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=3)), max_size=8), st.randoms(use_true_random=False))
def test_regions_at_one_place_have_one_order(items: list[tuple[int, str]], chance: random.Random) -> None:
    regions = tuple(Region(f"r{number}", box(10, 30 * place, 50), text) for number, (place, text) in enumerate(items))
    reading = Reading("i" * 64, "person:kim", "scene_text@1", 1, Unit.LINE, 700, 700, regions)
    shuffled = replace(reading, regions=tuple(chance.sample(regions, len(regions))))
    found = with_regions_in_order(reading)
    assert found == with_regions_in_order(shuffled)
    assert sorted(found.regions, key=lambda region: region.region_id) == sorted(regions, key=lambda region: region.region_id)
    assert [region.polygon for region in found.regions] == sorted(region.polygon for region in regions)


@pytest.mark.slow
@pytest.mark.parametrize("page", [column(60, 500) + column(390, 500, top=114), receipt(499)])
def test_a_thousand_regions_take_no_time(page: list[Polygon]) -> None:
    seconds = []
    for _ in range(5):
        started = time.process_time()
        in_reading_order(page)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.2
