"""The push to Label Studio: exactly one task a subject, whatever is killed, lost or answered too late (invariant I2).

A row of the outbox is written before its task is pushed. Before a post, the row notes the project's newest task: whatever
the post makes has a higher id, so an outcome that nobody saw is settled by asking for those. A post that Label Studio
answers too late can still come to be after that; the sweep finds its double tasks and removes them.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from more_itertools import chunked

from adapters.label_studio.client import NamedTask
from datastore.ledger import leases, outbox, readings
from datastore.ledger.leases import Lease
from datastore.ledger.outbox import TaskRow
from datastore.ledger.projects import Project
from schemas.errors import LeaseLost, SaegimError
from schemas.reading import Reading
from workbench.bench import Workbench
from workbench.run import one_ahead, progress

SUBJECT = "subject"
"""Key in a task's ``data`` that holds our id of what the task is about."""
TASKS_A_POST = 500
"""500 to 1,000 tasks a post are the fastest import that stays short enough to repeat (280 to 330 tasks a second)."""
FIRST_POST = 100
"""The first post is small: Label Studio is at work on it while the next tasks are made."""

MakeTasks = Callable[[Sequence[TaskRow], Mapping[str, Reading]], list[dict[str, Any]]]
"""Label Studio's tasks for rows of the outbox and the readings that they show, by reading id."""


@dataclass
class Pushed:
    """What a push did. ``new`` tasks were pushed, ``found`` ones had arrived unseen, ``doubles`` were removed."""

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


def claim_project(bench: Workbench, project: Project) -> Lease:
    """The right to push to a project.

    Raises:
        LeaseLost: another run has it.
    """
    lease = leases.claim(bench.ledger, "push", [f"project {project.key}"], bench.settings.lease_seconds)
    if not lease.tokens:
        raise LeaseLost(f"Another run is pushing to project {project.number} right now; what is new will go with it or the next.")
    return lease


def take_back(bench: Workbench, project: Project, open_tasks: Mapping[str, int | None]) -> int:
    """Removes tasks of a project that nobody has begun; returns how many.

    Args:
        bench: the systems.
        project: whose.
        open_tasks: task id by subject; None for one that Label Studio has not confirmed.
    """
    lease = claim_project(bench, project)
    try:
        gone = [subject for subject, task_id in open_tasks.items()
                if task_id is None or bench.label_studio.delete_untouched(project.number, task_id)]
        with bench.ledger.write() as connection:
            leases.fence(connection, lease)
            outbox.drop(connection, project.key, gone)
    finally:
        leases.release(bench.ledger, lease)
    return len(gone)


def push(bench: Workbench, project: Project, lease: Lease, make: MakeTasks) -> Pushed:
    """Brings all planned tasks of a project into Label Studio, each once."""
    done = Pushed()
    _sweep(bench, project, lease, done)
    waiting = outbox.unconfirmed(bench.ledger, project.key)
    done.found += _settle(bench, project, lease, waiting)
    waiting = outbox.unconfirmed(bench.ledger, project.key) if done.found else waiting
    with progress(bench.run, "label", len(waiting)) as advance:
        batches = [waiting[:FIRST_POST], *chunked(waiting[FIRST_POST:], TASKS_A_POST)] if waiting else []
        import_batch = bench.run.batch(push_batch)
        for batch, made in one_ahead(lambda rows: _made(bench, rows, make), batches):
            leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
            arrived = import_batch(bench, project, lease, [row.subject for row in batch], made.__getitem__)
            done.found += arrived
            done.new += len(batch) - arrived
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
        rows = [row for row in outbox.task_rows(connection, project.key, subjects).values() if row.task_id is None]
    found = _settle(bench, project, lease, rows)  # a retry after a lost answer finds its own tasks
    with bench.ledger.read() as connection:
        there = outbox.task_rows(connection, project.key, subjects)
        rows = [row for subject in subjects if (row := there[subject]).task_id is None]
    if not rows:
        return found
    newest = bench.label_studio.newest_task(project.number)
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.mark_posted(connection, project.key, [row.subject for row in rows], newest, datetime.now(UTC))
    ids = bench.label_studio.import_tasks(project.number, [made(row.subject) for row in rows])
    if len(ids) != len(rows):
        raise SaegimError(f"Label Studio was given {len(rows)} tasks for project {project.number} and answered with {len(ids)}; "
                          "run label again: it asks before it repeats")
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.confirm(connection, project.key, {row.subject: task_id for row, task_id in zip(rows, ids, strict=True)})
    return found


def _made(bench: Workbench, rows: Sequence[TaskRow], make: MakeTasks) -> dict[str, dict[str, Any]]:
    """Label Studio's tasks by subject; made while the ones before them are on their way."""
    with bench.ledger.read() as connection:
        shown = readings.readings_by_id(connection, [reading_id for row in rows for reading_id in row.shown])
    return {row.subject: task for row, task in zip(rows, make(rows, shown), strict=True)}


def _settle(bench: Workbench, project: Project, lease: Lease, rows: Sequence[TaskRow]) -> int:
    """Finds out which tasks of posts with an unknown outcome are in Label Studio; returns how many.

    A post of 500 tasks takes Label Studio 2 to 4 s; one that shows nothing for the setting's seconds is taken to have failed.
    """
    posted = [row for row in rows if row.after_task is not None]
    if not posted:
        return 0
    after = min(row.after_task or 0 for row in posted)
    wanted = {row.subject for row in posted}
    last = max(row.posted_at or datetime.min.replace(tzinfo=UTC) for row in posted)
    while True:
        found: dict[str, int] = {}
        for task in bench.label_studio.tasks_after(project.number, after, SUBJECT):
            found.setdefault(task.subject, task.task_id)
        waited = (datetime.now(UTC) - last).total_seconds()
        if wanted <= found.keys() or waited >= bench.settings.settle_seconds:
            break
        leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
        time.sleep(1)  # Label Studio may still be at it
    arrived = {subject: task_id for subject, task_id in found.items() if subject in wanted}
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.confirm(connection, project.key, arrived)
    return len(arrived)


def _sweep(bench: Workbench, project: Project, lease: Lease, done: Pushed) -> None:
    """Where the project has other tasks than the ledger knows: removes doubles, plans again what was deleted.

    What was answered and collected is not asked again, and its task is missed by nobody.
    """
    known = outbox.confirmed(bench.ledger, project.key)
    # Tasks imported by hand make up for deleted ones in the count of all.
    if bench.label_studio.task_count(project.number) == bench.label_studio.task_count(project.number, SUBJECT) == len(known):
        return
    ours = outbox.planned_subjects(bench.ledger, project.key)
    by_subject: dict[str, list[NamedTask]] = defaultdict(list)
    strangers = 0
    for task in bench.label_studio.tasks_after(project.number, 0, SUBJECT):
        if task.subject in ours:
            by_subject[task.subject].append(task)
        else:
            strangers += 1  # imported by hand: theirs to delete
    doubles = Counter[str]()
    kept: dict[str, int] = {}
    for subject, found in by_subject.items():
        first, *others = sorted(found, key=lambda task: (not task.answered, task.task_id))
        kept[subject] = first.task_id
        if others and not first.answered:  # somebody may have a draft of the later one: then the earlier one goes
            for task in others:
                if bench.label_studio.delete_untouched(project.number, task.task_id):
                    doubles[subject] += 1
                elif bench.label_studio.delete_untouched(project.number, kept[subject]):
                    doubles[subject] += 1
                    kept[subject] = task.task_id
            continue
        doubles[subject] += sum(bench.label_studio.delete_untouched(project.number, task.task_id) for task in others)
    lost = [subject for subject in known if subject not in kept]
    there = {subject: task_id for subject, task_id in kept.items() if known.get(subject) != task_id}
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.confirm(connection, project.key, there)
        outbox.forget(connection, project.key, lost)
    done.doubles += doubles.total()
    done.found += len(there.keys() - known.keys())
    done.again += len({row.subject for row in outbox.unconfirmed(bench.ledger, project.key)} & set(lost))
    if strangers:
        bench.run.say(f"Project {project.number} has {strangers} tasks that label did not push. What people answer there is not "
                      "collected as a reading: their subject names no image of ours.")
