"""Readings: the codec's round trip, comparison, review."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.label_studio.codec import from_annotation, to_prediction
from adapters.label_studio.configs import load_annotation_config
from schemas.errors import CodecError, UnitMismatch
from schemas.geometry import tidy
from schemas.reading import Attributes, Direction, Effect, Polygon, Reading, Region, Unit, Writing
from stages.collect.new_states import with_origins
from stages.compare import compare
from tests.places import ROOT

CONFIG = load_annotation_config(ROOT / "annotation_configs" / "scene_text")


def box(x: float, y: float, width: float = 100, height: float = 40) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def reading(*regions: Region, unit: Unit = Unit.LINE, reader: str = "model:m@1", run: str = "r", revision: int = 0) -> Reading:
    return Reading("a" * 64, reader, run, revision, unit, 1000, 800, regions)


A, B = Region("a", box(10, 10), "서울역"), Region("b", box(10, 100), "Exit 3")

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=20)
shapes = st.builds(lambda x, y, w, h: box(x, y, w, h), st.floats(0, 500), st.floats(0, 400), st.floats(5, 400), st.floats(5, 300))
attributes = st.builds(Attributes, direction=st.sampled_from(Direction), writing=st.sampled_from(Writing),
                       effects=st.sets(st.sampled_from(Effect)).map(lambda found: tuple(sorted(found))))


@settings(deadline=None)
@given(st.lists(st.tuples(shapes, texts, attributes), max_size=6))
def test_a_prediction_accepted_as_it_is_is_the_same_reading(items: list[tuple[Polygon, str, Attributes]]) -> None:
    regions = [Region(f"r{index}", polygon, text, attribute) for index, (shape, text, attribute) in enumerate(items)
               if (polygon := tidy(shape, 1000, 800))]
    before = reading(*regions)
    after = from_annotation({"result": to_prediction(before, CONFIG)["result"]}, image_id=before.image_id, width=1000, height=800,
                            revision=7, reader="person:kim", config=CONFIG)
    assert len(after.regions) == len(regions)
    for old, new in zip(regions, after.regions, strict=True):
        assert new.region_id == old.region_id
        assert new.attributes == old.attributes
        assert compare(reading(old), reading(replace(new, text=old.text))).matches[0].iou > 0.98
        assert shapely.Polygon(old.polygon).hausdorff_distance(shapely.Polygon(new.polygon)) < 0.1
    assert (after.reader, after.revision, after.unit) == ("person:kim", 7, CONFIG.unit)


def test_a_result_that_no_config_allows_is_an_error_that_names_it() -> None:
    wrong = {"id": "x", "type": "brushlabels", "from_name": "nobody", "to_name": "image", "value": {"rle": [1]}}
    with pytest.raises(CodecError, match="x"):
        from_annotation({"result": [wrong]}, image_id="i", width=10, height=10, revision=1, reader="person:k", config=CONFIG)


def test_words_are_not_compared_with_lines() -> None:
    with pytest.raises(UnitMismatch):
        compare(reading(A), reading(A, unit=Unit.WORD))
    assert compare(reading(A), reading(A, unit=Unit.WORD), across_units=True).matches


def test_a_redrawn_region_names_the_one_it_stands_for() -> None:
    shown = reading(A, B)
    person = reading(A, Region("new", box(12, 102), "Exit 3"), reader="person:k", run="scene_text@1")
    assert [region.replaces for region in with_origins(person, [shown]).regions] == [None, "b"]
    assert with_origins(person, []) == person
