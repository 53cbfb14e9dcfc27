"""Tasks as they are now: what people annotated, skipped, changed or took back, page by page behind a moment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from adapters.label_studio.client import SERVICE, LabelStudio, tried_again
from adapters.label_studio.people import annotator
from adapters.label_studio.task_query import (
    NAMES_A_PAGE,
    TASKS_A_PAGE,
    Filter,
    TaskPage,
    number_filter,
    present_filter,
    task_page,
)
from schemas.errors import ServiceFailed

TIES = timedelta(seconds=30)
"""A change that was begun before another may be committed after it: each reading of changes goes back by this much."""
BY_CHANGE = "tasks:updated_at"
"""The order in which changes are read."""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation as it is now, submitted or skipped.

    Attributes:
        id: Label Studio's.
        updated_at: when it was last changed.
        completed_by: e-mail address of its annotator.
        lead_time: seconds that it took; None where Label Studio gave none.
        was_cancelled: it was skipped; the results that it may hold count for nothing.
        raw: as Label Studio has it; a submitted one without results says that there is no text on the image.
    """

    id: int
    updated_at: datetime
    completed_by: str
    lead_time: float | None
    was_cancelled: bool
    raw: dict[str, Any]

    @property
    def revision(self) -> int:
        """Orders its states: when it was last changed, in ms since 1970."""
        return round(self.updated_at.timestamp() * 1000)

    @property
    def reader(self) -> str:
        """Who made it, as readings name people."""
        return f"person:{self.completed_by}"


@dataclass(frozen=True, slots=True)
class ChangedTask:
    """One task with all of its submitted and skipped annotations.

    Label Studio lists drafts apart, under ``drafts``, and only those of the user who asks; the draft of a change to an
    annotation leaves that annotation as it was. None is here.
    """

    task_id: int
    updated_at: datetime
    data: dict[str, Any]
    annotations: list[Annotation]


@dataclass(frozen=True, slots=True)
class UnreadableTask:
    """One task that Label Studio cannot show: it answers 500, as for an answer with half an emoji in it."""

    task_id: int
    updated_at: datetime


def changed_tasks(label_studio: LabelStudio, project: int, since: datetime | None,
                  collected: Collection[tuple[int, datetime]] = ()) -> Iterator[list[ChangedTask | UnreadableTask]]:
    """Pages of tasks that a person annotated, skipped, changed or took an annotation from, oldest change first.

    One that Label Studio cannot show stops nobody else's: it is named.

    Goes back to ``since`` or to the first change after it that is not among ``collected``. A task that changes while the
    pages are read comes again later; none is passed over, for each page starts at the moment where the one before it
    ended.

    Args:
        label_studio: the server.
        project: its id.
        since: where to begin: ``TIES`` before the last change that the caller knows; None for all.
        collected: (task id, updated_at) of what the caller has seen since then.
    """
    moment = since
    if since is not None:
        moment = _first_change(label_studio, project, since, collected)
        if moment is None:
            return
    seen: set[tuple[int, datetime]] = set(collected)
    page = 1
    while True:
        changes = _changes(label_studio, project, moment, page)
        new = [task for task in changes.tasks if (task.task_id, task.updated_at) not in seen]
        if new:
            seen.update((task.task_id, task.updated_at) for task in new)
            yield new
        if not changes.more:
            return
        newest = max(task.updated_at for task in changes.tasks)
        page = page + 1 if newest == moment else 1  # a whole page may have changed at one moment
        moment = newest


@tried_again
def task_now(label_studio: LabelStudio, project: int, task_id: int,
             updated_at: datetime) -> ChangedTask | UnreadableTask | None:
    """One task with its annotations; None where it is gone.

    Args:
        label_studio: the server.
        project: its project.
        task_id: its id.
        updated_at: its last change as far as it is known: what is said of a task that cannot be shown.
    """
    shown = task_in_full(label_studio, project, task_id)
    if shown is None:
        return UnreadableTask(task_id, updated_at)
    return _changed_task(label_studio, shown.tasks[0]) if shown.tasks else None


def task_in_full(label_studio: LabelStudio, project: int, task_id: int) -> TaskPage | None:
    """A page of no more than this task; None where Label Studio fails on it."""
    return _whole_page(label_studio, project, [number_filter("id", "equal", task_id)], 1)


@dataclass(frozen=True, slots=True)
class _Changes:
    """One page of changed tasks, and whether there are more."""

    tasks: list[ChangedTask | UnreadableTask]
    more: bool


@tried_again
def _first_change(label_studio: LabelStudio, project: int, since: datetime,
                  collected: Collection[tuple[int, datetime]]) -> datetime | None:
    """The first change at or after a moment that is not known yet, from names alone: whole tasks are forty times as large."""
    page = 1
    while True:
        found = task_page(label_studio, project, _changed(since), page=page, order=BY_CHANGE)
        for task in found.tasks:
            if (int(task["id"]), at := _moment(task["updated_at"])) not in collected:
                return at
        if page * NAMES_A_PAGE >= found.total:
            return None
        page += 1


@tried_again
def _changes(label_studio: LabelStudio, project: int, since: datetime | None, page: int) -> _Changes:
    """One page of changed tasks; where Label Studio fails on the page, each of its tasks is asked for alone."""
    shown = _whole_page(label_studio, project, _changed(since), page)
    if shown is not None:
        return _Changes([_changed_task(label_studio, task) for task in shown.tasks], page * TASKS_A_PAGE < shown.total)
    names = task_page(label_studio, project, _changed(since), page=page, size=TASKS_A_PAGE, order=BY_CHANGE)
    each = [task_now(label_studio, project, int(name["id"]), _moment(name["updated_at"])) for name in names.tasks]
    found = [task for task in each if task]
    if len(found) > 1 and not any(isinstance(task, ChangedTask) for task in found):
        raise ServiceFailed(SERVICE, label_studio.url, f"500 for each of {len(found)} tasks of project {project}")
    return _Changes(found, page * TASKS_A_PAGE < names.total)


def _whole_page(label_studio: LabelStudio, project: int, filters: list[Filter], page: int) -> TaskPage | None:
    """One page of whole tasks in order of their changes; None where Label Studio fails on it."""
    try:
        return task_page(label_studio, project, filters, whole=True, page=page, size=TASKS_A_PAGE, order=BY_CHANGE)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != 500:
            raise
        return None


def _changed_task(label_studio: LabelStudio, task: dict[str, Any]) -> ChangedTask:
    return ChangedTask(int(task["id"]), _moment(task["updated_at"]), task["data"], [
        Annotation(int(item["id"]), _moment(item["updated_at"]), annotator(label_studio, item), item.get("lead_time"),
                   bool(item.get("was_cancelled")), item)
        for item in task.get("annotations") or []])


def _changed(since: datetime | None) -> list[Filter]:
    """Tasks with a person's act at or after a moment: nothing else sets updated_by, so what was just imported is left out."""
    filters = [present_filter("updated_by")]
    if since is not None:
        filters.append({"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime",
                        "value": since.astimezone(UTC).isoformat().replace("+00:00", "Z")})
    return filters


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
