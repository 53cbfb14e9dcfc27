"""What a release holds: sticky splits, the manifest, recipes, points."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SettingError
from schemas.reading import Reading, Unit
from schemas.sample import Sample
from schemas.submission import Outcome
from stages.export.plan import Before, plan
from stages.export.recipe import parse_dataset
from stages.score.campaign import parse_campaign
from stages.score.points import ScoredSubmission, leaderboard, points

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "recipes/datasets/scene-text.yaml").read_text(encoding="utf-8")
RECIPE = parse_dataset(TEXT, "scene-text.yaml")
CAMPAIGN = parse_campaign((ROOT / "recipes/campaigns/demo.yaml").read_text(encoding="utf-8"), "demo.yaml")


def sample(image: str, cluster: str) -> Sample:
    return Sample(image, "image/jpeg", 10, 10, cluster, "demo", "kim", "scene_text",
                  Reading(image, "person:k", "scene_text@1", 1, Unit.LINE, 10, 10, ()))


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 20)), max_size=60), st.integers(0, 60))
def test_a_split_never_moves_and_a_cluster_stays_together(items: list[tuple[int, int]], cut: int) -> None:
    clusters = {f"i{image}": f"c{cluster}" for image, cluster in items}
    samples = [sample(image, cluster) for image, cluster in clusters.items()]
    first = plan(RECIPE, samples[:cut], {})
    before = {item.image_id: Before(item.split, "shard", item.cluster_id) for item in first.samples}
    second = plan(RECIPE, samples, before)
    splits = {item.image_id: item.split for item in second.samples}
    assert all(splits[item.image_id] == item.split for item in first.samples)
    assert len(splits) + len(second.exclusions) == len(samples)
    by_cluster: dict[str, set[str]] = {}
    for image, split in splits.items():
        by_cluster.setdefault(clusters[image], set()).add(split)
    assert all(len(found) == 1 for found in by_cluster.values())


def test_an_image_that_would_join_two_splits_is_left_out() -> None:
    before = {"a": Before("train", "s", "c"), "b": Before("test", "s", "c")}
    planned = plan(RECIPE, [sample("a", "c"), sample("b", "c"), sample("n", "c")], before)
    assert planned.exclusions == (("n", "bridges_splits"),)


@pytest.mark.parametrize(("old", "new", "line"), [("train: 0.8", "train: 0.9", 6), ("unit: line", "unit: 줄", 5)])
def test_a_wrong_recipe_names_its_line(old: str, new: str, line: int) -> None:
    with pytest.raises(SettingError, match=rf"scene-text.yaml.*\b{line}\b"):
        parse_dataset(TEXT.replace(old, new), "scene-text.yaml")


@given(st.text(max_size=200))
def test_no_text_breaks_the_recipe_parser(text: str) -> None:
    with pytest.raises(SettingError):
        parse_dataset(text, "x.yaml")


def test_points_go_to_accepted_photographs_in_time_only() -> None:
    day, late = CAMPAIGN.first_day, date(2100, 1, 1)
    lines = points(CAMPAIGN, [
        ScoredSubmission("1", "김하늘", day, Outcome.ACCEPTED, frozenset({"vertical", "horizontal"})),
        ScoredSubmission("2", "park", day, Outcome.DUPLICATE, frozenset({"vertical"})),
        ScoredSubmission("3", "park", late, Outcome.ACCEPTED, frozenset()),
        ScoredSubmission("4", "lee", day, Outcome.ACCEPTED, frozenset({"vertical"})),
        ScoredSubmission("5", "choi", day, Outcome.ACCEPTED, frozenset()),
    ])
    standings = leaderboard(lines)
    assert [(item.rank, item.submitter, item.points) for item in standings] == [
        (1, "lee", 15), (1, "김하늘", 15), (3, "choi", 10)]
