"""Groups that a recipe asks for by slice: as many as it says, the same ones on every machine, and none that ever moves."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import SettingError
from schemas.recipes.dataset import Dataset, Known, parse_dataset
from schemas.sample import Before, Candidate, Planned
from stages.export import gates
from stages.export.groups import Groups
from stages.export.least import MOST
from stages.export.plan import Plan, plan
from tests.places import ROOT

TEXT = (ROOT / "recipes/datasets/scene-text.yaml").read_text(encoding="utf-8")
SLICES = ("curved", "세로간판", "vertical")


def recipe(least: dict[str, dict[str, int]], **values: Any) -> Dataset:
    made = parse_dataset(TEXT, "scene-text.yaml")
    return made.model_copy(update={"least": least, "splits": {"train": 0.8, "val": 0.1, "test": 0.1}, **values})


def candidate(image: str, *slices: str) -> Candidate:
    return Candidate(image, f"reading {image}", "image/jpeg", 10, 10, image, "demo", "kim", "scene_text", "line", slices, None)


def carried(planned: Plan) -> dict[str, Before]:
    return {item.image_id: Before(item.split, "a shard", item.image_id, item.group, held=True) for item in planned.samples}


def groups_with(samples: tuple[Planned, ...], name: str, split: str = "") -> set[str]:
    return {item.group for item in samples if split in ("", item.split) and (name == "all" or name in item.candidate.slices)}


IMAGES = st.dictionaries(st.integers(0, 60), st.sets(st.sampled_from(SLICES)), max_size=40).map(
    lambda found: [candidate(f"i{number:02}", *sorted(names)) for number, names in found.items()])
JOINED = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)
LEAST = st.dictionaries(st.sampled_from(["val", "test"]),
                        st.dictionaries(st.sampled_from([*SLICES, "all"]), st.integers(1, 8), min_size=1), min_size=1)


def joined(pairs: list[tuple[int, int]]) -> Groups:
    groups = Groups()
    for one, other in pairs:
        groups.join(f"i{one:02}", f"i{other:02}")
    return groups


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(IMAGES, JOINED, LEAST, st.randoms())
def test_a_split_has_what_is_asked_for_or_half_of_all_there_is(
        images: list[Candidate], pairs: list[tuple[int, int]], least: dict[str, dict[str, int]], chance: random.Random) -> None:
    groups = joined(pairs)
    planned = plan(recipe(least), images, groups, {})
    shuffled = list(images)
    chance.shuffle(shuffled)
    assert plan(recipe(least), shuffled, groups, {}) == planned
    turned = {split: dict(reversed(names.items())) for split, names in reversed(least.items())}
    assert plan(recipe(turned), images, groups, {}).samples == planned.samples
    for item in planned.asked:
        there = groups_with(planned.samples, item.slice, item.split)
        everywhere = groups_with(planned.samples, item.slice)
        elsewhere = {group for split in least for group in groups_with(planned.samples, item.slice, split)}
        assert (item.there, item.groups) == (len(there), len(everywhere))
        assert len(there) >= item.wanted or len(elsewhere) >= int(MOST * len(everywhere))
    splits = defaultdict(set)
    for sample in planned.samples:
        splits[sample.group].add(sample.split)
    assert all(len(found) == 1 for found in splits.values())


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(IMAGES, IMAGES, JOINED, LEAST, st.sampled_from([[], ["test"]]))
def test_nothing_moves_in_a_later_release_that_asks_for_more(first: list[Candidate], more: list[Candidate],
                                                             pairs: list[tuple[int, int]], least: dict[str, dict[str, int]],
                                                             frozen: list[str]) -> None:
    groups = joined(pairs)
    before = plan(recipe({}, frozen=frozen), first, groups, {})
    known = carried(before)
    later = plan(recipe(least, frozen=frozen), [*first, *(item for item in more if item.image_id not in known)], groups, known)
    splits = {item.image_id: item.split for item in later.samples}
    assert all(splits[name] == there.split for name, there in known.items())
    frozen_now = "test" in frozen and any(item.split == "test" for item in before.samples)
    if frozen_now:
        assert {name for name, split in splits.items() if split == "test"} <= known.keys()
    assert [item.frozen for item in later.asked] == [frozen_now and item.split == "test" for item in later.asked]


def test_what_is_left_is_spread_as_the_shares_say() -> None:
    images = [candidate(f"i{number:04}", "vertical") for number in range(2000)]
    samples = plan(recipe({"test": {"vertical": 500}}), images, Groups(), {}).samples
    shares = [len(groups_with(samples, "vertical", split)) / 1500 for split in ("train", "val")]
    assert 0.77 < shares[0] < 0.83 and 0.08 < shares[1] < 0.12
    assert 500 + 110 < len(groups_with(samples, "vertical", "test")) < 500 + 190


def test_a_few_pictures_make_a_test_set_of_as_many_as_are_asked_for() -> None:
    images = [candidate(f"i{number:02}") for number in range(12)]
    planned = plan(recipe({"test": {"all": 4}}, splits={"train": 1.0, "test": 0.0}, frozen=["test"]), images, Groups(), {})
    assert len(groups_with(planned.samples, "all", "test")) == 4 and len(planned.samples) == 12
    assert gates.too_few_groups(recipe({"test": {"all": 4}}), planned.asked) == []
    grown = plan(recipe({"test": {"all": 6}}, splits={"train": 1.0, "test": 0.0}, frozen=["test"]),
                 [*images, candidate("new")], Groups(), carried(planned))
    assert len(groups_with(grown.samples, "all", "test")) == 4
    assert grown.asked[0].said == "test has 4 of the 6 groups that the recipe asks for: it is frozen"


def test_a_split_is_not_frozen_with_too_few_groups() -> None:
    images = [candidate(f"i{number}", "vertical") for number in range(6)]
    least = {"test": {"vertical": 50}}
    planned = plan(recipe(least), images, Groups(), {})
    [failure] = gates.too_few_groups(recipe(least), planned.asked)
    assert "of the 50 groups of vertical that the recipe asks for: there are 6 in all" in failure.detail
    assert "take test out of frozen" in failure.repair
    assert gates.too_few_groups(recipe(least, frozen=["val"]), planned.asked) == []


KNOWN = Known({"demo"}, {"scene_text"}, lambda _: [], {"vertical", "세로간판"})


@pytest.mark.parametrize(("old", "new", "told"), [
    ("salt:", "least: {test: {세로간: 4}}\nsalt:", "9: least is .*no such slice: 세로간; did you mean 세로간판"),
    ("salt:", "least: {tset: {vertical: 4}}\nsalt:", "9: least is .*no such split: tset; did you mean test"),
    ("salt:", "least: {test: {vertical: 0}}\nsalt:", "9: least.test.vertical is 0"),
    ("unit: line", "  slices: [세로간]\nunit: line", "7: readings.slices.0 is '세로간': no such slice; did you mean 세로간판"),
    ("leaks: 0", "least: {test: {세로간: 4}}", "14: gates.least is .*no such slice: 세로간; did you mean 세로간판"),
    ("salt:", "coverage:\n  slices: [세로간]\nsalt:", "10: coverage.slices.0 is '세로간'"),
    ("salt:", "coverage:\n  crossings:\n  - [language, direkt]\nsalt:", "11: coverage.crossings.0.1 is 'direkt': no attribute"),
    ("salt:", "coverage: {crossings: [[language, language]]}\nsalt:", "9: coverage.crossings.0 is .*two different attributes"),
])
def test_a_slice_that_nothing_knows_is_told_with_its_line(old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingError, match=rf"(?m)^scene-text.yaml:{told}"):
        parse_dataset(TEXT.replace(old, new, 1), "scene-text.yaml", KNOWN)


def test_a_recipe_says_which_slices_it_needs() -> None:
    text = TEXT.replace("salt:", "least: {test: {세로간판: 4, all: 9}}\ncoverage: {slices: [vertical]}\nsalt:", 1)
    found = parse_dataset(text.replace("leaks: 0", "least: {val: {세로간판: 4}}"), "scene-text.yaml", KNOWN)
    assert found.slices_planned == {"세로간판", "all"} and found.slices_counted == {"세로간판", "all", "vertical"}
    assert found.least == {"test": {"세로간판": 4, "all": 9}}
