"""A project is topped up to so many open tasks as people answer in the config's days, and to a least number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas.recipes.annotation_config import QueueDepth
from stages.label.rooms import Room, measure_room

DEPTH = QueueDepth(days=2, at_least=200)


def test_two_days_of_work_at_the_rate_of_the_last_week() -> None:
    assert measure_room(DEPTH, 130, a_day=150.5) == Room(new=171, open=130, wanted=301)  # a part of a task is a task


def test_a_slow_week_or_none_leaves_the_least() -> None:
    assert measure_room(DEPTH, 0, a_day=10) == Room(200, 0, 200)
    assert measure_room(DEPTH, 50, a_day=None) == Room(150, 50, 200)


def test_too_many_open_tasks_are_not_taken_back() -> None:
    assert measure_room(DEPTH, 900, a_day=100) == Room(0, 900, 200)


@given(st.integers(0, 5000), st.one_of(st.none(), st.floats(0, 2000)))
def test_what_is_open_and_what_is_new_are_what_is_wanted_or_more(open_tasks: int, a_day: float | None) -> None:
    room = measure_room(DEPTH, open_tasks, a_day)
    assert room.open + room.new == max(room.wanted, open_tasks)
    assert room.wanted >= 200
