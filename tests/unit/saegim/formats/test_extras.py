"""What a JSON format has no field for goes beside its fields and comes back."""

import json
from dataclasses import replace

from hypothesis import given, settings

from saegim.labels.extras import extras_of, extras_of_image, with_extras, with_image_extras
from saegim.labels.labelled import LabelledRegion
from tests import made_labels


@settings(max_examples=30)
@given(made_labels.regions)
def test_a_region_comes_back_whole(region: LabelledRegion) -> None:
    stored = json.loads(json.dumps(extras_of(region)))
    bare = LabelledRegion(region.polygon, region.text if region.legible else "")

    assert with_extras(bare, stored) == region


def test_what_a_format_has_a_field_for_is_not_said_twice() -> None:
    region = LabelledRegion(made_labels.quad(), "문", legible=False, direction="vertical", region_id="r-1")

    assert extras_of(region, {"legible", "text"}) == {"direction": "vertical", "region_id": "r-1"}


def test_an_illegible_region_keeps_its_text_and_loses_the_spelling() -> None:
    unread = LabelledRegion(made_labels.quad(), "추정", legible=False)
    as_read = LabelledRegion(unread.polygon, "###")

    assert with_extras(as_read, extras_of(unread)) == unread
    assert with_extras(as_read, extras_of(replace(unread, text=""))) == replace(unread, text="")


def test_a_text_that_looks_like_do_not_care_is_told_from_it() -> None:
    real = LabelledRegion(made_labels.quad(), "###")

    assert with_extras(replace(real, legible=False), extras_of(real)) == real


def test_what_strangers_put_there_is_passed_over() -> None:
    region = LabelledRegion(made_labels.quad(), "문")

    odd = {"direction": "diagonal", "legible": "no", "effects": "x", "kind": 3, "checked": [], "language": {}, "other": 1,
           "region_id": None}
    strangers: tuple[object, ...] = (None, 3, [], "x", odd)

    for strange in strangers:
        assert with_extras(region, strange) == region
    assert with_extras(region, {"effects": ["dot_matrix", 3, "odd"]}).effects == ("dot_matrix",)


def test_an_image_comes_back_whole() -> None:
    image = next(iter(made_labels.hard_set().images))
    image = replace(image, conditions=("blurred", "damaged"), source="public/x", licence="CC0-1.0")
    bare = replace(image, split="", group="", image_id="", image_kind=None, conditions=(), source="", licence="")

    assert with_image_extras(bare, json.loads(json.dumps(extras_of_image(image)))) == image
    assert with_image_extras(image, {"split": True}) == image
