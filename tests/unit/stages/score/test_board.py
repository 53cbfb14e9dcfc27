"""Ranks: who is better, who shares one, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.board import Standing
from schemas.points import PersonSum
from stages.score.board import last_sure_rank, rank_people

START = datetime(2026, 11, 3, tzinfo=UTC)


def person(name: str, points: int, final: int = 0, minutes: int | None = 0) -> PersonSum:
    return PersonSum(name, points, final, 1, None if minutes is None else START + timedelta(minutes=minutes))


def ranks(lines: tuple[Standing, ...]) -> list[tuple[int, str]]:
    return [(line.rank, line.submitter) for line in lines]


def test_equal_points_go_by_final_ones_then_by_who_was_earlier_and_are_shared_otherwise() -> None:
    lines = rank_people([person("choi", 20, 10, 5), person("lee", 20, 20, 9), person("park", 20, 10, 4), person("김하늘", 30),
                         person("이슬", 20, 10, 5), person("kim", 5), person("none", 0)], (), 3)
    assert ranks(lines) == [(1, "김하늘"), (2, "lee"), (3, "park"), (4, "choi"), (4, "이슬"), (6, "kim")]


def test_what_is_missing_to_the_next_rank_and_to_a_prize_puts_them_there() -> None:
    lines = rank_people([person("a", 30), person("b", 20), person("c", 20, minutes=5), person("d", 20, minutes=5),
                         person("e", 5)], (), 2)
    assert [(line.to_next, line.to_prize) for line in lines] == [(0, 0), (11, 0), (1, 1), (1, 1), (16, 16)]
    moved = rank_people([person("a", 30), person("b", 20), person("e", 5 + 16, minutes=9)], (), 2)
    assert ranks(moved)[1] == (2, "e")


def test_without_prizes_by_rank_nothing_is_missing_to_one() -> None:
    assert [line.to_prize for line in rank_people([person("a", 30), person("b", 20)], (), 0)] == [0, 0]


def test_a_rank_that_more_people_share_than_there_are_prizes_wins_for_nobody_yet() -> None:
    lines = rank_people([person("a", 30), *(person(name, 20) for name in "bcd"), person("e", 5), person("f", 9)], {"f"}, 2)
    assert [last_sure_rank(lines, prizes) for prizes in range(7)] == [0, 1, 1, 1, 2, 5, 5]
    assert last_sure_rank((), 3) == 0


def test_who_is_disqualified_stands_at_the_end_without_a_rank() -> None:
    lines = rank_people([person("a", 30), person("b", 40), person("c", 0, minutes=None)], {"b", "c"}, 1)
    assert ranks(lines) == [(1, "a"), (0, "b"), (0, "c")] and [line.disqualified for line in lines] == [False, True, True]
    assert lines[0].to_next == 0


PEOPLE = st.lists(st.tuples(st.integers(-2, 6), st.integers(0, 3), st.sampled_from([None, 0, 1])), max_size=12)


@given(PEOPLE, st.integers(0, 4))
def test_ranks_are_how_many_are_better_and_one(values: list[tuple[int, int, int | None]], prizes: int) -> None:
    people = [person(f"p{number:02}", *value) for number, value in enumerate(values)]
    lines = rank_people(reversed(people), (), prizes)
    assert lines == rank_people(people, (), prizes)
    assert {line.submitter for line in lines} == {item.submitter for item in people if item.points > 0}
    for line in lines:
        better = [other for other in lines if other.rank < line.rank]
        assert len(better) == line.rank - 1
        assert all(other.points >= line.points for other in better)
        assert (line.to_next == 0) == (line.rank == 1)
        assert (line.to_prize == 0) == (not prizes or line.rank <= prizes)
