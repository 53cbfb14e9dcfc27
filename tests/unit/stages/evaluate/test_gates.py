"""Gates: what became worse is stopped however it looks now, and no gate lets a model through without a word."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass, replace

import pytest

from schemas.comparison import ChangeVerdict
from schemas.errors import SettingError
from schemas.evaluation import Evaluation, SliceFacet
from schemas.outcomes import EvaluatedImage, Outcomes
from schemas.reading import Direction, Region
from schemas.recipes.gates import ModelGates, parse_model_gates
from stages.evaluate.comparison import compare_outcomes
from stages.evaluate.figures import figures_by_slice
from stages.evaluate.gates import ask_gates
from stages.evaluate.outcomes import outcomes_of
from tests.made_outcomes import made_images


def gates(text: str) -> ModelGates:
    return parse_model_gates(f"gates:\n- {{{text}}}\n", "gates.yaml")


def evaluation(outcomes: Outcomes) -> Evaluation:
    return Evaluation("x" * 16, "a@1", "", "model:m@1", "r", "line", len(outcomes.images), "c", figures_by_slice(outcomes))


def is_vertical(region: Region) -> bool:
    return region.attributes.direction is Direction.VERTICAL


def without(images: list[EvaluatedImage], vertical_only: bool = False) -> list[EvaluatedImage]:
    """The same where the model finds nothing, or nothing vertical."""
    return [replace(item, found=replace(item.found, regions=tuple(
        region for region, truth in zip(item.found.regions, item.truth.regions, strict=True)
        if vertical_only and not is_vertical(truth)))) for item in images]


def test_a_slice_that_damage_made_too_small_to_tell_is_stopped_all_the_same() -> None:
    dice = random.Random(1)
    images = made_images(40, regions=4, wrong=0.05)
    damaged = [replace(item, found=replace(item.found, regions=tuple(
        replace(region, text="?" * len(region.text)) if is_vertical(truth) and dice.random() < 0.5 else region
        for region, truth in zip(item.found.regions, item.truth.regions, strict=True)))) for item in images]
    before = outcomes_of(images)
    after = outcomes_of(damaged)
    found = ask_gates(gates("worse_by: 0.02"), evaluation(after), compare_outcomes(before, after), evaluation(before))
    directions = [item for item in found if item.slice.facet is SliceFacet.DIRECTION]
    assert [item.slice.name for item in directions if not item.passed] == ["vertical"]


@dataclass(frozen=True)
class Evaluated:
    outcomes: Outcomes
    evaluation: Evaluation


@functools.cache
def before_and_after() -> tuple[Evaluated, Evaluated]:
    """A model, and one that finds nothing."""
    images = made_images(30)
    before = outcomes_of(images)
    after = outcomes_of(without(images))
    return Evaluated(before, evaluation(before)), Evaluated(after, evaluation(after))


@pytest.mark.parametrize("asked", ["slice: all, worse_by: 0.02", "slice: every, most: 0.3", "slice: vertical, worse_by: 0.02",
                                   "slice: vertical, figure: hmean, worse_by: 0.1"])
def test_a_model_that_finds_nothing_passes_no_gate(asked: str) -> None:
    before, after = before_and_after()
    figure = gates(asked).gates[0].figure
    changes = compare_outcomes(before.outcomes, after.outcomes, figure)
    found = ask_gates(gates(asked), after.evaluation, changes, before.evaluation)
    assert found
    assert not all(item.passed for item in found)


def test_a_slice_in_which_nothing_is_found_any_more_is_worse() -> None:
    images = made_images(40)
    changes = {change.slice.name: change for change in compare_outcomes(outcomes_of(images), outcomes_of(without(images, True)))}
    assert changes["vertical"].after is None
    assert changes["vertical"].verdict is ChangeVerdict.WORSE


def test_a_collapse_in_which_all_resamples_agree_is_worse() -> None:
    images = made_images(30, wrong=0)
    lost = [replace(item, found=replace(item.found, regions=tuple(
        replace(region, text="") if is_vertical(truth) else region
        for region, truth in zip(item.found.regions, item.truth.regions, strict=True)))) for item in images]
    changes = compare_outcomes(outcomes_of(images), outcomes_of(lost), "exact nospace")
    assert [change.verdict for change in changes if change.slice.name == "vertical"] == [ChangeVerdict.WORSE]


def test_what_there_is_not_and_what_cannot_be_asked_is_told() -> None:
    made = evaluation(outcomes_of(made_images(12)))
    with pytest.raises(SettingError, match="there is no slice 'vertikal'"):
        ask_gates(gates("slice: vertikal, most: 0.3"), made, None)
    with pytest.raises(SettingError, match="there is no figure 'cer nfkc'"):
        ask_gates(gates("figure: cer nfkc, most: 0.3"), made, None)
    with pytest.raises(SettingError, match="worse_by compares two evaluations"):
        ask_gates(gates("worse_by: 0.1"), made, None)
    with pytest.raises(SettingError, match=r"gates\.yaml:2: .*worse_by, least or most"):
        gates("slice: all")
