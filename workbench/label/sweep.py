"""The sweep of a project before a push: double tasks go, deleted ones are planned again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.tasks import NamedTask, delete_untouched, task_count, tasks_after
from datastore.ledger import leases, outbox
from datastore.ledger.leases import Lease
from schemas.label_tasks import SUBJECT, Project
from workbench.bench import Workbench


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        found: tasks that had arrived unseen.
        doubles: tasks that were removed.
        again: tasks that somebody had deleted and that are planned again.
    """

    found: int = 0
    doubles: int = 0
    again: int = 0


def sweep(bench: Workbench, project: Project, lease: Lease) -> Swept:
    """Where a project has other tasks than the ledger knows: removes doubles, plans again what was deleted.

    What was answered and collected is not asked again, and its task is missed by nobody.
    """
    known = outbox.confirmed(bench.ledger, project.key)
    if _has_only(bench.label_studio, project, known):
        return Swept()
    there = _tasks_there(bench, project)
    kept = {subject: _keep_one(bench.label_studio, project, tasks) for subject, tasks in there.ours.items()}
    lost = known.keys() - kept.keys()
    unseen = {subject: one.task_id for subject, one in kept.items() if known.get(subject) != one.task_id}
    with bench.ledger.write() as connection:
        leases.fence(connection, lease)
        outbox.confirm(connection, project.key, unseen)
        outbox.forget(connection, project.key, lost)
    if there.strangers:
        bench.run.say(f"Project {project.number} has {there.strangers} tasks that label did not push. What people answer there "
                      "is not collected as a reading: their subject names no image of ours.")
    return Swept(found=len(unseen.keys() - known.keys()), doubles=sum(one.removed for one in kept.values()),
                 again=len(lost & {row.subject for row in outbox.unconfirmed(bench.ledger, project.key)}))


def _has_only(label_studio: LabelStudio, project: Project, known: Mapping[str, int]) -> bool:
    """Whether a project has as many tasks as the ledger knows, and no others: those could make up for deleted ones."""
    return task_count(label_studio, project.number) == task_count(label_studio, project.number, SUBJECT) == len(known)


@dataclass(slots=True)
class _TasksThere:
    """Tasks of a project as Label Studio has them: ours by subject, and how many somebody imported by hand."""

    ours: dict[str, list[NamedTask]] = field(default_factory=lambda: defaultdict(list))
    strangers: int = 0


def _tasks_there(bench: Workbench, project: Project) -> _TasksThere:
    planned = outbox.planned_subjects(bench.ledger, project.key)
    there = _TasksThere()
    for task in tasks_after(bench.label_studio, project.number, 0, SUBJECT):
        if task.subject in planned:
            there.ours[task.subject].append(task)
        else:
            there.strangers += 1  # theirs to delete
    return there


@dataclass(frozen=True, slots=True)
class _Kept:
    """The task of a subject that stays, and how many others were removed."""

    task_id: int
    removed: int


def _keep_one(label_studio: LabelStudio, project: Project, tasks: Sequence[NamedTask]) -> _Kept:
    """Removes the double tasks of a subject that nobody has begun; what was answered stays, else the oldest does."""
    first, *others = sorted(tasks, key=lambda task: (not task.answered, task.task_id))
    kept = first.task_id
    removed = 0
    for task in others:
        if delete_untouched(label_studio, project.number, task.task_id):
            removed += 1
        elif not first.answered and delete_untouched(label_studio, project.number, kept):
            kept, removed = task.task_id, removed + 1  # somebody has a draft of the later one
    return _Kept(kept, removed)
