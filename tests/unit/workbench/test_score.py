"""Points in the ledger: the list grows by what changed, says why, and comes to the same sums whenever it is counted."""

from __future__ import annotations

import random
import tempfile
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from datastore.ledger import arrivals, points
from datastore.ledger.campaign_versions import note_rules, versions_of
from datastore.ledger.duplicates import decide_anew
from datastore.ledger.submissions import submission_rows
from datastore.ledger.tables import submissions
from datastore.ledger.withdrawals import withdraw_key
from schemas.flags import FlagDecision
from schemas.points import PHOTOGRAPH, PointLine, PointReason, PointSum
from schemas.recipes.campaign import Campaign
from schemas.recipes.pricing_rules import FoundRules
from schemas.submission import Outcome
from stages.score.changes import NOTHING
from tests.points_world import FILE, REGIONS, PointsWorld
from workbench.bench import Workbench
from workbench.campaigns import load_campaigns
from workbench.score import count_points, points_of

pytestmark = pytest.mark.slow
PEOPLE = ("김하늘", "park")
SLICES = tuple(REGIONS)
WORDS = ("화면", "남의 사진")
"""Reasons of managers."""


@pytest.fixture
def world(tmp_path: Path) -> PointsWorld:
    return PointsWorld(tmp_path)


def told(world: PointsWorld, submitter: str = "김하늘") -> list[tuple[str, int, int, PointReason]]:
    """Rule, provisional, final and reason of somebody's entries, the oldest first."""
    return [(entry.rule, entry.provisional, entry.final, entry.reason)
            for entry in reversed(points.entries_of(world.ledger, "가을", submitter))]


def test_each_change_of_points_is_an_entry_with_its_reason(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.claim(1, "김하늘", "vertical")
    world.suggest(1, "curved")
    world.score()
    assert told(world) == [(PHOTOGRAPH, 8, 0, PointReason.ACCEPTED), ("curved", 3, 0, PointReason.SUGGESTED),
                           ("vertical", 5, 0, PointReason.CLAIMED)]
    assert points.sums_of(world.ledger, [world.name(1), world.name(2)]) == {world.name(1): PointSum(16, 0)}
    world.accept(1, "vertical")
    world.score()
    assert told(world)[3:] == [(PHOTOGRAPH, -8, 8, PointReason.CONFIRMED), ("curved", -3, 0, PointReason.DENIED),
                               ("vertical", -5, 5, PointReason.CONFIRMED)]
    world.unaccept(1)
    world.claim(1, "김하늘")
    world.score()
    assert told(world)[6:] == [(PHOTOGRAPH, 10, -8, PointReason.ACCEPTED), ("curved", 3, 0, PointReason.SUGGESTED),
                               ("vertical", 0, -5, PointReason.CHANGED)]
    world.flag(1, FlagDecision.CONFIRMED)
    world.score()
    assert told(world)[9:] == [(PHOTOGRAPH, -10, 0, PointReason.FLAG_CONFIRMED), ("curved", -3, 0, PointReason.FLAG_CONFIRMED)]
    assert points.entries_of(world.ledger, "가을", "김하늘")[0].detail == "화면을 찍은 사진"


def test_what_never_had_points_says_why_once(world: PointsWorld) -> None:
    world.send(1, "김하늘", Outcome.HELD)
    world.score()
    assert world.score()["entries"] == 0
    world.settle(1, Outcome.REJECTED)
    world.score()
    world.score()
    assert told(world) == [(PHOTOGRAPH, 0, 0, PointReason.HELD), (PHOTOGRAPH, 0, 0, PointReason.REJECTED)]


def test_disqualified_reinstated_gone(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.score()
    world.disqualify("김하늘")
    world.score()
    assert points.entries_of(world.ledger, "가을", "김하늘")[0].detail == "남의 사진"
    world.reinstate("김하늘")
    world.score()
    world.score()
    world.forget(1)
    world.score()
    assert told(world) == [(PHOTOGRAPH, 10, 0, PointReason.ACCEPTED), (PHOTOGRAPH, -10, 0, PointReason.DISQUALIFIED),
                           (PHOTOGRAPH, 10, 0, PointReason.REINSTATED), (PHOTOGRAPH, -10, 0, PointReason.WITHDRAWN)]
    assert world.score()["entries"] == 0


def last_words(world: PointsWorld) -> dict[str, tuple[PointReason, str]]:
    """The last reason and its detail of each photograph that has no points for one."""
    last = {entry.submission_id: (entry.reason, entry.detail) for name in PEOPLE
            for entry in reversed(points.entries_of(world.ledger, "가을", name)) if entry.rule == PHOTOGRAPH}
    return {submission_id: word for submission_id, word in last.items() if word[0] in NOTHING}


def test_a_managers_other_words_are_the_last_ones(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.send(2, "park")
    for because in WORDS:
        world.flag(1, FlagDecision.CONFIRMED, because)
        world.reinstate("park")
        world.disqualify("park", because)
        world.score()
        assert last_words(world) == {world.name(1): (PointReason.FLAG_CONFIRMED, because),
                                     world.name(2): (PointReason.DISQUALIFIED, because)}
    assert world.score()["entries"] == 0


def test_a_flag_takes_nothing_until_it_is_confirmed(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.claim(1, "김하늘", "curved")
    world.accept(1, "vertical")
    world.score()
    world.flag(1)
    world.score()
    world.flag(1, FlagDecision.CLEARED)
    world.score()
    assert told(world) == [
        (PHOTOGRAPH, 0, 8, PointReason.CONFIRMED), ("curved", 0, 0, PointReason.DENIED), ("vertical", 0, 5, PointReason.FOUND),
        (PHOTOGRAPH, 8, -8, PointReason.FLAGGED), ("vertical", 5, -5, PointReason.FLAGGED),
        (PHOTOGRAPH, -8, 8, PointReason.CONFIRMED), ("vertical", -5, 5, PointReason.FOUND)]


def test_what_is_decided_anew_keeps_its_points_until_then(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.score()
    [row] = submission_rows(world.ledger)
    with world.ledger.write() as connection:
        decide_anew(connection, [row])
    assert world.score()["entries"] == 0
    arrivals.store(world.ledger, [], [row.submission_id])  # its object is gone by then
    world.score()
    assert told(world) == [(PHOTOGRAPH, 10, 0, PointReason.ACCEPTED), (PHOTOGRAPH, -10, 0, PointReason.WITHDRAWN)]
    assert world.score()["entries"] == 0


def test_a_withdrawn_photograph_gives_its_points_back(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.score()
    with world.ledger.write() as connection:
        assert withdraw_key(connection, "raw", world.key(1, "김하늘"), [], "asked for") == 1
    world.score()
    assert told(world) == [(PHOTOGRAPH, 10, 0, PointReason.ACCEPTED), (PHOTOGRAPH, -10, 0, PointReason.WITHDRAWN)]
    assert world.score()["entries"] == 0


def test_what_goes_wrong_with_one_campaign_stops_no_other(world: PointsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (world.bench.settings.campaigns / "autumn.yaml").read_text(encoding="utf-8")
    (world.bench.settings.campaigns / "0.yaml").write_text(text.replace("가을", "봄"), encoding="utf-8")
    world.send(1, "김하늘")

    def counted(bench: Workbench, recipe: Campaign) -> list[PointLine]:
        if recipe.name == "봄":
            raise OverflowError("Python int too large to convert to C long")
        return points_of(bench, recipe)

    monkeypatch.setattr("workbench.score.points_of", counted)
    report = count_points(world.bench, now=world.now)
    assert [*map(type, report.failed)] == [OverflowError] and report.failed[0].__notes__ == ["campaign 봄"]
    assert report.entries == 1 and [*report.standings] == ["가을"]


def test_another_rule_prices_what_is_sent_from_then_on(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.score()
    world.write_rules(points=99, title="다른 제목")
    world.pass_time(5)
    assert world.score() == {"rules": 1, "entries": 0, "boards": 0}
    world.pass_time(1)
    world.send(2, "김하늘")
    world.write_rules(title="또 다른 제목", time_zone="Europe/Paris")
    world.score()
    entries = points.entries_of(world.ledger, "가을", "김하늘")
    assert [(entry.provisional, entry.version) for entry in entries] == [(99, 2), (10, 1)]
    world.write_rules(last_day="2026-11-01")  # days are no rule of prices: the newest file says them
    world.score()
    assert {reason for _, _, _, reason in told(world)[2:]} == {PointReason.OUTSIDE_THE_DAYS}


def test_a_run_that_read_the_file_long_ago_brings_no_old_prices_back(world: PointsWorld,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    world.score()
    old = load_campaigns(world.bench.settings)
    world.pass_time(1)
    world.write_rules(points=20)
    world.score()
    world.pass_time(1)
    world.send(1, "김하늘")
    monkeypatch.setattr("workbench.score.load_campaigns", lambda *_: old)
    assert world.score()["rules"] == 0
    assert [item.rules.points for item in versions_of(world.ledger, "가을")] == [10, 20]
    assert told(world) == [(PHOTOGRAPH, 20, 0, PointReason.ACCEPTED)]


def test_the_file_counts_as_it_is_when_nobody_else_notes_rules_any_more(world: PointsWorld) -> None:
    world.score()
    later = world.now + timedelta(seconds=1)
    rules = [Campaign.model_validate({**FILE, "points": points}).rules() for points in (30, 40)]
    read = iter(FoundRules(item, later) for item in rules)  # it changed while somebody waited for the lock
    assert note_rules(world.ledger, "가을", lambda: next(read))
    assert [item.rules.points for item in versions_of(world.ledger, "가을")] == [10, 40]
    assert not note_rules(world.ledger, "가을", lambda: FoundRules(rules[0], later))  # no later than the newest one
    assert not note_rules(world.ledger, "가을", lambda: None)
    assert note_rules(world.ledger, "가을", lambda: FoundRules(rules[0], later + timedelta(seconds=1)))


def test_a_new_model_takes_no_points_before_it_has_read(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.suggest(1, "curved", run="older")
    world.score()
    assert world.sums()[world.name(1), "curved"] == (3, 0)
    world.suggest(1, "plain")
    world.score()
    assert (world.name(1), "curved") not in world.sums()


def test_metadata_claims_too_where_the_portal_knows_nothing(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    with world.ledger.write() as connection:
        connection.execute(update(submissions).values(claims={"categories": "curved, plain"}))
    world.score()
    assert world.sums()[world.name(1), "curved"] == (3, 0)


def test_two_runs_at_once_write_each_entry_once(world: PointsWorld) -> None:
    for number in range(30):
        world.send(number, PEOPLE[number % 2])
        world.pass_time(60)
    runs = [threading.Thread(target=count_points, args=(world.bench,), kwargs={"now": world.now}) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    sums = world.sums()
    entries = [entry for name in PEOPLE for entry in points.entries_of(world.ledger, "가을", name)]
    assert len(entries) == 30 and world.score()["entries"] == 0
    world.forget_points()
    world.score()
    assert world.sums() == sums


def step(world: PointsWorld, chance: random.Random, sent: dict[int, str]) -> None:
    """Something happens."""
    number = chance.choice([*sent, 0])
    slices = chance.sample(SLICES, chance.randrange(3))
    acts: list[Any] = [lambda: world.score(), lambda: world.pass_time(chance.choice([0, 1, 50, 60 * 24]))]
    if number:
        acts += [
            lambda: world.claim(number, sent[number], *slices), lambda: world.suggest(number, *slices),
            lambda: world.accept(number, *slices), lambda: world.accept(number, *slices), lambda: world.unaccept(number),
            lambda: world.settle(number, chance.choice([item for item in Outcome if item is not Outcome.ACCEPTED])),
            lambda: world.flag(number, chance.choice([None, *FlagDecision]), chance.choice(WORDS)),
            lambda: world.disqualify(sent[number], chance.choice(WORDS)), lambda: world.reinstate(sent[number]),
            lambda: world.write_rules(points=chance.randrange(20, 30), duplicate_points=chance.randrange(3),
                                      caps={"day": chance.randrange(1, 6)})]
    else:
        new = len(sent) + 1
        sent[new] = chance.choice(PEOPLE)
        acts = [lambda: world.send(new, sent[new])] * 2
        if new > 1:
            acts.append(lambda: world.send(new, sent[new], Outcome.DUPLICATE, duplicate_of=1))
    chance.choice(acts)()


@given(st.integers(0, 2**32), st.integers(10, 40))
@settings(max_examples=5, deadline=None)
def test_whatever_happens_the_sums_are_those_of_counting_once_at_the_end(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        world = PointsWorld(Path(folder))
        world.score()
        sent: dict[int, str] = {}
        for _ in range(steps):
            step(world, chance, sent)
        world.score()
        sums = world.sums()
        words = last_words(world)
        before = len([entry for name in PEOPLE for entry in points.entries_of(world.ledger, "가을", name)])
        assert world.score()["entries"] == 0
        world.forget_points()
        assert world.score()["entries"] <= before
        assert (world.sums(), last_words(world)) == (sums, words)
