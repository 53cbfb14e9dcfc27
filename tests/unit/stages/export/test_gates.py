"""What stops a release: broken pictures, outlines that are none, holds, thin slices; all at once and with a repair."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from schemas.reading import Attributes, Direction, Reading, Region, Unit
from schemas.recipes.dataset import Gates
from schemas.sample import Candidate, Planned
from stages.export import gates
from stages.export.counts import Counts
from stages.export.leaks import LeakPair, LeakReport

SQUARE = ((1.0, 1.0), (9.0, 1.0), (9.0, 9.0), (1.0, 9.0))


def picture(kind: str, side: int = 64) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 256, (side, 2 * side, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def reading(*polygons: object) -> Reading:
    regions = tuple(Region(f"r{number}", polygon, "글", Attributes()) for number, polygon in enumerate(polygons))  # type: ignore[arg-type]
    return Reading("i" * 64, "person:k", "scene_text@1", 1, Unit.LINE, 100, 50, regions)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_decodes_to_its_last_byte_and_to_its_size(kind: str) -> None:
    data = picture(kind)
    assert gates.decodes(data, 128, 64) is None
    assert "expected 128 × 65" in (gates.decodes(data, 128, 65) or "")
    for cut in (len(data) // 2, len(data) * 9 // 10, 3, 0):
        assert "does not decode" in (gates.decodes(data[:cut], 128, 64) or ""), cut


@given(st.binary(max_size=300))
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    assert gates.decodes(data, 8, 8)


@pytest.mark.parametrize(("polygon", "told"), [
    (((1.0, 1.0), (9.0, 9.0)), "fewer than three corners"),
    (((1.0, 1.0), (9.0, float("nan")), (9.0, 9.0)), "no number"),
    (((1.0, 1.0), (9.0, float("inf")), (9.0, 9.0)), "no number"),
    (((1.0, 1.0), (9.0, 9.0), (9.0, 1.0), (1.0, 9.0)), "crosses or touches itself"),
    (((1.0, 1.0), (5.0, 5.0), (9.0, 9.0)), "has no area"),
    (((1.0, 1.0), (1.0, 1.0), (1.0, 1.0)), "has no area"),
    (((1.0, 1.0), (9.0, 9.0), (1.0, 1.0)), "has no area"),
    ((), "fewer than three corners"),
    (((1.0, 1.0), (101.0, 1.0), (101.0, 9.0)), "outside the image of 100 × 50"),
    (((1.0, -1.0), (10.0, 1.0), (10.0, 9.0)), "outside"),
])
def test_an_outline_that_is_none_is_named_and_its_neighbours_are_not(polygon: object, told: str) -> None:
    [failure] = gates.polygons(reading(SQUARE, polygon, SQUARE))
    assert "region r1" in failure.detail and "leave_out" in failure.repair
    assert told in failure.detail


INSIDE = st.one_of(st.integers(0, 3).map(float), st.sampled_from([-0.5, 1e-20]))
ANYWHERE = st.one_of(INSIDE, st.sampled_from([-1.0, 1e308, float("nan"), float("-inf")]))
OUTLINE = st.one_of(*(st.lists(st.tuples(number, number), max_size=6).map(tuple) for number in (INSIDE, ANYWHERE)))


@pytest.mark.slow
@settings(max_examples=200)
@given(st.lists(OUTLINE, max_size=5))
def test_outlines_are_judged_together_as_one_by_one(outlines: list[tuple[tuple[float, float], ...]]) -> None:
    def sound(outline: tuple[tuple[float, float], ...]) -> bool:
        if len(outline) < 3 or not all(-0.5 <= x <= 100.5 and -0.5 <= y <= 50.5 for x, y in outline):
            return False
        return bool(shapely.Polygon(outline).is_valid)

    told = [failure.detail.split()[1] for failure in gates.polygons(reading(*outlines))]
    assert told == [f"r{number}" for number, outline in enumerate(outlines) if not sound(outline)]


def test_rounding_is_borne() -> None:
    assert gates.polygons(reading(SQUARE, ((-0.4, 0.0), (100.4, 0.0), (100.4, 50.3)))) == []
    assert gates.polygons(reading()) == []


def test_thin_slices_and_empty_splits() -> None:
    counts = Counts()
    vertical = replace(reading(SQUARE).regions[0], attributes=Attributes(Direction.VERTICAL))
    counts.add("train", "demo", replace(reading(), regions=(vertical, vertical)), None)
    wanted = Gates(least={"train": {"vertical": 2, "all": 1}, "test": {"vertical": 1, "all": 1}})
    assert [failure.detail for failure in gates.classes(wanted, counts)] == [
        "test has 0 regions of vertical, expected 1 or more", "test has 0 images, expected 1 or more"]
    assert [failure.detail for failure in gates.classes(Gates(least={"train": {"vertical": 3}}), counts)] == [
        "train has 2 regions of vertical, expected 3 or more"]


def test_holds_and_leaks() -> None:
    candidate = Candidate("i", "r", "image/jpeg", 1, 1, "i", "demo", "kim", "scene_text", "line", (), None)
    planned = [Planned(candidate, "i", "train"), Planned(replace(candidate, image_id="j", held="얼굴"), "j", "train")]
    assert [(failure.image_id, failure.detail) for failure in gates.held(planned)] == [("j", "얼굴")]
    report = LeakReport(9, (LeakPair("a", "b", "train", "test", "duplicate", {}),), 0.9, 100)
    assert gates.leaks(Gates(leaks=1), report, {}) == []
    [failure] = gates.leaks(Gates(), report, {"b": "demo/kim/나.jpg"})
    assert "in train" in failure.detail and "demo/kim/나.jpg (b…) in test" in failure.detail and "a or b" in failure.repair


def test_a_release_with_images_outside_the_index_is_refused_where_it_bears_no_leaks() -> None:
    report = LeakReport(0, (), 0.9, 100, waiting=1200)
    [failure] = gates.leaks(Gates(), report, {})
    assert "1,200 images are not back in the index" in failure.detail and "saegim ingest reindex" in failure.repair
    assert gates.leaks(Gates(leaks=1), report, {}) == []


def test_the_message_has_all_gates_and_not_a_thousand_lines() -> None:
    failures = [gates.undecodable(f"{number:064}", "cut off") for number in range(1000)]
    failures.append(gates.Failure("hold", "x" * 64, "얼굴", "unhold"))
    told = gates.message("scene-text@7", failures)
    assert told.startswith("scene-text@7 is not published: 1000 × undecodable image, 1 × hold")
    assert "… and 970 more" in told and "얼굴" in told and len(told.splitlines()) < 80
    assert len(gates.records(failures)) == gates.SHOWN + 2
