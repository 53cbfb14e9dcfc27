"""Releases whose recipe names named slices: what is taken, where it goes, what stops it, and what the card says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
import typer.testing

import apps.cli.dataset_plan
from apps.cli.dataset_plan import sentences_and_tables, to_json
from datastore.releases import newest
from saegim.tables import Table
from schemas.errors import GateFailed, SettingError
from tests import accepted_images as made
from tests.accepted_images import Made
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from workbench.bench import Workbench
from workbench.export.plan import next_release
from workbench.export.preview import plan_of, preview
from workbench.export.publish import publish
from workbench.export.recipes import known_names, load_dataset
from workbench.export.release import release_dataset
from workbench.settings import Settings

pytestmark = pytest.mark.slow

SLICES = """slices:
- {name: 세로간판, where: direction == 'vertical' and '간판' in text, owner: team, why: signs that run downwards}
- {name: exits, where: "'출구' in text", owner: team, why: a test}
- {name: unused, where: legible, owner: team, why: nobody names it}
"""
RECIPE = """name: signs
description: Signs.
licence: CC0
readings: {annotation_configs: [scene_text]}
unit: line
splits: {train: 1.0, test: 0.0}
salt: signs-1
groups: {burst_minutes: 0}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    (tmp_path / "slices.yaml").write_text(SLICES, encoding="utf-8")
    (tmp_path / "datasets").mkdir()
    settings = Settings(ledger_url=f"sqlite:///{tmp_path / 'l.db'}", slices=tmp_path / "slices.yaml",
                        datasets=tmp_path / "datasets", dataset="signs")
    empty_ledger(settings.ledger)
    bench = Workbench(settings)
    bench.objects = InMemory(settings)
    return bench


def write(bench: Workbench, more: str = "", recipe: str = RECIPE) -> None:
    (bench.settings.datasets / "signs.yaml").write_text(recipe + more, encoding="utf-8")


def eight(bench: Workbench) -> list[Made]:
    """Eight images of three lines each; every second one runs downwards."""
    return [made.put(bench, seed, vertical=seed % 2 == 0) for seed in range(8)]


def card_of(bench: Workbench, number: int) -> str:
    release = newest(bench.objects, bench.settings.bucket_datasets, "signs")
    assert release and release.number == number
    [path] = [item.path for item in release.files if item.name == "README.md"]
    return bench.objects.get(bench.settings.bucket_datasets, f"signs/{path}").decode()


def test_a_release_takes_the_images_of_a_named_slice(bench: Workbench) -> None:
    images = eight(bench)
    write(bench, recipe=RECIPE.replace("[scene_text]}", "[scene_text], slices: [세로간판]}"))
    planned = plan_of(bench, "signs").plan
    assert {item.image_id for item in planned.samples} == {item.image_id for item in images[::2]}
    assert [item.reason for item in planned.left_out] == ["other_slice"] * 4
    assert all(item.candidate.slices[-1] == "세로간판" for item in planned.samples)


def test_groups_of_a_named_slice_are_brought_into_the_test_split_and_stay(bench: Workbench) -> None:
    eight(bench)
    write(bench, "least: {test: {세로간판: 2}}\nfrozen: [test]\n")
    release = plan_of(bench, "signs")
    placed = {item.image_id: item.split for item in release.plan.samples}
    assert sorted(placed.values()) == ["test"] * 2 + ["train"] * 6
    assert release.plan.asked[0].said == "test has 2 groups of 세로간판, and the recipe asks for 2"
    assert publish(bench, release)
    for seed in range(8, 12):
        made.put(bench, seed, vertical=True)
    later = {item.image_id: item.split for item in plan_of(bench, "signs").plan.samples}
    assert len(later) == 12 and later.items() >= placed.items() and list(later.values()).count("test") == 2


def test_a_split_is_not_frozen_with_fewer_groups_than_asked(bench: Workbench) -> None:
    eight(bench)
    write(bench, "least: {test: {세로간판: 3}}\nfrozen: [test]\n")
    with pytest.raises(GateFailed, match="test has 2 of the 3 groups of 세로간판 that the recipe asks for: there are 4 in all"):
        release_dataset(bench)


def test_a_gate_counts_regions_of_a_named_slice(bench: Workbench) -> None:
    eight(bench)
    write(bench, "gates: {least: {train: {exits: 8, 세로간판: 5}}}\n")
    with pytest.raises(GateFailed, match="train has 4 regions of 세로간판, expected 5 or more") as caught:
        release_dataset(bench)
    assert "exits" not in str(caught.value)


def test_the_card_and_the_plan_show_named_slices_and_the_crossings(bench: Workbench) -> None:
    eight(bench)
    write(bench, "least: {test: {세로간판: 2}}\n"
                 "coverage: {slices: [exits, handwritten], crossings: [[language, direction]], least: 13}\n")
    seen = preview(bench, plan_of(bench, "signs"), lambda _: None)
    parts = sentences_and_tables(seen)
    tables = {part.title: part for part in parts if isinstance(part, Table)}
    assert tables["Groups of pictures that a split is to have"].rows == (("test", "세로간판", "", "2", "2", "4"),)
    assert tables["Slices that should have 13 regions"].rows == (
        ("exits", "thin", "6", "2"), ("handwritten", "empty", "0", "0"))
    [crossing] = [table for title, table in tables.items() if title.startswith("language × direction")]
    assert crossing.rows[0] == ("ko", "△ 12 · 0", "△ 6 · 6", "∅")
    assert "Of 15 cells 13 are empty and 2 are thin: ko × horizontal (12), ko × vertical (12)." in parts
    told = to_json(seen)
    assert told["least"] == [{"split": "test", "slice": "세로간판", "wanted": 2, "there": 2, "groups": 4, "frozen": False}]
    assert told["coverage"]["slices"][0] == {"slice": "exits", "regions": {"train": 6, "test": 2}, "enough": "thin"}
    assert told["splits"]["test"]["regions"]["세로간판"] == 2
    release_dataset(bench)
    card = card_of(bench, 1)
    assert "| `test` | `세로간판` | 2 | 2 | 4 |" in card
    assert "| `exits` | '출구' in text | a test | 6 · 6 | 2 · 2 | 8 · 8 |" in card
    assert "| `ko` | △ 12 · 0 | △ 6 · 6 | ∅ |" in card and "unused" not in card
    assert "Fewer than 13 regions: `exits` (8), `handwritten` (0)." in card


def test_the_same_again_publishes_nothing_and_a_definition_that_is_gone_stops_no_old_release(bench: Workbench) -> None:
    eight(bench)
    write(bench, "coverage: {slices: [세로간판]}\n")
    assert release_dataset(bench).release == "signs@1" and "up to date" in str(release_dataset(bench).notes)
    bench.settings.slices.unlink()
    with pytest.raises(SettingError, match=r"coverage\.slices\.0 is '세로간판': no such slice"):
        release_dataset(bench)
    write(bench)
    assert next_release(bench, load_dataset("signs", known_names(bench), bench.settings.datasets)).parent is not None
    assert release_dataset(bench).release == "signs@2"


def test_plan_from_slices(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    eight(bench)
    write(bench)
    monkeypatch.setattr(apps.cli.dataset_plan, "open_workbench", lambda: bench)
    runner = typer.testing.CliRunner()
    app = typer.Typer()
    app.command()(apps.cli.dataset_plan.plan)
    command = ["--from-slices", "세로간판,vertical,all", "--points", "20", "--json"]
    done = runner.invoke(app, command)
    told = json.loads(done.stdout)
    assert [(item["slice"], item["groups"], item["regions"], item["free"]) for item in told["slices"]] == [
        ("세로간판", 4, 4, 4), ("vertical", 4, 12, 4), ("all", 8, 24, 8)]
    assert told["slices"][1]["design_effect"] == 1.2
    shown = runner.invoke(app, ["signs", "--from-slices", "vertical", "--points", "20"]).stdout
    assert "least:\n  test: {vertical:" in shown and "frozen: [test]" in shown and "more groups have to come in" in shown
    wrong = runner.invoke(app, ["--from-slices", "세로간"])
    assert "There is no slice '세로간'; did you mean 세로간판?" in str(wrong.exception)
