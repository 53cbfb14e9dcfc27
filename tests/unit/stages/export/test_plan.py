"""Splits that do not leak and do not move: groups, and plans over histories of releases."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import SettingError
from schemas.recipes.dataset import Dataset, Known, parse_dataset
from schemas.sample import Before, Candidate, Photograph
from stages.export.groups import Groups, group
from stages.export.plan import REASONS, Plan, plan, split_of
from tests.places import ROOT

pytestmark = pytest.mark.slow

TEXT = (ROOT / "recipes/datasets/scene-text.yaml").read_text(encoding="utf-8")
RECIPE = parse_dataset(TEXT.replace("{train: 0.8, val: 0.1, test: 0.1}", "{train: 0.5, val: 0.25, test: 0.25}"), "recipe.yaml")


def candidate(image: str, cluster: str = "", **values: Any) -> Candidate:
    made = Candidate(image, f"reading {image}", "image/jpeg", 10, 10, cluster or image, "demo", "kim", "scene_text", "line",
                     ("horizontal",), None)
    return replace(made, **values)


def carried(planned: Plan, before: dict[str, Before]) -> dict[str, Before]:
    """What a release says of where images are: its labels and its table of what is left out."""
    out = {item.image_id: Before(item.split, item.shard, item.cluster_id, item.group, held=False)
           for item in planned.left_out if item.split}
    held = {item.image_id: Before(item.split, "a shard", item.candidate.cluster_id, item.group, held=True)
            for item in planned.samples}
    return {**out, **held}


NAMES = [f"i{number:02}" for number in range(14)]
RELEASE = st.fixed_dictionaries({
    "there": st.sets(st.sampled_from(NAMES)),
    "links": st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=4),
})


@settings(max_examples=200, deadline=None)
@given(st.lists(RELEASE, min_size=1, max_size=6))
def test_over_any_history_nothing_moves_and_nothing_is_lost(history: list[dict[str, Any]]) -> None:
    links: list[tuple[str, str]] = []
    before: dict[str, Before] = {}
    test_was_there = False
    for release in history:
        links += release["links"]
        groups = group([Photograph(one, other, "kim", 0.0, by_camera=True) for one, other in links], 0, False)
        candidates = [candidate(name) for name in sorted(release["there"])]
        planned = plan(RECIPE, candidates, groups, before)
        taken = {item.image_id: item for item in planned.samples}
        assert all(taken[name].split == before[name].split for name in taken.keys() & before.keys())
        assert release["there"] & before.keys() <= taken.keys()
        listed = Counter([*taken, *(item.image_id for item in planned.left_out)])
        assert listed == Counter(dict.fromkeys({*before, *(item.image_id for item in candidates)}, 1))
        assert {item.reason for item in planned.left_out} <= REASONS.keys()
        standing = defaultdict(set)
        for name, known in before.items():
            standing[groups.of(name)].add(known.split)
        for name, item in taken.items():
            if name not in before:
                assert standing[item.group] <= {item.split}
                assert not (test_was_there and item.split == "test")
                standing[item.group].add(item.split)
        test_was_there |= any(item.split == "test" for item in taken.values())
        for out in planned.left_out:  # for no other reason than it says
            if out.reason == "bridges_splits":
                assert len(standing[groups.of(out.image_id)]) > 1
            elif out.reason == "near_frozen":
                assert standing[groups.of(out.image_id)] == {"test"}
            else:
                assert out.reason == "no_accepted_reading" and out.image_id not in release["there"]
        before = carried(planned, before)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20), st.randoms())
def test_groups_are_connected_components(links: list[tuple[str, str]], random: Any) -> None:
    near: dict[str, set[str]] = {name: {name} for name in NAMES}
    for one, other in links:
        joined = near[one] | near[other]
        for name in joined:
            near[name] = joined
    shuffled = list(links)
    random.shuffle(shuffled)
    for some in (links, shuffled):
        groups = group([Photograph(one, other, "kim", 0.0, by_camera=True) for one, other in some], 0, False)
        assert {name: groups.of(name) for name in NAMES} == {name: min(near[name]) for name in NAMES}


def test_what_a_release_said_of_a_cluster_counts_only_where_the_ledger_says_nothing() -> None:
    standing = [Photograph("a", "a", "kim", 0.0, by_camera=True), Photograph("b", "b", "lee", 0.0, by_camera=True)]
    known = {"a": "a", "b": "a", "c": "a", "d": "d"}  # b was split from a since, c was withdrawn, d has become a duplicate of b
    groups = group(standing, 0, False, known, [("d", "b"), ("of no release", "a")])
    assert [groups.of(name) for name in ("a", "b", "c", "d", "of no release")] == ["a", "b", "a", "b", "of no release"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.booleans()), max_size=12))
def test_a_burst_is_a_chain_of_one_submitter_by_one_clock(taken: list[tuple[str, int, bool]]) -> None:
    photographs = [Photograph(f"i{number:02}", f"i{number:02}", who, 60.0 * minute, by_camera)
                   for number, (who, minute, by_camera) in enumerate(taken)]
    groups = group(photographs, 5, False)
    for one, other in combinations(photographs, 2):
        clock = (one.submitter, one.by_camera) == (other.submitter, other.by_camera)
        between = sorted(item.at for item in photographs if (item.submitter, item.by_camera) == (one.submitter, one.by_camera)
                         and min(one.at, other.at) <= item.at <= max(one.at, other.at))
        chained = clock and all(after - before <= 300 for before, after in pairwise(between))
        assert (groups.of(one.image_id) == groups.of(other.image_id)) == chained
    everything = group(photographs, 5, True)
    assert len({everything.of(item.image_id) for item in photographs}) == len({item.submitter for item in photographs})


def test_shares_hold_for_many_groups_and_a_frozen_split_gives_its_share_away() -> None:
    names = [f"image {number}" for number in range(4000)]
    planned = plan(RECIPE, [candidate(name) for name in names], Groups(), {})
    splits = Counter(item.split for item in planned.samples)
    assert 0.47 < splits["train"] / 4000 < 0.53 and 0.22 < splits["test"] / 4000 < 0.28
    later = plan(RECIPE, [candidate(f"later {name}") for name in names], Groups(), carried(planned, {}))
    splits = Counter(item.split for item in later.samples)
    assert splits["test"] == 0 and 0.63 < splits["train"] / 4000 < 0.70
    assert split_of({"train": 0.5, "val": 0.5}, "salt", "a group") == split_of({"train": 0.5, "val": 0.5}, "salt", "a group")


@pytest.mark.parametrize(("reason", "values", "change"), [
    ("withdrawn", {"stands": False}, ("", "")),
    ("other_unit", {"unit": "word"}, ("", "")),
    ("other_campaign", {"campaign": "가을"}, ("unit:", "  campaigns: [demo]\nunit:")),
    ("other_slice", {"slices": ("horizontal",)}, ("unit:", "  slices: [vertical]\nunit:")),
    ("low_agreement", {"agreement": 0.79}, ("unit:", "  least_agreement: 0.8\nunit:")),
    ("left_out_by_hand", {}, ("unit:", "  leave_out: [an image]\nunit:")),
    (None, {"agreement": None, "slices": ("vertical",)}, ("unit:", "  least_agreement: 0.8\n  slices: [vertical]\nunit:")),
])
def test_what_a_recipe_does_not_take(reason: str | None, values: dict[str, Any], change: tuple[str, str]) -> None:
    recipe = parse_dataset(TEXT.replace(*change), "scene-text.yaml")
    planned = plan(recipe, [candidate("an image", **values)], Groups(), {})
    assert [item.reason for item in planned.left_out] == ([reason] if reason else [])
    assert len(planned.samples) == (0 if reason else 1)


def test_the_config_named_first_wins() -> None:
    recipe = parse_dataset(TEXT.replace("[scene_text]", "[document, scene_text]"), "scene-text.yaml")
    both = [candidate("i"), candidate("i", annotation_config="document")]
    planned = plan(recipe, both, Groups(), {})
    assert [item.candidate.annotation_config for item in planned.samples] == ["document"]
    assert [(item.reason, item.annotation_config) for item in planned.left_out] == [("other_config", "scene_text")]
    words = [both[0], replace(both[1], unit="word")]
    assert [item.candidate.annotation_config for item in plan(recipe, words, Groups(), {}).samples] == ["scene_text"]


@pytest.mark.parametrize(("old", "new", "told"), [
    ("train: 0.8", "train: 0.9", "8: splits is .*add up to 1.1, expected 1"),
    ("unit: line", "unit: 줄", "7: unit is '줄': .*'word', 'line' or 'character'"),
    ("frozen: [test]", "frozen: [tset]", "12: frozen is .*no such split: tset; did you mean test"),
    ("frozen: [test]", "frozen: [train, val, test]", "12: frozen is .*every split is frozen"),
    ("leaks: 0", "least: {test: {vertikal: 5}}", "14: gates.least is .*no such slice: vertikal"),
    ("leaks: 0", "least: {tset: {vertical: 5}}", "13: gates is .*no such split: tset"),
    ("[scene_text]", "[]", "6: readings.annotation_configs is .*expected an annotation config"),
    ("salt: scene", "slat: scene", "9: there is no key slat; did you mean salt"),
    ("salt: scene", "salt: scene\nsalt: scene2", "10: salt stands here a second time"),
    ("leaks: 0", "leeks: 0", "14: there is no key gates.leeks; did you mean leaks"),
    ("salt: scene", "slat: scene", "1: salt is missing"),
])
def test_a_wrong_recipe_names_its_line(old: str, new: str, told: str) -> None:
    assert old in TEXT
    with pytest.raises(SettingError, match=rf"(?m)^scene-text.yaml:{told}"):
        parse_dataset(TEXT.replace(old, new), "scene-text.yaml")


IDS = ["0123456789abcdef" * 4, "0123456789ab0000" * 4, "fedcba98" * 8]
KNOWN = Known({"demo", "spring-2025"}, {"scene_text", "document"}, lambda start: [name for name in IDS if name.startswith(start)])


@pytest.mark.parametrize(("old", "new", "told"), [
    ("[scene_text]", "[sceen_text]", r"6: readings.annotation_configs.0 is 'sceen_text': no annotation config has this name; "
                                     "did you mean scene_text"),
    ("[scene_text]", "[scene_text]\n  campaigns:\n  - demo\n  - sprng-2025", r"9: readings.campaigns.1 is 'sprng-2025': "
                                                                           "no campaign has this name; did you mean spring-2025"),
    ("[scene_text]", "[scene_text]\n  slices: [korean, vertikal]", "7: readings.slices.1 is 'vertikal': .*did you mean vertical"),
    ("[scene_text]", "[scene_text]\n  leave_out:\n  - fedcba\n  - 0123456789ab", "9: readings.leave_out.1 is '0123456789ab': "
                                                                             f"several.*{IDS[0]}, {IDS[1]}; give more digits"),
    ("[scene_text]", "[scene_text]\n  leave_out: [abcabc]", "7: readings.leave_out.0 is 'abcabc': no image has an id"),
    ("[scene_text]", "[scene_text]\n  leave_out: [fedc]", "7: readings.leave_out.0 is 'fedc': expected an image's id"),
    ("[scene_text]", "[scene_text]\n  leave_out: [0123456]", "7: readings.leave_out.0 is 42798: .*in quotes"),
])
def test_a_name_that_nothing_knows_is_told_with_its_line(old: str, new: str, told: str) -> None:
    with pytest.raises(SettingError, match=rf"(?m)^scene-text.yaml:{told}"):
        parse_dataset(TEXT.replace(old, new), "scene-text.yaml", KNOWN)


def test_the_beginning_of_an_id_stands_for_the_whole() -> None:
    recipe = parse_dataset(TEXT.replace("[scene_text]", "[scene_text]\n  leave_out: [fedcba98fedc]"), "scene-text.yaml", KNOWN)
    assert recipe.readings.leave_out == [IDS[2]]
    assert parse_dataset(json.dumps(recipe.model_dump(mode="json")), "again", KNOWN) == recipe


@given(st.text(max_size=200))
def test_no_text_breaks_the_recipe_parser(text: str) -> None:
    with pytest.raises(SettingError):
        parse_dataset(text, "x.yaml")


def test_the_recipes_that_ship_are_whole() -> None:
    for path in (ROOT / "recipes/datasets").glob("*.yaml"):
        assert isinstance(parse_dataset(path.read_text(encoding="utf-8"), path.name), Dataset)
