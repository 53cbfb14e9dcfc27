"""The push to Label Studio: exactly one task a subject, whatever is killed, lost or answered too late (invariant I2).

A row of the outbox is written before its task is pushed. Before a post, the row notes the project's newest task: whatever
the post makes has a higher id, so an outcome that nobody saw is found out by asking for those. A post that Label Studio
answers too late can still come to be after that; the sweep finds its double tasks and removes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from more_itertools import chunked

from adapters.label_studio.tasks import import_tasks, newest_task
from datastore.ledger import Ledger, leases, outbox, readings
from datastore.ledger.leases import Lease
from schemas.errors import SaegimError
from schemas.label_tasks import Project, TaskRow
from schemas.reading import Reading
from workbench.bench import Workbench
from workbench.label.reconcile import reconcile
from workbench.label.sweep import sweep
from workbench.run import one_ahead, progress

TASKS_A_POST = 500
"""500 to 1,000 tasks a post are the fastest import that stays short enough to repeat (280 to 330 tasks a second)."""
FIRST_POST = 100
"""The first post is small: Label Studio is at work on it while the next tasks are made."""

MakeTasks = Callable[[Sequence[TaskRow], Mapping[str, Reading]], list[dict[str, Any]]]
"""Label Studio's tasks for rows of the outbox and the readings that they show, by reading id."""


@dataclass
class Pushed:
    """What a push did.

    Attributes:
        new: tasks that were pushed.
        found: tasks that had arrived unseen.
        doubles: tasks that were removed: an answer that came too late had left them.
        again: tasks that somebody had deleted and that were pushed again.
    """

    new: int = 0
    found: int = 0
    doubles: int = 0
    again: int = 0

    def notes(self, project: int) -> list[str]:
        """Sentences for the data manager."""
        lines = []
        if self.found:
            lines.append(f"{self.found} tasks of an interrupted push were in project {project} already: not pushed again.")
        if self.doubles:
            lines.append(f"{self.doubles} double tasks, left in project {project} by an answer that came too late, are gone.")
        if self.again:
            lines.append(f"{self.again} tasks had been deleted in project {project}; they are there again.")
        return lines


def push(bench: Workbench, project: Project, lease: Lease, make: MakeTasks) -> Pushed:
    """Brings all planned tasks of a project into Label Studio, each once.

    Args:
        bench: the systems.
        project: where the tasks go.
        lease: on the project.
        make: makes them of their rows.

    Raises:
        LeaseLost: another run has taken the project over.
    """
    swept = sweep(bench, project, lease)
    done = Pushed(found=swept.found, doubles=swept.doubles, again=swept.again)
    planned = outbox.unconfirmed(bench.ledger, project.key)
    arrived = reconcile(bench, project, lease, planned)
    done.found += len(arrived)
    waiting = [row for row in planned if row.subject not in arrived]
    with progress(bench.run, "label", len(waiting)) as advance:
        import_batch = bench.run.batch(push_batch)
        for batch, made in one_ahead(lambda rows: _made(bench.ledger, rows, make), _batches(waiting)):
            leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
            found = import_batch(bench, project, lease, [row.subject for row in batch], made.__getitem__)
            done.found += found
            done.new += len(batch) - found
            advance(len(batch))
    return done


def push_batch(bench: Workbench, project: Project, lease: Lease, subjects: Sequence[str],
               made: Callable[[str], dict[str, Any]]) -> int:
    """Imports some hundred tasks in one post and notes their ids. Returns how many a lost answer had already brought in.

    Args:
        bench: the systems.
        project: where the tasks go.
        lease: on the project.
        subjects: of the tasks.
        made: Label Studio's task by subject; a function, for Prefect looks into every value that it is given.
    """
    with bench.ledger.read() as connection:
        there = outbox.task_rows(connection, project.key, subjects)
    planned = [there[subject] for subject in subjects if there[subject].task_id is None]
    arrived = reconcile(bench, project, lease, planned)  # a retry after a lost answer finds its own tasks
    waiting = [row.subject for row in planned if row.subject not in arrived]
    if waiting:
        _post(bench, project, lease, waiting, [made(subject) for subject in waiting])
    return len(arrived)


def _post(bench: Workbench, project: Project, lease: Lease, subjects: Sequence[str], tasks: list[dict[str, Any]]) -> None:
    """Imports tasks in one post; that it begins is noted before, their ids after."""
    newest = newest_task(bench.label_studio, project.number)
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.mark_posted(connection, project.key, subjects, newest, datetime.now(UTC))
    ids = import_tasks(bench.label_studio, project.number, tasks)
    if len(ids) != len(tasks):
        raise SaegimError(f"Label Studio was given {len(tasks)} tasks for project {project.number} and answered with {len(ids)}; "
                          "run label again: it asks before it repeats")
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.confirm(connection, project.key, dict(zip(subjects, ids, strict=True)))


def _batches(rows: Sequence[TaskRow]) -> list[Sequence[TaskRow]]:
    return [rows[:FIRST_POST], *chunked(rows[FIRST_POST:], TASKS_A_POST)] if rows else []


def _made(ledger: Ledger, rows: Sequence[TaskRow], make: MakeTasks) -> dict[str, dict[str, Any]]:
    """Label Studio's tasks by subject; made while the ones before them are on their way."""
    with ledger.read() as connection:
        shown = readings.readings_by_id(connection, [reading_id for row in rows for reading_id in row.shown])
    return {row.subject: task for row, task in zip(rows, make(rows, shown), strict=True)}
