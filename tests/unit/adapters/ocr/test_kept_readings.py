"""What any engine answers is kept in one form, also what a plug-in has not tidied."""

from __future__ import annotations

import shapely
from hypothesis import given
from hypothesis import strategies as st

from adapters.ocr.engine import as_kept
from schemas.reading import Attributes, Polygon, Reading, Region, Unit
from schemas.text import normalise


def reading(*regions: tuple[Polygon, str]) -> Reading:
    return Reading("a" * 64, "model:m@1", "run", 0, Unit.LINE, 100, 80, tuple(
        Region(str(index), polygon, text, Attributes(), 0.9) for index, (polygon, text) in enumerate(regions)))


def test_texts_and_outlines_of_a_plug_in_are_tidied() -> None:
    crossed = ((10.0, 10.0), (60.0, 10.0), (10.0, 20.0), (60.0, 20.0))
    outside = ((200.0, 10.0), (260.0, 10.0), (260.0, 20.0))
    kept = as_kept(reading((crossed, "\u1109\u1165\u110b\u116e\u11af\u200b  역"), (outside, "밖")))
    [region] = kept.regions
    assert (region.region_id, region.text, region.score) == ("0", "서울 역", 0.9)
    assert shapely.Polygon(region.polygon).area == 500
    assert as_kept(kept) == kept


def test_regions_of_any_engine_come_in_reading_order() -> None:
    upper = ((10.0, 10.0), (60.0, 10.0), (60.0, 20.0), (10.0, 20.0))
    lower = tuple((x, y + 30) for x, y in upper)
    beside = tuple((x + 55 - 30 * (x > 20), y + 1) for x, y in upper)
    kept = as_kept(reading((lower, "셋"), (beside, "둘"), (upper, "하나")))
    assert [region.text for region in kept.regions] == ["하나", "둘", "셋"]


@given(st.lists(st.tuples(st.lists(st.tuples(st.floats(-50, 150), st.floats(-50, 150)), min_size=3, max_size=8).map(tuple),
                          st.text(max_size=20)), max_size=4))
def test_whatever_it_answers_is_valid_and_stays(regions: list[tuple[Polygon, str]]) -> None:
    kept = as_kept(reading(*regions))
    for region in kept.regions:
        assert shapely.Polygon(region.polygon).is_valid
        assert all(0 <= x <= 100 and 0 <= y <= 80 for x, y in region.polygon)
        assert region.text == normalise(region.text)
