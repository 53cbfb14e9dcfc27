"""Public data sets in a plan: their own splits hold, their test images never become training, and their terms are asked."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saegim.labels.file_names import SPLITS as SPLITS_IN_NAMES
from schemas.recipes.dataset import Dataset
from schemas.sample import Before, Candidate, FromSource, Photograph, Planned
from schemas.sources import Use
from stages.export.groups import group
from stages.export.own_splits import held_out, kind_of, own_split
from stages.export.plan import Plan, plan
from stages.export.source_uses import FORBIDDEN, LICENCE, Terms, changed_terms, forbidden, terms, used_for

SPLITS = {"train": 0.8, "val": 0.2, "test": 0.0}


def recipe(**values: object) -> Dataset:
    return Dataset.model_validate({
        "name": "signs", "description": "Signs.", "licence": "CC0-1.0", "unit": "line", "splits": SPLITS, "salt": "s",
        "readings": {"annotation_configs": ["scene_text"], "sources": {"take": ["*"]}}, **values})


def candidate(image: str, split: str = "", source: str = "public/set", allows: tuple[Use, ...] = tuple(Use)) -> Candidate:
    made = Candidate(image, f"reading {image}", "image/jpeg", 10, 10, image, "public", "set", source, "line", (), None)
    return replace(made, source=FromSource((source,), f"{image}.png", "", ("CC-BY-4.0",), allows, split))


def collected(image: str) -> Candidate:
    return Candidate(image, f"reading {image}", "image/jpeg", 10, 10, image, "demo", "kim", "scene_text", "line", ("vertical",),
                     None)


def planned(candidates: list[Candidate], before: dict[str, Before] | None = None, links: list[tuple[str, str]] | None = None,
            **values: object) -> Plan:
    together = [Photograph(one, other, "kim", 0.0, by_camera=True) for one, other in links or []]
    return plan(recipe(**values), candidates, group(together, 0, False), before or {})


def splits(found: Plan) -> dict[str, str]:
    return {item.image_id: item.split for item in found.samples}


@pytest.mark.parametrize(("name", "kind"), [
    ("train", "train"), ("Training", "train"), ("1.Training", "train"), ("학습데이터", "train"), ("val", "val"),
    ("2.Validation", "val"), ("dev", "val"), ("test_seen", "test"), ("eval", "test"), ("평가", "test"), ("synth", None),
    ("", None), ("2026", None), ("public_test", "test"), ("mytest", "test"), ("svt_test", "test"), ("icdar15-test", "test"),
    ("private/test", "test"), ("held-out", "test"), ("HeldOut2", "test"), ("x-val", "val"), ("dev-clean", "val"),
    ("train_and_test", "test"), ("trainval", "val"), ("공개검증", "val"), (unicodedata.normalize("NFD", "평가용"), "test"),
    ("real-training", "train"), ("device", None), ("devanagari", None), ("challenge", None), ("unlabelled", None)])
def test_names_say_what_a_split_is_for(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(("word", "split"), SPLITS_IN_NAMES.items())
def test_what_readers_find_in_the_names_of_files_means_the_same_here(word: str, split: str) -> None:
    assert kind_of(word) == split


@pytest.mark.parametrize(("own", "there", "found"), [
    ("test", ["train", "test"], "test"), ("Testing", ["train", "test_a", "test_b"], "test_a"),
    ("TEST_B", ["test_a", "test_b"], "test_b"),
    ("validation", ["train", "test"], None), ("synth", ["train", "synth"], "synth"), ("synth", ["train"], None)])
def test_a_split_is_the_recipes_of_that_name_or_for_the_same(own: str, there: list[str], found: str | None) -> None:
    assert own_split(own, there) == found


def test_images_go_where_their_data_set_has_them() -> None:
    found = planned([candidate("a", "train"), candidate("b", "Testing"), candidate("c", "val")])
    assert splits(found) == {"a": "train", "b": "test", "c": "val"}


def test_a_near_duplicate_of_a_public_test_image_goes_with_it() -> None:
    found = planned([candidate("a", "test"), candidate("b", "train"), collected("c")], links=[("a", "b"), ("b", "c")])
    assert set(splits(found).values()) == {"test"}


def test_a_set_for_testing_has_no_place_beside_a_frozen_test() -> None:
    before = {"x": Before("test", "s", "x", "x", held=True)}
    candidates = [collected("x"), candidate("a", "test"), candidate("b", "train")]
    found = planned(candidates, before, frozen=["test"])
    assert [(item.image_id, item.reason) for item in found.left_out] == [("a", "source_split")]
    more = planned(candidates, before, frozen=["test"], splits={**SPLITS, "test_public": 0})
    assert splits(more)["a"] == "test_public"


def test_a_set_for_testing_does_not_follow_its_group_into_training() -> None:
    before = {"x": Before("train", "s", "x", "x", held=True)}
    found = planned([collected("x"), candidate("a", "test"), candidate("b", "train")], before, [("a", "x"), ("b", "x")])
    assert [(item.image_id, item.reason) for item in found.left_out] == [("a", "source_split")]
    assert splits(found) == {"b": "train", "x": "train"}


def test_what_is_kept_for_measuring_has_no_place_beside_a_frozen_test_whoever_has_it_too() -> None:
    before = {"x": Before("test", "s", "x", "x", held=True), "t": Before("train", "s", "t", "t", held=True)}
    candidates = [collected("x"), collected("t"), collected("a"), candidate("b", "train"), candidate("c", "train")]
    kept = {"a": "public_test", "b": "t_test", "t": "test"}
    found = plan(recipe(frozen=["test"]), candidates, group([], 0, False), before, kept=kept)
    assert splits(found) == {"c": "train", "t": "train", "x": "test"}  # what was released does not move
    assert [(item.image_id, item.reason) for item in found.left_out] == [("a", "source_split"), ("b", "source_split")]


def test_what_is_tested_on_comes_before_what_only_validates() -> None:
    found = planned([candidate("a", "val"), candidate("b", "test"), candidate("c", "train")], links=[("a", "b"), ("b", "c")])
    assert set(splits(found).values()) == {"test"}


def test_a_split_that_the_recipe_names_takes_its_own_and_they_go_nowhere_else() -> None:
    named = {"train": 1.0, "synth": 0.0}
    found = planned([candidate("a", "synth"), candidate("b", "train")], splits=named)
    assert splits(found) == {"a": "synth", "b": "train"}
    before = {"x": Before("train", "s", "x", "x", held=True)}
    found = planned([collected("x"), candidate("a", "synth")], before, [("a", "x")], splits=named)
    assert [(item.image_id, item.reason) for item in found.left_out] == [("a", "source_split")]


def test_what_the_recipe_asks_for_is_not_taken_of_a_public_training_set() -> None:
    found = planned([candidate(f"a{number}", "train") for number in range(6)] + [collected(f"c{number}") for number in range(6)],
                    least={"test": {"all": 4}})
    assert all(item.candidate.source is None for item in found.samples if item.split == "test")
    assert sum(item.split == "test" for item in found.samples) == 4


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "train", "val", "test", "synth"]), st.booleans()), min_size=1, max_size=10),
       st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5), st.sets(st.sampled_from(list(SPLITS))),
       st.dictionaries(st.integers(0, 9), st.sampled_from(list(SPLITS)), max_size=4))
def test_nothing_that_is_held_out_is_ever_trained_with(images: list[tuple[str, bool]], links: list[tuple[int, int]],
                                                       there: set[str], released: dict[int, str]) -> None:
    candidates = [candidate(str(number), split) if public else collected(str(number))
                  for number, (split, public) in enumerate(images)]
    before = {str(number): Before(split, "s", str(number), str(number), held=True) for number, split in released.items()}
    shares = {name: share for name, share in {**SPLITS, "train": 1.0, "val": 0.0}.items() if name in {*there, "train"}}
    found = planned(candidates, before, [(str(one), str(other)) for one, other in links], splits=shares)
    for item in found.samples:
        if item.candidate.source and held_out(item.candidate.source.split) and item.image_id not in before:
            assert item.split != "train"


def test_a_source_that_is_not_taken_is_counted_and_not_listed() -> None:
    found = planned([candidate("a"), candidate("b"), collected("c")], readings={"annotation_configs": ["scene_text"]})
    assert (list(splits(found)), found.left_out, found.not_taken) == (["c"], (), {"public/set": 2})


@pytest.mark.parametrize(("split", "uses"), [("train", ["train", "redistribute"]), ("test", ["evaluate", "redistribute"]),
                                             ("synth", ["train", "evaluate", "redistribute"])])
def test_a_split_is_used_as_its_name_says(split: str, uses: list[str]) -> None:
    assert list(used_for(recipe(allows=["redistribute", "evaluate", "train"]), split)) == uses


def test_the_gate_names_each_source_then_each_row() -> None:
    samples = [Planned(candidate(f"{number}" * 12, allows=(Use.EVALUATE,)), "g", "train") for number in range(5)]
    samples += [Planned(candidate("z" * 12, source="public/other", allows=()), "g", "test"),
                Planned(collected("c"), "g", "train")]
    found = forbidden(recipe(), samples)
    assert [item.gate for item in found] == [LICENCE] * 2 + [FORBIDDEN] * 6
    assert "public/other (CC-BY-4.0) does not allow evaluate, and the recipe allows it: 1 image, such as" in found[0].detail
    assert found[1].detail.endswith("and 2 more") and "5 images" in found[1].detail
    assert "saegim sources change public/set --licence-allows train,evaluate" in found[1].repair
    assert "(or CC-BY-4.0 under readings.licences.leave)" in found[1].repair
    assert forbidden(recipe(), [Planned(candidate("a"), "g", "train")]) == []


def test_terms_are_those_that_all_rows_allow() -> None:
    samples = [Planned(candidate("a"), "g", "train"), Planned(candidate("b", allows=(Use.TRAIN,)), "g", "train")]
    now = terms(samples)
    assert now == {"public/set": Terms(("CC-BY-4.0",), (Use.TRAIN,))}
    assert changed_terms(samples, now) == changed_terms(samples, {}) == []
    [change] = changed_terms(samples, {"public/set": Terms(("MIT",), (Use.TRAIN,))})
    assert change.said == "public/set: its terms were MIT (train), are CC-BY-4.0 (train)" and not change.word
