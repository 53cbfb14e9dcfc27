"""How large a test set has to be: figures worked by hand, and a test that finds the change as often as was promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.cli.test_sets import recipe_lines, sentences_on_sizes, sizes_to_json, slices_asked, table_of_sizes
from schemas.recipes.dataset import parse_dataset
from stages.export.sizes_needed import (
    ALIKE,
    AT_FIVE_PERCENT,
    DIFFERENT,
    SliceSizes,
    design_effect,
    regions_paired,
    regions_unpaired,
    size_needed,
)
from tests.places import ROOT


def test_figures_by_hand() -> None:
    assert DIFFERENT == 0.2 and regions_paired(0.05) == 626  # (1.959964 √.2 + .841621 √.1975)² / .0025 = 625.13
    assert regions_unpaired(0.05) == 1570  # 2.801585² · .5 / .0025 = 1569.8
    assert ALIKE == 0.1 and design_effect([1, 1, 1]) == 1 and design_effect([]) == 1
    assert design_effect([2, 4]) == pytest.approx(1 + (20 / 6 - 1) * 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("points", [5, 10])
def test_so_many_regions_find_the_change_eight_times_in_ten(points: int) -> None:
    change = points / 100
    count = regions_paired(change)
    chance = np.random.default_rng(7)
    better = (DIFFERENT + change) / 2
    found = []
    for _ in range(2000):
        ups, downs, _ = chance.multinomial(count, [better, DIFFERENT - better, 1 - DIFFERENT])
        found.append(abs(ups - downs) / np.sqrt(ups + downs) > AT_FIVE_PERCENT)
    assert 0.77 < np.mean(found) < 0.83


@settings(deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=50), st.floats(0.5, 50))
def test_groups_are_enough_for_the_regions_and_fewer_points_need_more(regions: list[int], points: float) -> None:
    found = size_needed(SliceSizes("vertical", tuple(regions), len(regions), 0), points)
    mean = sum(regions) / len(regions)
    assert found.paired * mean * (1 + 1e-6) >= regions_paired(points / 100) * found.effect - mean * 1e-5
    assert found.effect >= 1 and found.paired <= size_needed(found.sizes, points / 2).paired
    assert found.left == max(0, len(regions) - found.paired)
    assert (found.lacking == 0) == (found.paired <= len(regions) // 2)


def test_a_slice_that_nobody_has_seen_needs_a_group_a_region() -> None:
    found = size_needed(SliceSizes("세로간판", (), 0, 0), 5)
    assert (found.groups, found.paired, found.left, found.lacking, found.effect) == (0, 626, 0, 1252, 1)


def test_what_is_said_is_a_recipe_that_can_be_read() -> None:
    found = [size_needed(SliceSizes("vertical", (4,) * 800, 820, 790), 5), size_needed(SliceSizes("세로간판", (1, 2), 2, 2), 5)]
    assert found[0].paired == 204  # 626 · 1.3 / 4
    text = (ROOT / "recipes/datasets/scene-text.yaml").read_text(encoding="utf-8").replace("frozen: [test]", "", 1)
    recipe = parse_dataset(text.replace("salt:", recipe_lines(found[:1], "test") + "\nsalt:", 1), "scene-text.yaml")
    assert recipe.least == {"test": {"vertical": 204}} and recipe.frozen == ["test"]
    assert table_of_sizes(found, 5).rows[0] == ("vertical", "800", "790", "820", "3,200", "1.30", "204", "511", "596")
    assert [line.partition(":")[0] for line in sentences_on_sizes(found)[1:]] == ["세로간판"]
    told = sizes_to_json(found, 5, "test")
    assert told["slices"][0]["groups_needed"] == 204 and told["slices"][1]["groups_lacking"] > 0
    assert slices_asked("vertical, 세로간판,vertical") == ["vertical", "세로간판"] and slices_asked(" ") == ["all"]
