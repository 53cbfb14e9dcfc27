"""Demand is noted once, orders the queue, is answered with points, and is followed."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from adapters.label_studio.configs import load_annotation_config
from datastore.ledger import readings
from datastore.ledger.campaign_versions import versions_of
from datastore.ledger.demands import add_bonus, demands_of
from datastore.ledger.tables import submissions
from schemas.demand import AcceptedBonus
from schemas.errors import SettingError
from schemas.evaluation import SliceFacet, SliceName
from schemas.recipes.campaign import parse_campaign
from schemas.recipes.pricing_rules import PricingRules
from tests.empty_ledger import empty_ledger
from tests.places import ROOT
from tests.read_images import RUN, fill, made_reading
from tests.unit.stages.evaluate.test_demand import VERTICAL, evaluation, part
from workbench.demand import accept_demand, follow_demand, note_demand
from workbench.label.demanded import with_demand

MONDAY = date(2026, 11, 30)
HANDWRITTEN = SliceName(SliceFacet.WRITING, "handwritten")
BLURRED = SliceName(SliceFacet.CONDITION, "blurred")
FIRST = evaluation(part(VERTICAL, 0.31, 0.04, 212), part(HANDWRITTEN, 0.2, 0.02, 300), part(BLURRED, 0.3, 0.02, 300), run=RUN)


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    ledger = empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")
    fill(ledger, "m", 4, regions=9)
    campaigns = tmp_path / "campaigns"
    campaigns.mkdir()
    shutil.copy(ROOT / "recipes" / "campaigns" / "demo.yaml", campaigns)
    settings = SimpleNamespace(dataset="scene-text", campaigns=campaigns, slices=tmp_path / "slices.yaml",
                               annotation_configs=ROOT / "annotation_configs")
    return SimpleNamespace(ledger=ledger, model="m", settings=settings)


def accepted(bench: Any) -> Any:
    return parse_campaign((bench.settings.campaigns / "demo.yaml").read_text(encoding="utf-8"), "demo")


def test_what_an_evaluation_asks_for_is_noted_once(bench: Any) -> None:
    assert note_demand(bench, FIRST) == 3
    rows = demands_of(bench.ledger)
    assert note_demand(bench, FIRST) == 0
    assert demands_of(bench.ledger) == rows
    assert [(row.rank, row.demand.slice) for row in sorted(rows, key=lambda row: row.rank or 0)] == [
        (1, BLURRED), (2, VERTICAL), (3, HANDWRITTEN)]


def test_other_models_ask_for_nothing(bench: Any) -> None:
    assert note_demand(bench, replace(FIRST, run="another")) == 0
    assert demands_of(bench.ledger) == []


def test_the_queue_takes_the_requested_slices_first_then_the_demanded_ones(bench: Any) -> None:
    note_demand(bench, FIRST)
    config = load_annotation_config(ROOT / "annotation_configs" / "scene_text").model_copy(
        update={"requested": ("embossed", "handwritten")})
    assert with_demand(bench.ledger, config, "scene-text").requested == ("embossed", "handwritten", "vertical")
    assert with_demand(bench.ledger, config, "another").requested == ("embossed", "handwritten")


def test_an_evaluation_of_an_older_release_does_not_ask_anew(bench: Any) -> None:
    note_demand(bench, FIRST)
    note_demand(bench, evaluation(part(HANDWRITTEN, 0.5, 0.02, 300), release="scene-text@2", name="older", run=RUN))
    assert next(item.now.demand.slice for item in follow_demand(bench)) == BLURRED


def test_a_demand_is_followed_from_asking_to_its_effect(bench: Any) -> None:
    note_demand(bench, FIRST)
    new = fill(bench.ledger, "m", 2, regions=9, seed="later")
    old = fill(bench.ledger, "m", 1, regions=9, seed="earlier")
    with bench.ledger.write() as connection:
        for name in (*new, *old):
            readings.accept(connection, "scene_text", made_reading(name, 9))
        readings.accept(connection, "document", made_reading(new[0], 9))  # one image, counted once
        connection.execute(update(submissions).where(submissions.c.image_id.in_(old)).values(
            sent_at=datetime.now(UTC) - timedelta(days=1)))
    note_demand(bench, evaluation(part(VERTICAL, 0.11, 0.04, 400), release="scene-text@4", name="newer", run=RUN))
    found = {item.now.demand.slice: item for item in follow_demand(bench)}
    assert found[VERTICAL].now.rank is None
    assert (found[VERTICAL].arrived, round(found[VERTICAL].effect or 0, 6)) == (2, -0.2)


def test_points_are_written_and_noted_once(bench: Any) -> None:
    note_demand(bench, FIRST)
    done = accept_demand(bench, "vertical", "demo", None, MONDAY, MONDAY + timedelta(days=6))
    assert (done.bonus.points, done.before, done.changed) == (8, 5, True)  # rank 2: 80 % of 10
    assert accepted(bench).bonus["vertical"].points_on(MONDAY) == 8
    text = (bench.settings.campaigns / "demo.yaml").read_bytes()
    again = accept_demand(bench, "vertical", "demo", None, MONDAY, MONDAY + timedelta(days=6))
    assert (again.bonus, again.changed) == (done.bonus, False)
    assert (bench.settings.campaigns / "demo.yaml").read_bytes() == text
    [item] = [item for item in follow_demand(bench) if item.accepted]
    assert item.accepted == (done.bonus,)


def test_what_pages_promise_from_then_on_is_what_photographs_are_priced_by(bench: Any) -> None:
    note_demand(bench, FIRST)
    accept_demand(bench, "vertical", "demo", None, MONDAY, MONDAY + timedelta(days=6))
    [version] = versions_of(bench.ledger, "demo")
    assert version.rules == PricingRules.model_validate(accepted(bench).rules())
    accept_demand(bench, "handwritten", "demo", 9, MONDAY, MONDAY + timedelta(days=6))
    assert [item.rules.bonus["handwritten"].points_on(MONDAY) for item in versions_of(bench.ledger, "demo")][1:] == [9]


def test_a_command_that_was_killed_between_file_and_ledger_is_run_again(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    note_demand(bench, FIRST)

    def killed(*_arguments: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("workbench.demand.demands.add_bonus", killed)
        accept_demand(bench, "vertical", "demo", None, MONDAY, MONDAY + timedelta(days=6))
    done = accept_demand(bench, "vertical", "demo", None, MONDAY, MONDAY + timedelta(days=6))
    assert (done.bonus.points, done.changed) == (8, False)
    assert [item.accepted for item in follow_demand(bench) if item.accepted] == [(done.bonus,)]


def test_next_week_is_meant_where_no_days_are_said(bench: Any) -> None:
    note_demand(bench, FIRST)
    bonus = accept_demand(bench, "handwritten", "demo").bonus
    assert (bonus.first_day.weekday(), bonus.last_day - bonus.first_day) == (0, timedelta(days=6))
    assert bonus.first_day > datetime.now(UTC).date()


@pytest.mark.parametrize(("name", "campaign", "points", "days", "said"), [
    ("vertica", "demo", None, (MONDAY, MONDAY), "did you mean vertical"),
    ("vertical", "dem", None, (MONDAY, MONDAY), "did you mean demo"),
    ("blurred", "demo", None, (MONDAY, MONDAY), "where: 'blurred' in conditions"),
    ("vertical", "demo", 5, (MONDAY, MONDAY), "worth 5 points"),
    ("vertical", "demo", None, (date(2020, 1, 1), date(2020, 1, 2)), "--from and --to"),
    ("vertical", "demo", None, (MONDAY, MONDAY - timedelta(days=1)), "lies before"),
])
def test_what_a_campaign_cannot_give_is_said_with_the_repair(bench: Any, name: str, campaign: str, points: int | None,
                                                             days: tuple[date, date], said: str) -> None:
    note_demand(bench, FIRST)
    before = (bench.settings.campaigns / "demo.yaml").read_bytes()
    with pytest.raises(SettingError, match=said):
        accept_demand(bench, name, campaign, points, *days)
    assert (bench.settings.campaigns / "demo.yaml").read_bytes() == before


@pytest.mark.parametrize("changed", ["bonus: {vertical: 3,}", "bonus: {vertical: 3  # rare\n  }"])
def test_a_file_that_the_command_would_break_stays_as_it_is(bench: Any, changed: str) -> None:
    note_demand(bench, FIRST)
    path = bench.settings.campaigns / "demo.yaml"
    text = path.read_text(encoding="utf-8")
    before = text[:text.index("bonus:")] + changed + "\n"
    path.write_text(before, encoding="utf-8")
    with pytest.raises(SettingError, match=r"write the bonus there by hand: handwritten: \{points: "):
        accept_demand(bench, "handwritten", "demo", 4, MONDAY, MONDAY + timedelta(days=6))
    assert path.read_text(encoding="utf-8") == before


def test_two_managers_bonuses_are_both_kept(bench: Any) -> None:
    note_demand(bench, FIRST)
    row = next(row for row in demands_of(bench.ledger) if row.demand.slice == VERTICAL)
    bonuses = [AcceptedBonus("demo", points, MONDAY, MONDAY + timedelta(days=6)) for points in (3, 8)]
    assert [add_bonus(bench.ledger, row, bonus) for bonus in (*bonuses, bonuses[0])] == [True, True, False]
    [kept] = [item.accepted for item in demands_of(bench.ledger) if item.accepted]
    assert kept == tuple(bonuses)


def test_bonuses_that_are_given_at_once_are_all_in_the_file(bench: Any) -> None:
    note_demand(bench, FIRST)
    given = [(name, MONDAY + timedelta(weeks=week)) for name in ("vertical", "handwritten") for week in range(3)]
    together = threading.Barrier(len(given))

    def accept(name: str, first: date) -> None:
        together.wait(10)
        accept_demand(bench, name, "demo", 9, first, first + timedelta(days=6))

    with ThreadPoolExecutor(len(given)) as pool:
        list(pool.map(accept, *zip(*given, strict=True)))
    bonus = accepted(bench).bonus
    assert [(name, first) for name, first in given if bonus[name].points_on(first) != 9] == []
    assert [path.name for path in bench.settings.campaigns.iterdir()] == ["demo.yaml"]


def test_a_slice_that_nobody_asks_for_any_more_gets_no_points(bench: Any) -> None:
    note_demand(bench, FIRST)
    note_demand(bench, evaluation(part(VERTICAL, 0.02, 0.01, 900), run=RUN, name="later"))
    with pytest.raises(SettingError, match="No evaluation asked for 'vertical'"):
        accept_demand(bench, "vertical", "demo", 4, MONDAY, MONDAY + timedelta(days=6))
