"""What became of posts is known when all of their tasks are there, or when Label Studio has had its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.label_tasks import TaskRow
from stages.label.posts import UnseenPosts, outcome_is_known, unseen_posts

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def row(subject: str, after_task: int | None = None, seconds: float = 0) -> TaskRow:
    at = None if after_task is None else NOON + timedelta(seconds=seconds)
    return TaskRow("key", subject, 1, subject, "scene_text", after_task=after_task, posted_at=at)


def test_what_was_never_posted_has_no_outcome() -> None:
    assert unseen_posts([]) is None
    assert unseen_posts([row("a"), row("b")]) is None


def test_the_first_post_says_where_to_look_and_the_last_how_long() -> None:
    found = unseen_posts([row("a", 30, seconds=4), row("b"), row("c", 10, seconds=1)])
    assert found == UnseenPosts(frozenset({"a", "c"}), 10, NOON + timedelta(seconds=4))


@given(st.floats(0, 100), st.booleans())
def test_it_is_known_when_all_is_there_or_the_time_is_over(waited: float, all_there: bool) -> None:
    posts = UnseenPosts(frozenset({"a", "b"}), 10, NOON)
    there = {"a", "b", "a stranger"} if all_there else {"a"}
    now = NOON + timedelta(seconds=waited)
    assert outcome_is_known(posts, there, now, seconds=20) == (all_there or now - NOON >= timedelta(seconds=20))
