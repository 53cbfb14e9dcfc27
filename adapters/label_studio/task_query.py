"""Questions for tasks, and the pages that answer them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.label_studio.client import LabelStudio

TASKS_A_PAGE = 100
"""Tasks in a page where all of each is wanted."""
NAMES_A_PAGE = 500
"""Tasks in a page where only their names are wanted."""

Filter = dict[str, Any]
"""One condition of Label Studio's data manager."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of tasks.

    Attributes:
        tasks: as plain JSON; the SDK's models drop what they do not know.
        total: how many tasks of the project fit the filters, on all pages.
    """

    tasks: list[dict[str, Any]]
    total: int


def number_filter(name: str, operator: str, value: int) -> Filter:
    """Tasks whose field ``name`` is ``equal`` to a number, or ``greater``."""
    return {"filter": f"filter:tasks:{name}", "operator": operator, "type": "Number", "value": value}


def present_filter(name: str) -> Filter:
    """Tasks that have something in the field ``name``."""
    return {"filter": f"filter:tasks:{name}", "operator": "empty", "type": "Boolean", "value": False}


def task_page(label_studio: LabelStudio, project: int, filters: Sequence[Filter], *, whole: bool = False, page: int = 1,
              size: int = NAMES_A_PAGE, order: str = "tasks:id") -> TaskPage:
    """One page of a project's tasks.

    Args:
        label_studio: the server.
        project: its id.
        filters: all of them hold.
        whole: with annotations and predictions; else names and data alone.
        page: counted from 1; the page after the last has no tasks, and a total of 0.
        size: most tasks of a page.
        order: the field that the tasks are in order of; a ``-`` before it turns the order round.
    """
    query = json.dumps({"filters": {"conjunction": "and", "items": list(filters)}, "ordering": [order]})
    answer = label_studio.request("api/tasks", params={
        "project": project, "fields": "all" if whole else "task_only", "page": page, "page_size": size, "query": query,
        "resolve_uri": "false"},  # data as it was pushed, not with an address of Label Studio's for each picture
        expected=(200, 404))
    if answer.status_code == 404 and page > 1:
        return TaskPage([], 0)
    answer.raise_for_status()
    body = answer.json()
    return TaskPage(body["tasks"], int(body["total"]))
