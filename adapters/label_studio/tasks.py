"""Tasks of a project: imported, listed by what they are about, annotated, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.label_studio.changes import task_in_full
from adapters.label_studio.client import LabelStudio, tried_again, tried_once
from adapters.label_studio.people import account_of
from adapters.label_studio.task_query import TASKS_A_PAGE, number_filter, present_filter, task_page

IMPORT_SECONDS = 300
"""How long one bulk import may take."""


@dataclass(frozen=True, slots=True)
class NamedTask:
    """One task by what it is about. ``answered``: somebody has annotated or skipped it; drafts are not known here."""

    task_id: int
    subject: str
    answered: bool


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task that nobody has annotated, with the prediction that opens (None: it has none)."""

    task_id: int
    data: dict[str, Any]
    prediction_id: int | None
    prediction_result: list[dict[str, Any]]


@tried_once
def import_tasks(label_studio: LabelStudio, project: int, tasks: list[dict[str, Any]]) -> list[int]:
    """One bulk import. Returns the tasks' ids, in order. An annotator who opens a task starts from its first prediction.

    It is all or nothing, but Label Studio makes double tasks of a repeated one: where the answer was lost, ask
    ``tasks_after`` first.
    """
    version = label_studio.request(f"api/projects/{project}/").json().get("model_version")
    answer = label_studio.request(f"api/projects/{project}/import", method="POST", params={"return_task_ids": "true"},
                                  json=[_opening(task, version) for task in tasks], seconds=IMPORT_SECONDS)
    return [int(task_id) for task_id in answer.json()["task_ids"]]


def _opening(task: dict[str, Any], version: str | None) -> dict[str, Any]:
    """A task whose first prediction is the one that opens.

    Label Studio takes a project's version from the last prediction of its first import and keeps it. One task after the other,
    it gives annotators predictions of that version and no other; where a task is opened from the list it takes one of that
    version, else the last one.
    """
    if not task.get("predictions"):
        return task
    first, *rest = task["predictions"]
    return {**task, "predictions": [*reversed(rest), {**first, "model_version": version} if version else first]}


@tried_again
def newest_task(label_studio: LabelStudio, project: int) -> int:
    """The highest id of a project's tasks; 0 where it has none."""
    tasks = task_page(label_studio, project, [], size=1, order="-tasks:id").tasks
    return int(tasks[0]["id"]) if tasks else 0


@tried_again
def task_count(label_studio: LabelStudio, project: int, having: str = "") -> int:
    """How many tasks a project has; with a name, how many of them have ``data.<having>``."""
    return task_page(label_studio, project, [present_filter(f"data.{having}")] if having else [], size=1).total


@tried_again
def tasks_after(label_studio: LabelStudio, project: int, task_id: int, key: str) -> list[NamedTask]:
    """A project's tasks with a higher id than this one (0: all), by the value of ``data.<key>``, in order of id."""
    found: list[NamedTask] = []
    while True:
        after = found[-1].task_id if found else task_id
        page = task_page(label_studio, project, [number_filter("id", "greater", after)])
        found += [NamedTask(int(task["id"]), str(task["data"].get(key)),
                            bool(task["total_annotations"] or task["cancelled_annotations"])) for task in page.tasks]
        if len(page.tasks) >= page.total:
            return found


@tried_again
def open_tasks(label_studio: LabelStudio, project: int) -> list[OpenTask]:
    """Tasks that nobody has annotated or skipped, in order of id."""
    unanswered = [number_filter(name, "equal", 0) for name in ("total_annotations", "cancelled_annotations")]
    found: list[OpenTask] = []
    while True:
        after = number_filter("id", "greater", found[-1].task_id if found else 0)
        page = task_page(label_studio, project, [*unanswered, after], whole=True, size=TASKS_A_PAGE)
        found += [_open_task(task) for task in page.tasks]
        if len(page.tasks) >= page.total:
            return found


def _open_task(task: dict[str, Any]) -> OpenTask:
    predictions = sorted(task.get("predictions") or [], key=lambda item: int(item["id"]))
    opens = predictions[-1] if predictions else {"id": None, "result": []}
    return OpenTask(int(task["id"]), task["data"], opens["id"], list(opens["result"]))


@tried_again
def is_untouched(label_studio: LabelStudio, project: int, task_id: int) -> bool:
    """Whether nobody has annotated or skipped a task, or has a draft of it; True for one that is not there."""
    shown = task_in_full(label_studio, project, task_id)  # drafts of others show in all fields only
    return shown is not None and not any(
        task["total_annotations"] or task["cancelled_annotations"] or task["draft_exists"] for task in shown.tasks)


@tried_again
def delete_untouched(label_studio: LabelStudio, project: int, task_id: int) -> bool:
    """Deletes a task unless somebody has begun it; says whether it is gone."""
    if not is_untouched(label_studio, project, task_id):
        return False
    label_studio.request(f"api/tasks/{task_id}/", method="DELETE", expected=(200, 204, 404))
    return True


@tried_once
def annotate(label_studio: LabelStudio, task_id: int, result: list[dict[str, Any]], lead_time: float,
             prediction_id: int | None, email: str | None = None) -> int:
    """Submits an annotation as the page does for an accepted prediction. Returns its id.

    Args:
        label_studio: the server.
        task_id: Label Studio's.
        result: as the codec makes it.
        lead_time: in seconds.
        prediction_id: that it started from.
        email: whose annotation it is; the token's user's where left out.
    """
    marked = [{**item, "origin": "prediction"} for item in result]
    whose = {"completed_by": account_of(label_studio, email)} if email else {}
    answer = label_studio.request(f"api/tasks/{task_id}/annotations/", method="POST",
                                  json={"result": marked, "lead_time": lead_time, "parent_prediction": prediction_id, **whose})
    return int(answer.json()["id"])


@tried_again
def change_annotation(label_studio: LabelStudio, annotation_id: int, result: list[dict[str, Any]], lead_time: float) -> None:
    """Changes a submitted annotation as the page does by "Update".

    Args:
        label_studio: the server.
        annotation_id: Label Studio's.
        result: what it says from now on, as the codec makes it.
        lead_time: in seconds, of all times that somebody worked on it.
    """
    label_studio.request(f"api/annotations/{annotation_id}/", method="PATCH", json={"result": result, "lead_time": lead_time})
