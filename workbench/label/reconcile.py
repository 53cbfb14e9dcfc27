"""Reconciliation: what became of posts whose answer nobody saw, asked of Label Studio before anything is posted again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from adapters.label_studio.tasks import tasks_after
from datastore.ledger import leases, outbox
from datastore.ledger.leases import Lease
from schemas.label_tasks import SUBJECT, Project, TaskRow
from stages.label.posts import UnseenPosts, outcome_is_known, unseen_posts
from workbench.bench import Workbench

BETWEEN_QUESTIONS = 1.0
"""Seconds: Label Studio may still be at it."""


def reconcile(bench: Workbench, project: Project, lease: Lease, rows: Sequence[TaskRow]) -> set[str]:
    """Finds out which tasks of posts with an unknown outcome are in Label Studio, and notes their ids.

    Args:
        bench: the systems.
        project: of the tasks.
        lease: on the project.
        rows: planned tasks that are not confirmed; those that were never posted are left alone.

    Returns:
        Subjects of the tasks that have arrived.
    """
    posts = unseen_posts(rows)
    if posts is None:
        return set()
    there = _wait_for(bench, project, lease, posts)
    arrived = {subject: task_id for subject, task_id in there.items() if subject in posts.subjects}
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.confirm(connection, project.key, arrived)
    return set(arrived)


def _wait_for(bench: Workbench, project: Project, lease: Lease, posts: UnseenPosts) -> dict[str, int]:
    """The tasks that are newer than posts, by subject, once it is known what became of these; of doubles, the oldest."""
    while True:
        there: dict[str, int] = {}
        for task in tasks_after(bench.label_studio, project.number, posts.after_task, SUBJECT):
            there.setdefault(task.subject, task.task_id)
        if outcome_is_known(posts, there, datetime.now(UTC), bench.settings.settle_seconds):
            return there
        leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
        time.sleep(BETWEEN_QUESTIONS)
