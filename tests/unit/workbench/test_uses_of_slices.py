"""Named slices in campaigns, priorities, prelabel and lists: counted where asked, and a wrong file stops what needs it alone."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import apps.cli.slices
from adapters.label_studio.lint.folder import lint_folder
from datastore.ledger import label_queue, readings
from schemas.errors import SettingError
from schemas.label_tasks import Project
from schemas.labelling import Share, Side
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig
from stages.label.priority import in_order
from tests import accepted_images as made
from tests.empty_ledger import empty_ledger
from tests.in_memory import InMemory
from tests.places import ROOT
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.label.requested import with_requested
from workbench.named_slices import KnownSlices
from workbench.prelabel.read_images import check_only, unread
from workbench.score import count_points
from workbench.settings import Settings

pytestmark = pytest.mark.slow

SLICES = """slices:
- {name: 세로간판, where: direction == 'vertical' and '간판' in text, owner: team, why: signs that run downwards}
- {name: elsewhere, where: campaign == 'autumn', owner: team, why: another campaign}
"""
CAMPAIGN = """name: demo
title: 데모
first_day: 2026-03-01
last_day: 2026-03-31
points: 10
bonus: {vertical: 1, 세로간판: {points: 7, first_day: 2026-03-03, last_day: 2026-03-04}, elsewhere: 100}
"""
RUN = "r" * 64


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    (tmp_path / "slices.yaml").write_text(SLICES, encoding="utf-8")
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "demo.yaml").write_text(CAMPAIGN, encoding="utf-8")
    settings = Settings(ledger_url=f"sqlite:///{tmp_path / 'l.db'}", slices=tmp_path / "slices.yaml",
                        campaigns=tmp_path / "campaigns")
    empty_ledger(settings.ledger)
    bench = Workbench(settings)
    bench.objects = InMemory(settings)
    return bench


def test_a_bonus_for_a_named_slice_counts_on_its_days_in_the_campaigns_zone(bench: Workbench) -> None:
    for seed in range(4):  # sent on 2 to 5 March, at 18 o'clock in Seoul
        made.put(bench, seed, vertical=seed != 2, submitter=f"s{seed}")
    [board] = count_points(bench).standings.values()
    assert {item.submitter: item.points for item in board.people} == {"s0": 11, "s1": 18, "s2": 10, "s3": 11}


def test_a_wrong_file_of_slices_stops_the_campaigns_that_need_it_and_no_other(bench: Workbench) -> None:
    (bench.settings.campaigns / "plain.yaml").write_text(
        CAMPAIGN.replace("name: demo", "name: plain").partition("bonus")[0] + "bonus: {vertical: 1}\n", encoding="utf-8")
    bench.settings.slices.write_text("slices:\n- {name: 세로간판, where: oops, owner: t, why: w}\n", encoding="utf-8")
    found = load_campaigns(bench.settings)
    assert set(found.by_name) == {"plain"}
    assert "slices.yaml:2: slices.0.where is 'oops'" in str(found.wrong["demo"])
    assert "vertical" in KnownSlices(bench.settings)
    bench.settings.slices.unlink()
    assert "7: bonus is" not in str(load_campaigns(bench.settings).by_name)
    told = str(load_campaigns(bench.settings).wrong["demo"])
    assert "bonus.elsewhere is" in told
    assert "no such slice: elsewhere" in told


CONFIG = AnnotationConfig(name="scene_text", version=1, unit="line", owner="o", title="t", requested=("세로간판",))


def read_by_a_model(bench: Workbench, seed: int, *, vertical: bool) -> str:
    """An accepted image that no person, and one run of a model, has read."""
    image = made.put(bench, seed, vertical=vertical)
    found = image.reading
    reading = Reading(found.image_id, "model:m@1", RUN, 0, found.unit, found.width, found.height, found.regions)
    with bench.ledger.write() as connection:
        readings.unaccept(connection, "scene_text", image.image_id)
        readings.add_readings(connection, [reading])
    return image.image_id


def test_what_is_requested_by_a_named_slice_is_labelled_first(bench: Workbench) -> None:
    ids = [read_by_a_model(bench, seed, vertical=seed in (3, 5)) for seed in range(6)]
    project = Project("scene_text", 1, Side.A, "p", 1, None)
    waiting = label_queue.described(bench.ledger, RUN, label_queue.waiting_ids(bench.ledger, project, RUN, Share(others=True)))
    assert {item.image_id for item in waiting} == set(ids)
    ordered = in_order(with_requested(bench.ledger, bench.settings, CONFIG, waiting), CONFIG.requested)
    assert {item.image_id for item in ordered[:2]} == {ids[3], ids[5]}
    plain = CONFIG.model_copy(update={"requested": ("vertical",)})
    assert with_requested(bench.ledger, bench.settings, plain, waiting) == waiting


def test_prelabel_reads_the_images_of_a_named_slice(bench: Workbench) -> None:
    ids = [made.put(bench, seed, vertical=seed == 1).image_id for seed in range(3)]
    assert {image.image_id for image in unread(bench, RUN, "slice:세로간판")} == {ids[1]}
    assert {image.image_id for image in unread(bench, RUN, "slice:vertical")} == {ids[1]}
    assert unread(bench, RUN, "slice:elsewhere") == []
    check_only(bench.settings, "slice:세로간판")
    with pytest.raises(SettingError, match="did you mean slice:세로간판"):
        check_only(bench.settings, "slice:세로간")


def test_an_annotation_config_may_request_a_named_slice(bench: Workbench, tmp_path: Path) -> None:
    folder = tmp_path / "configs" / "scene_text"
    shutil.copytree(ROOT / "annotation_configs", tmp_path / "configs")
    path = folder / "config.yaml"
    text = path.read_text(encoding="utf-8").replace("requested: []", "requested: [세로간판, vertical]")
    path.write_text(text, encoding="utf-8")
    assert lint_folder(folder, KnownSlices(bench.settings)) == []
    [finding] = lint_folder(folder)
    assert finding.wrong == "requested names '세로간판'"
    other = Workbench(bench.settings.model_copy(update={"annotation_configs": tmp_path / "configs"}))
    assert other.config_named("scene_text").requested == ("세로간판", "vertical")


def test_the_list_says_how_much_of_each_there_is(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps.cli.slices, "open_workbench", lambda: bench)
    for seed in range(3):
        made.put(bench, seed, vertical=seed != 1)
    app = typer.Typer()
    app.add_typer(apps.cli.slices.app, name="slices")
    told = json.loads(CliRunner().invoke(app, ["slices", "list", "--json"]).stdout)
    assert [(item["name"], item["readings"], item["regions"]) for item in told] == [("elsewhere", 0, 0), ("세로간판", 2, 2)]
    assert told[1]["where"] == "direction == 'vertical' and '간판' in text"
    bench.settings.slices.unlink()
    assert "There are no named slices" in CliRunner().invoke(app, ["slices", "list"]).stdout


def test_days_of_a_bonus_are_those_of_the_campaign(bench: Workbench) -> None:
    campaign = load_campaigns(bench.settings).by_name["demo"]
    at = [datetime(2026, 3, day, hour, 59, tzinfo=UTC) for day, hour in ((2, 14), (2, 15), (4, 14), (4, 15))]
    assert ["세로간판" in campaign.bonus_at(moment) for moment in at] == [False, True, True, False]


@pytest.mark.parametrize(("bonus", "told"), [
    ("{세로간: 5}", "6: bonus.세로간 is .*no such slice: 세로간; did you mean 세로간판"),
    ("{illegible: 5}", "6: bonus.illegible is .*no such slice: illegible"),
    ("{vertical: five}", "6: bonus.vertical.points is 'five'"),
    ("\n  vertical:\n    points: 5\n    first_dy: 2026-03-01", "9: there is no key bonus.vertical.first_dy; did you mean first_"),
    ("\n  vertical: {first_day: 2026-03-01}", "7: bonus.vertical.points is missing"),
    ("\n  vertical: {points: 5, first_day: 2026-03-02, last_day: 2026-03-01}", "7: bonus.vertical is .*lies before"),
])
def test_a_wrong_bonus_is_told_with_its_line(bench: Workbench, bonus: str, told: str) -> None:
    (bench.settings.campaigns / "demo.yaml").write_text(CAMPAIGN.partition("bonus")[0] + f"bonus: {bonus}\n", encoding="utf-8")
    with pytest.raises(SettingError, match=rf"(?m)demo.yaml:{told}"):
        raise load_campaigns(bench.settings).wrong["demo"]
