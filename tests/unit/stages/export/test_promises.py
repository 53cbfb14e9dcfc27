"""What a recipe or a decision could break of what releases promise: groups in two splits, frozen splits, another recipe."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SettingError
from schemas.recipes.dataset import Dataset, Gates, parse_dataset
from schemas.sample import Before, Candidate, LeftOut, Planned
from stages.export import gates
from stages.export.bridges import BY_HAND, FOUND, bridges, groups_in_two_splits
from stages.export.changes import Change, changes, leaving
from stages.export.groups import BURST, CLUSTER, Groups, Link
from stages.export.leaks import LeakPair, LeakReport
from stages.export.plan import plan
from tests.places import ROOT

TEXT = (ROOT / "recipes/datasets/scene-text.yaml").read_text(encoding="utf-8")
SPLITS = "splits: {train: 0.8, val: 0.1, test: 0.1}"
CANDIDATE = Candidate("", "", "image/jpeg", 1, 1, "", "demo", "kim", "scene_text", "line", (), None)
NAMES = [f"{number:02}" for number in range(10)]


def recipe(*changed: tuple[str, str]) -> Dataset:
    text = TEXT
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    return parse_dataset(text, "scene-text.yaml")


def sample(image_id: str, group: str, split: str) -> Planned:
    return Planned(replace(CANDIDATE, image_id=image_id), group, split)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from([CLUSTER, BURST, FOUND])), max_size=12),
       st.lists(st.sampled_from(["train", "val", "test"]), min_size=len(NAMES), max_size=len(NAMES)),
       st.sets(st.sampled_from(NAMES)))
def test_every_group_in_two_splits_is_named_with_a_way_between_two_of_its_samples(
        steps: list[tuple[str, str, str]], splits: list[str], held: set[str]) -> None:
    links = [Link(*step) for step in steps]
    groups = Groups()
    for link in links:
        groups.join(link.one, link.other)
    planned = [sample(name, groups.of(name), split) for name, split in zip(NAMES, splits, strict=True) if name in held]
    there: defaultdict[str, set[str]] = defaultdict(set)
    for item in planned:
        there[item.group].add(item.split)
    torn = groups_in_two_splits(planned)
    assert {group: {item.split for item in items} for group, items in torn.items()} == {
        group: split for group, split in there.items() if len(split) > 1}
    found = bridges(torn, [link for link in links if link.why == FOUND], [link for link in links if link.why != FOUND])
    assert {(bridge.group, bridge.split_one, bridge.split_other) for bridge in found} == {
        (group, one, other) for group, split in there.items() for one in split for other in split if one < other}
    where = {item.image_id: item for item in planned}
    for bridge in found:
        assert (where[bridge.one].split, where[bridge.other].split) == (bridge.split_one, bridge.split_other)
        assert bridge.links[0].one == bridge.one and bridge.links[-1].other == bridge.other
        assert all(one.other == other.one for one, other in zip(bridge.links, bridge.links[1:], strict=False))
        assert {frozenset(link[:2]) for link in bridge.links} <= {frozenset(link[:2]) for link in links}


def test_what_somebody_saw_is_told_before_what_follows_from_a_cluster() -> None:
    torn = groups_in_two_splits([sample("a", "a", "train"), sample("b", "a", "train"), sample("c", "a", "val")])
    star = [Link("b", "a", CLUSTER), Link("c", "a", CLUSTER)]
    [bridge] = bridges(torn, [Link("b", "a", FOUND), Link("c", "b", BY_HAND)], star)
    assert bridge.links == (Link("b", "c", BY_HAND),) and bridge.samples == {"train": 2, "val": 1}
    report = LeakReport(0, (LeakPair("b", "c", "train", "val", "cluster", {}),), None, 0, bridges=(bridge,))
    [failure] = gates.leaks(Gates(), report, {"b": "demo/kim/b.jpg", "c": "demo/lee/c.jpg"})  # the pair is told once
    assert failure.gate == "leak"
    for part in ("demo/kim/b.jpg (b…) in train", "demo/lee/c.jpg (c…) in val", "merged by hand", "2 in train, 1 in val"):
        assert part in failure.detail
    assert "saegim ingest undo" in failure.repair and "leave_out in the recipe: b or c" in failure.repair
    assert gates.leaks(Gates(leaks=1), report, {}) == []
    [without] = bridges(torn, [], star)
    assert "are in one cluster" in gates.leaks(Gates(), LeakReport(0, (), None, 0, bridges=(without,)), {})[0].detail
    [unknown] = bridges(torn, [], [])
    assert "an earlier release says so" in gates.leaks(Gates(), LeakReport(0, (), None, 0, bridges=(unknown,)), {})[0].detail


BEFORE = {**{f"t{number}": Before("test", "s", f"t{number}", f"t{number}", True) for number in range(3)},
          "a": Before("train", "s", "a", "a", True), "gone": Before("test", "s", "gone", "gone", False)}


@pytest.mark.parametrize(("changed", "words", "told"), [
    ([], [], None),
    ([("salt: scene-text-1", "salt: scene-text-2")], ["salt"], "scene-text-2"),
    ([(SPLITS, "splits: {train: 0.8, val: 0.1, exam: 0.1}"), ("frozen: [test]", "frozen: [exam]")], ["drop test", "shares"],
     "its 3 images stay in it and it stays frozen; `exam` takes nothing of it"),
    ([(SPLITS, "splits: {train: 0.9, val: 0.1}"), ("frozen: [test]", "frozen: []")], ["drop test", "shares"], "3 images"),
    ([("frozen: [test]", "frozen: []")], ["thaw test"], "belong with its 3 images"),
    ([("frozen: [test]", "frozen: [val]")], ["thaw test"], "belong with its 3 images"),
    ([("frozen: [test]", "frozen: [test, train]")], [], "`train` is frozen from now on"),
    ([(SPLITS, "splits: {train: 0.1, val: 0.1, test: 0.8}")], ["shares"], "train: 0.1"),
    ([(SPLITS, "splits: {train: 0.9, val: 0.1, test: 0.0}")], ["shares"], "test: 0"),
    ([(SPLITS, "splits: {test: 0.1, val: 0.1, train: 0.8}")], ["shares"], "test: 0.1, val: 0.1, train: 0.8"),  # order counts
    ([("burst_minutes: 10", "burst_minutes: 0")], ["groups"], "groups.burst_minutes was 10.0, is 0.0"),
    ([("burst_minutes: 10", "by_submitter: true")], ["groups"], "groups.by_submitter was false, is true"),
    ([("leaks: 0", "leaks: 5")], [], "gates.leaks was 0, is 5"),
    ([("unit:", "  campaigns: [demo]\nunit:")], [], "readings.campaigns was [], is ['demo']"),
    ([("licence: see", "licence: do not see")], [], "licence was see the campaigns' terms"),
])
def test_what_a_recipe_changes_is_said_and_what_decides_splits_needs_consent(
        changed: list[tuple[str, str]], words: list[str], told: str | None) -> None:
    now = recipe(*changed)
    found = changes(now, recipe(), 0, BEFORE, {"test"})
    assert [change.word for change in found if change.word] == words
    assert [change for change in found if told and told in change.said] or (told is None and not found)
    failures = gates.unagreed(now, 4, found)
    assert [failure.detail for failure in failures] == [change.said for change in found if change.word]
    if words:
        asked = f"agreed: {{release: 4, to: [{', '.join(words)}]}}"
        assert all(asked in failure.repair for failure in failures)
        agrees = recipe(*changed, ("salt:", f"{asked}\nsalt:"))  # what it asks for can be copied as it is
        assert gates.unagreed(agrees, 4, changes(agrees, recipe(), 0, BEFORE, {"test"})) == []
        later = gates.unagreed(agrees, 5, found)  # consent does not hold for ever
        assert len(later) == len(words) and "(what is there is for release 4)" in later[0].repair
        assert gates.unagreed(now.model_copy(update={"agreed": recipe(
            ("salt:", "agreed: {release: 4, to: [drop other]}\nsalt:")).agreed}), 4, found) != []


def test_a_split_that_was_frozen_stays_so_whatever_the_recipe_calls_it() -> None:
    groups = Groups()
    groups.join("new", "t0")
    renamed = recipe((SPLITS, "splits: {train: 0.8, val: 0.1, exam: 0.1}"), ("frozen: [test]", "frozen: [exam]"))
    candidates = [replace(CANDIDATE, image_id=name) for name in ("new", "t0")]
    for kept, reason, frozen in ((frozenset({"test"}), "near_frozen", ("test",)), (frozenset[str](), "", ())):
        found = plan(renamed, candidates, groups, BEFORE, kept)
        assert {item.image_id: item.reason for item in found.left_out}.get("new", "") == reason
        assert found.frozen == frozen
    with pytest.raises(SettingError, match="all of them are frozen by now"):
        plan(recipe((SPLITS, "splits: {test: 1.0}"), ("frozen: [test]", "frozen: []")), candidates, groups, BEFORE, {"test"})


def test_images_that_leave_a_frozen_split_are_counted_with_their_reasons() -> None:
    out = [LeftOut("t0", "left_out_by_hand", "scene_text", "test"), LeftOut("t1", "withdrawn", "scene_text", "test"),
           LeftOut("gone", "withdrawn", "", "test"), LeftOut("a", "withdrawn", "", "train"), LeftOut("new", "low_agreement")]
    [change] = leaving(out, BEFORE, {"test"})
    assert change.said.startswith("2 images leave `test`") and not change.word
    assert "the recipe names it under leave_out" in change.said
    assert leaving(out, BEFORE, set()) == []


def test_what_no_consent_changes() -> None:
    assert gates.unlike(recipe(), "line", ["train", "val", "test"]) == []
    [unit] = gates.unlike(recipe(), "word", ["train"])
    assert "unit was word, is line" in unit.detail and "another name" in unit.repair
    [case] = gates.unlike(recipe((SPLITS, "splits: {train: 0.8, val: 0.1, Test: 0.1}"), ("frozen: [test]", "frozen: [Test]")),
                          "line", ["train", "val", "test"])
    assert "`Test` differs from the released `test` in capital letters only" in case.detail


@pytest.mark.parametrize(("old", "new", "told"), [
    ("salt:", "agreed: {release: 0, to: [salt]}\nsalt:", "9: agreed.release is 0"),
    ("salt:", "agreed: {release: 2, to: []}\nsalt:", "9: agreed.to is .*at least 1"),
    ("salt:", "agreed: {release: 2, to: [rename test]}\nsalt:", "9: agreed.to is .*no such change: rename test; expected some of "
                                                                  "shares, salt, groups, drop SPLIT, thaw SPLIT"),
    ("salt:", "agreed:\n  to: [salt]\nsalt:", "9: agreed.release is missing"),
    (SPLITS, "splits: {train: 0.5, Train: 0.5}", "8: splits is .*capital letters only"),
    (SPLITS, "splits: {train: 0.5, te\u0301st: 0.5}", "8: splits is .*NFC"),
])
def test_a_wrong_consent_names_its_line(old: str, new: str, told: str) -> None:
    with pytest.raises(SettingError, match=rf"(?m)^scene-text.yaml:{told}"):
        recipe((old, new))


@given(st.lists(st.sampled_from(["salt", "shares", "groups", "drop test", "thaw 시험"]) | st.text(max_size=12), min_size=1))
def test_any_words_are_taken_or_refused(words: list[str]) -> None:
    values: dict[str, Any] = recipe().model_dump() | {"agreed": {"release": 1, "to": words}}
    good = all(re.fullmatch(r"salt|shares|groups|drop \w+|thaw \w+", word) for word in words)
    try:
        assert Dataset.model_validate(values).agreed and Change("x")
    except ValueError:
        assert not good
