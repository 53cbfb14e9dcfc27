"""What became of posts whose answer nobody saw."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.label_tasks import TaskRow

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UnseenPosts:
    """Posts of one project that were begun and not confirmed.

    Attributes:
        subjects: what their tasks are about.
        after_task: the project's newest task before the first of them: whatever they made has a higher id.
        last: when the last of them began.
    """

    subjects: frozenset[str]
    after_task: int
    last: datetime


def unseen_posts(rows: Iterable[TaskRow]) -> UnseenPosts | None:
    """The posts that these rows of the outbox were in; None where none of them was posted."""
    posted = [row for row in rows if row.after_task is not None]
    if not posted:
        return None
    return UnseenPosts(
        subjects=frozenset(row.subject for row in posted),
        after_task=min(row.after_task or 0 for row in posted),
        last=max(row.posted_at or LONG_AGO for row in posted))


def outcome_is_known(posts: UnseenPosts, there: Collection[str], now: datetime, seconds: float) -> bool:
    """Whether it is known what became of posts: all of their tasks are there, or Label Studio has had its time.

    A post of 500 tasks takes Label Studio 2 to 4 s; one that shows nothing for so long is taken to have failed.

    Args:
        posts: the posts.
        there: subjects of the tasks that Label Studio has.
        now: the time.
        seconds: the setting ``settle_seconds``.
    """
    return posts.subjects <= set(there) or now - posts.last >= timedelta(seconds=seconds)
