"""Named slices over readings: the same as Python finds with the condition, for one reading and for many."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saegim.where import parse_where
from schemas.arrow import label_table
from schemas.errors import SettingError
from schemas.reading import (
    Attributes,
    Condition,
    Direction,
    Effect,
    ImageKind,
    Kind,
    Language,
    Reading,
    Region,
    Unit,
    Writing,
)
from schemas.recipes.slices import NamedSlice
from schemas.sample import Candidate, Planned, Sample
from workbench.named_slices import NamedSlices, load_slices
from workbench.settings import ROOT, Settings

SQUARE = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
CONDITIONS = {
    "signs": ("direction == 'vertical' and language in ('ko', 'mixed')",
              lambda region, reading, campaign: region.attributes.direction == "vertical"
              and region.attributes.language in ("ko", "mixed")),
    "ticked": ("kind == 'checkbox' and checked", lambda region, reading, campaign: region.attributes.kind == "checkbox"
               and bool(region.attributes.checked)),
    "unsaid": ("checked is None", lambda region, reading, campaign: region.attributes.checked is None),
    "carved": ("'embossed' in effects or 'reflective' in effects", lambda region, reading, campaign:
               not {"embossed", "reflective"}.isdisjoint(region.attributes.effects)),
    "flat": ("not effects", lambda region, reading, campaign: not region.attributes.effects),
    "dark": ("'low_light' in conditions and image_kind == 'document'", lambda region, reading, campaign:
             "low_light" in reading.conditions and reading.image_kind == "document"),
    "가게": ("'가' in text and not legible", lambda region, reading, campaign: "가" in region.text
           and not region.attributes.legible),
    "spring": ("campaign == '봄' and height < width", lambda region, reading, campaign: campaign == "봄"
               and reading.height < reading.width),
    "words": ("unit == 'word'", lambda region, reading, campaign: reading.unit == "word"),
}
SLICES = NamedSlices(tuple(NamedSlice(name=name, where=where, owner="team", why="a test")
                           for name, (where, _) in sorted(CONDITIONS.items())))


def several(kind: type[StrEnum]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(list(kind)), unique=True, max_size=3).map(lambda items: tuple(sorted(items)))


ATTRIBUTES = st.builds(Attributes, st.sampled_from(Direction), st.sampled_from(Writing), several(Effect),
                       st.sampled_from(Language), st.booleans(), st.sampled_from(Kind), st.sampled_from([None, True, False]))
REGIONS = st.builds(Region, st.just("r"), st.just(SQUARE), st.sampled_from(["", "가", "나 가게", "ab"]), ATTRIBUTES)
READINGS = st.builds(Reading, st.just("i"), st.just("person:kim"), st.just("scene_text@3"), st.just(0), st.sampled_from(Unit),
                     st.sampled_from([50, 200]), st.just(100), st.lists(REGIONS, max_size=5).map(tuple),
                     st.sampled_from(ImageKind), several(Condition))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(READINGS, st.sampled_from(["", "봄", "가을"])), max_size=6))
def test_a_region_is_in_the_slices_whose_condition_it_fulfils(images: list[tuple[Reading, str]]) -> None:
    readings = [reading for reading, _ in images]
    campaigns = [campaign for _, campaign in images]
    expected = [tuple(tuple(name for name in SLICES.names if CONDITIONS[name][1](region, reading, campaign))
                      for region in reading.regions) for reading, campaign in images]
    assert SLICES.of_readings(readings, campaigns) == expected
    assert [SLICES.of_reading(reading, campaign) for reading, campaign in images] == expected
    assert SLICES.of_images(readings, campaigns) == [frozenset(name for names in found for name in names) for found in expected]
    assert SLICES.only(["flat", "none of ours"]).of_readings(readings, campaigns) == [
        tuple(tuple(name for name in names if name == "flat") for names in found) for found in expected]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(READINGS, st.sampled_from(["", "봄"]))
def test_an_engineer_who_asks_a_release_finds_the_same_images(reading: Reading, campaign: str) -> None:
    candidate = Candidate("i", "x", "image/jpeg", reading.width, reading.height, "i", campaign, "kim", "scene_text",
                          str(reading.unit), (), None)
    rows = label_table([Sample(Planned(candidate, "i", "test", "s"), "kim", reading)])
    [found] = SLICES.of_images([reading], [campaign])
    # A slice is of regions: an image without any is in none, where a condition on the image alone would take it.
    asked = {item.name for item in SLICES.slices if parse_where(item.where, rows.schema).mask(rows)[0].as_py()}
    assert found == (asked if reading.regions else frozenset())


def test_no_slices_cost_nothing_and_have_no_digest() -> None:
    reading = Reading("i", "person:kim", "scene_text@3", 0, Unit.LINE, 9, 9, (Region("r", SQUARE, "가"),) * 3)
    assert NamedSlices().of_reading(reading, "") == ((), (), ()) and NamedSlices().digest == ""
    assert NamedSlices().of_readings([], []) == [] and SLICES.of_readings([], []) == []


def test_the_digest_is_of_what_is_found_and_not_of_the_reasons() -> None:
    first = SLICES.slices[0]
    others = SLICES.slices[1:]
    assert NamedSlices((first.model_copy(update={"why": "another reason"}), *others)).digest == SLICES.digest
    assert NamedSlices((first.model_copy(update={"where": "legible"}), *others)).digest != SLICES.digest
    assert NamedSlices(others).digest != SLICES.digest


@pytest.mark.slow
def test_hundreds_of_thousands_of_regions_take_a_second_or_two() -> None:
    region = Region("r", SQUARE, "나 가게", Attributes(Direction.VERTICAL, effects=(Effect.EMBOSSED,), language=Language.KO))
    reading = Reading("i", "person:kim", "scene_text@3", 0, Unit.LINE, 200, 100, (region,) * 30)
    readings = [reading] * 10_000
    begun = time.process_time()
    found = SLICES.of_readings(readings, ["봄"] * len(readings))
    assert time.process_time() - begun < 8
    assert found[-1] == SLICES.of_reading(reading, "봄") and len(found) == 10_000


def test_the_file_is_read_from_its_setting_and_may_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "슬라이스.yaml"
    settings = Settings(slices=path)
    assert load_slices(settings) == NamedSlices()
    path.write_text("slices:\n- {name: b, where: legible, owner: t, why: w}\n- {name: a, where: text == '', owner: t, why: w}\n",
                    encoding="utf-8")
    assert load_slices(settings).names == ("a", "b") and {"a", "vertical"} < load_slices(settings).known
    path.write_text("slices:\n- {name: b, where: legble, owner: t, why: w}\n", encoding="utf-8")
    with pytest.raises(SettingError, match=r"슬라이스\.yaml:2: slices\.0.where is 'legble': there is no column legble"):
        load_slices(settings)
    path.write_bytes("slices: # 가".encode("cp949"))
    with pytest.raises(SettingError, match="is not UTF-8"):
        load_slices(settings)


def test_the_slices_that_are_shipped_are_understood() -> None:
    assert load_slices(Settings(slices=ROOT / "recipes" / "slices.yaml")).names == (
        "latin-in-korean", "ruled-handwriting", "vertical-ko")
