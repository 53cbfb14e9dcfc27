"""Boards: made when they are due, frozen before the end, final once the list is frozen; what people see of each."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from datastore.ledger import boards, draws
from flows.score import artifact_key, rows_of
from schemas.board import Board, BoardState, PhotographStanding, RulePoints, Standing
from schemas.points import PHOTOGRAPH
from schemas.recipes.campaign import Campaign
from schemas.submission import Outcome
from tests.points_world import START, PointsWorld
from workbench.board import latest_board, shown_board
from workbench.campaigns import load_campaigns
from workbench.score import count_points

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> PointsWorld:
    return PointsWorld(tmp_path)


def campaign(world: PointsWorld) -> Campaign:
    return load_campaigns(world.bench.settings).by_name["가을"]


def shown(world: PointsWorld, now: datetime | None = None) -> Board:
    found = shown_board(world.bench, campaign(world), now or world.now)
    assert found is not None
    return found


def points_shown(world: PointsWorld) -> list[int]:
    return [line.points for line in shown(world).people]


def test_a_board_has_people_photographs_and_rules(world: PointsWorld) -> None:
    assert shown_board(world.bench, campaign(world), world.now) is None
    world.send(1, "김하늘")
    world.claim(1, "김하늘", "vertical", "curved")
    world.send(2, "park")
    world.send(3, "park", Outcome.DUPLICATE, duplicate_of=2)
    world.send(4, "lee", Outcome.REJECTED)
    world.accept(2, "curved")
    world.score()
    board = shown(world)
    assert board == Board("가을", 1, START, BoardState.OPEN, (
        Standing(1, "김하늘", 16, 0, 1, 0, 0), Standing(2, "park", 14, 14, 2, 3, 0)), (
        PhotographStanding(world.name(1), "김하늘", 16, 0, (PHOTOGRAPH, "vertical", "curved")),
        PhotographStanding(world.name(2), "park", 13, 13, (PHOTOGRAPH, "curved")),
        PhotographStanding(world.name(3), "park", 1, 1, (PHOTOGRAPH,))),
        (RulePoints(PHOTOGRAPH, 19, 3), RulePoints("curved", 6, 2), RulePoints("vertical", 5, 1)), START + timedelta(minutes=30))
    assert latest_board(world.bench, campaign(world)) == board
    world.disqualify("김하늘")
    world.pass_time(30)
    world.score()
    assert [(line.rank, line.submitter, line.points) for line in shown(world).people] == [(1, "park", 14), (0, "김하늘", 0)]


def test_of_equal_points_who_sent_the_last_of_theirs_earlier_is_first_whenever_score_ran(world: PointsWorld) -> None:
    world.write_rules(caps={}, categories={})
    for number, name in enumerate(["하나", "둘", "셋"], 1):
        world.send(number, name)
        world.pass_time(4)
    world.send(4, "둘", Outcome.REJECTED)  # it has no points, and is no matter
    world.score()
    assert [(line.rank, line.submitter) for line in shown(world).people] == [(1, "하나"), (2, "둘"), (3, "셋")]
    for change in (world.disqualify, world.reinstate):
        world.pass_time(30)
        change("하나")
        world.score()
    assert [(line.rank, line.submitter) for line in shown(world).people] == [(1, "하나"), (2, "둘"), (3, "셋")]


def test_people_see_a_new_one_when_it_is_due(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    assert world.score()["boards"] == 1
    world.send(2, "김하늘")
    world.pass_time(29)
    assert world.score()["boards"] == 0 and points_shown(world) == [10]
    world.pass_time(1)
    assert world.score()["boards"] == 1 and points_shown(world) == [20]
    world.pass_time(30)
    assert world.score()["boards"] == 0  # nothing changed: the same board is seen again
    assert (shown(world).number, shown(world).made_at) == (2, world.now)


def test_who_asks_has_one_although_none_is_due(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.score()
    world.send(2, "김하늘")
    assert count_points(world.bench, "가을", board=True, now=world.now).boards == 1
    assert points_shown(world) == [20]


def test_before_the_end_people_see_the_last_one_and_managers_all(world: PointsWorld) -> None:
    world.write_rules(caps={})
    world.send(1, "김하늘")
    world.score()
    freezes = campaign(world).freezes_at
    world.now = freezes - timedelta(minutes=1)
    world.send(2, "김하늘")
    world.score()
    world.now = freezes + timedelta(minutes=1)
    world.send(3, "김하늘")
    assert world.score()["boards"] == 1
    board = shown(world)
    assert (points_shown(world), board.state, board.next_at) == ([20], BoardState.FROZEN, None)
    latest = latest_board(world.bench, campaign(world))
    assert latest and [line.points for line in latest.people] == [30] and latest.state is BoardState.FROZEN
    world.accept(3, "curved")
    assert world.score()["boards"] == 1  # what only managers see is made whenever points are counted


def test_once_the_list_is_frozen_the_final_one_stays(world: PointsWorld) -> None:
    world.send(1, "김하늘")
    world.now = campaign(world).ends_at
    world.score()
    with world.ledger.write() as connection:
        draws.add_commitment(connection, "가을", "0" * 64, "1" * 64, "drand", "2" * 64, world.now)
        draws.add_final_list(connection, "가을", "list", "3" * 64, "", world.now)
    assert world.score()["boards"] == 1
    final = shown(world)
    assert (final.state, final.next_at, [line.points for line in final.people]) == (BoardState.FINAL, None, [10])
    world.settle(1, Outcome.WITHDRAWN)
    world.pass_time(60)
    assert world.score()["boards"] == 0
    assert shown(world) == final


def test_what_is_written_is_what_is_read(world: PointsWorld) -> None:
    board = Board("가을", 1, START, BoardState.OPEN, (Standing(1, "김", 3, 2, 1, 0, 0), Standing(0, "박", 0, 0, 0, 0, 0, True)),
                  (PhotographStanding("1", "김", 3, 2, ("a", "b")),), (RulePoints("a", 3, 1),), None)
    with world.ledger.write() as connection:
        assert boards.add_board(connection, board)
    assert boards.newest_board(world.ledger, "가을") == board
    assert boards.newest_board(world.ledger, "가을", [BoardState.FINAL]) is None
    assert boards.newest_board(world.ledger, "봄") is None
    assert [row["rank"] for row in rows_of(board)] == [1, "out"]


def test_each_campaign_has_an_artifact_of_its_own_whatever_its_name() -> None:
    names = ["demo", "Demo", "가을", "봄 행사", "가을-2026", "x" * 300]
    keys = [artifact_key(name) for name in names]
    assert len(set(keys)) == len(names) and keys[0].startswith("board-demo-")
    assert all(set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and len(key) < 60 for key in keys)
