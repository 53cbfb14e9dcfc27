"""Whole projects of Label Studio: all tasks with their predictions and annotations, out and in again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from adapters.label_studio.changes import task_in_full
from adapters.label_studio.client import LabelStudio, tried_again, tried_once
from adapters.label_studio.people import account_of, annotator
from adapters.label_studio.task_query import TASKS_A_PAGE, TaskPage, number_filter, task_page
from adapters.label_studio.tasks import IMPORT_SECONDS

PROJECT_FIELDS = ("title", "description", "label_config", "expert_instruction", "task_data_login")
"""What of a project is kept: what ``ensure_project`` needs to make it again."""
ANNOTATION_FIELDS = ("id", "result", "was_cancelled", "ground_truth", "lead_time", "created_at", "updated_at")
"""What of an annotation is kept, beside the address of whom it is by."""
PREDICTION_FIELDS = ("result", "score", "model_version")
"""What of a prediction is kept."""


@dataclass(frozen=True, slots=True)
class WholePage:
    """Some tasks in order of id, and the ids of those that Label Studio fails on."""

    tasks: list[dict[str, Any]]
    unreadable: list[int]


@tried_again
def server_version(label_studio: LabelStudio) -> str:
    """Version of the server."""
    return str(label_studio.request("api/version").json().get("release", ""))


@tried_again
def project_in_full(label_studio: LabelStudio, number: int) -> dict[str, Any]:
    """What a project shows people, by the names of Label Studio's API."""
    body = label_studio.request(f"api/projects/{number}/").json()
    return {name: body.get(name) for name in PROJECT_FIELDS}


def whole_tasks(label_studio: LabelStudio, project: int) -> Iterator[WholePage]:
    """All tasks of a project, page by page in order of id."""
    after = 0
    while True:
        page = _page(label_studio, project, after)
        names = [int(task["id"]) for task in page.tasks]
        yield WholePage([_kept(label_studio, task) for task in page.tasks if "data" in task],
                        [int(task["id"]) for task in page.tasks if "data" not in task])
        if len(names) >= page.total:
            return
        after = names[-1]


@tried_again
def _page(label_studio: LabelStudio, project: int, after: int) -> TaskPage:
    """The tasks behind one; where Label Studio fails on the page each is asked for alone, and one that it fails on is its id."""
    behind = [number_filter("id", "greater", after)]
    try:
        return task_page(label_studio, project, behind, whole=True, size=TASKS_A_PAGE)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != 500:
            raise
    names = task_page(label_studio, project, behind, size=TASKS_A_PAGE)
    found: list[dict[str, Any]] = []
    for name in names.tasks:
        shown = task_in_full(label_studio, project, int(name["id"]))
        found += shown.tasks if shown else [{"id": name["id"]}]
    return TaskPage(found, names.total)


def _kept(label_studio: LabelStudio, task: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": int(task["id"]), "updated_at": task["updated_at"], "data": task["data"],
            "predictions": [{name: item.get(name) for name in PREDICTION_FIELDS}
                            for item in sorted(task.get("predictions") or [], key=lambda item: int(item["id"]))],
            "annotations": [{**{name: item.get(name) for name in ANNOTATION_FIELDS}, "by": annotator(label_studio, item)}
                            for item in task.get("annotations") or []]}


@tried_once
def import_whole(label_studio: LabelStudio, project: int, tasks: Sequence[Mapping[str, Any]]) -> list[int]:
    """One bulk import of tasks as ``whole_tasks`` gave them. Returns their new ids, in order.

    What is answered too late may be there although this raised: ask ``tasks_after`` before it is repeated.

    Args:
        label_studio: the server; every annotator of the tasks has an account there.
        project: where they go.
        tasks: with ``data``, ``predictions`` and ``annotations``.
    """
    body = [{"data": task["data"], "predictions": task["predictions"], "annotations": [
        {**{name: item[name] for name in ("result", "was_cancelled", "ground_truth", "lead_time")},
         "completed_by": account_of(label_studio, item["by"])} for item in task["annotations"]]} for task in tasks]
    answer = label_studio.request(f"api/projects/{project}/import", method="POST", params={"return_task_ids": "true"},
                                  json=body, seconds=IMPORT_SECONDS)
    return [int(task_id) for task_id in answer.json()["task_ids"]]


@tried_again
def first_task(label_studio: LabelStudio, project: int) -> dict[str, Any] | None:
    """A project's first task, without its annotations; None where it has none."""
    tasks = task_page(label_studio, project, [], size=1).tasks
    return tasks[0] if tasks else None
