"""A restored ledger is older than Label Studio: the tasks that it does not know are adopted before anything is pushed or read.

Without that no task would be double (the sweep knows each by its subject), but what people answered in the meantime would be
noted as about nothing of ours.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.label_studio.configs import config_names
from adapters.label_studio.whole_projects import whole_tasks
from datastore.ledger import arrivals, cursors, outbox, restored
from datastore.ledger.images import image_rows
from datastore.ledger.readings import readings_of_image
from datastore.ledger.second_looks import second_looks_without_task
from schemas.answers import SecondLook
from schemas.errors import SettingError
from schemas.label_tasks import SUBJECT, Project, TaskRow, image_of
from schemas.labelling import Side
from schemas.reading import Reading
from schemas.recipes.annotation_config import AnnotationConfig, Subject
from workbench.bench import Workbench

Task = Mapping[str, Any]
"""A task as ``whole_tasks`` gives it."""


def adopt(bench: Workbench, project: Project, config: AnnotationConfig) -> int:
    """Notes the tasks of a project that the restored ledger does not know. Returns how many have to wait.

    Those wait whose photograph, or the reading that they show, ingest and prelabel have still to bring back. Once ingest has
    seen everything, what is left is nobody's.

    Args:
        bench: the systems.
        project: one that ``restored`` says is to be looked through.
        config: its annotation config.
    """
    planned = outbox.planned_subjects(bench.ledger, project.key)
    rows: list[TaskRow] = []
    waiting = 0
    for page in whole_tasks(bench.label_studio, project.number):
        unknown = {str(task["data"][SUBJECT]): task for task in page.tasks
                   if is_subject(str(task["data"].get(SUBJECT, ""))) and str(task["data"][SUBJECT]) not in planned}
        found = list(_rows(bench, project, config, unknown))
        rows += found
        waiting += len(unknown) - len(found)
    if rows:
        with bench.ledger.write() as connection:
            last = outbox.last_place(connection, project.key)
            outbox.plan_tasks(connection, [replace(row, place=place) for place, row in enumerate(rows, last + 1)])
            outbox.confirm(connection, project.key, {row.subject: row.task_id for row in rows if row.task_id})
        bench.run.say(f"Project {project.number} ({project.run}, {project.side}) had {len(rows)} tasks that the restored ledger "
                      "did not know: they are known again.")
    return waiting if _may_come(bench, project) else 0


def is_subject(text: str) -> bool:
    """Whether a text is what a task of ours is about: an image's id, with or without a part of it."""
    name = image_of(text)
    return len(name) == 64 and all(letter in "0123456789abcdef" for letter in name)


def shown_readings(task: Task, read: Sequence[Reading]) -> tuple[str, ...] | None:
    """Ids of the readings that a task shows, the first one first, by the ids of their regions; None while one is not there.

    Args:
        task: with ``data`` and ``predictions``.
        read: all readings of its image.
    """
    subject = str(task["data"][SUBJECT])
    whole, _, part = subject.partition("/")
    if part:  # lines of a page: they are regions of one reading
        names = {str(line["id"]) for line in task["data"].get("lines", [])} or {part}
        holding = [item.reading_id for item in read if not item.by_person and names <= _names(item)]
        return (holding[0],) if holding else None
    shown = []
    for prediction in reversed(task["predictions"]):  # the one that opens was imported last
        names = {str(item["id"]) for item in prediction["result"] if not str(item.get("id", "")).endswith(f"-{whole[:10]}")}
        holding = [item.reading_id for item in read if names == _names(item) and item.reading_id not in shown]
        if not holding:
            return None
        shown.append(holding[0])
    return tuple(shown)


def _names(reading: Reading) -> set[str]:
    return {region.region_id for region in reading.regions}


def _may_come(bench: Workbench, project: Project) -> bool:
    """Whether what a task is about may still come to be known: until ingest has listed and settled all since the restore."""
    since = restored.restored_at(bench.ledger, project.key)
    listed = cursors.get_cursor(bench.ledger, cursors.listing_of(None))
    return since is None or listed is None or listed < since or bool(arrivals.waiting(bench.ledger))


def _rows(bench: Workbench, project: Project, config: AnnotationConfig, unknown: Mapping[str, Task]) -> Iterator[TaskRow]:
    with bench.ledger.read() as connection:
        known = image_rows(connection, sorted({image_of(subject) for subject in unknown}))
    wanted: dict[str, SecondLook] = {}
    if unknown and project.side is Side.SECOND_LOOK:
        wanted = {item.image_id: item for item in second_looks_without_task(bench.ledger, config.name, project.key)}
    for subject, task in unknown.items():
        image_id = image_of(subject)
        if image_id not in known:
            continue
        look = wanted.get(image_id)
        shown = look.shown if look else shown_readings(task, readings_of_image(bench.ledger, image_id))
        if shown is not None:
            reason = look.reason if look else task["data"].get("reason")
            yield TaskRow(project.key, subject, project.config_version, image_id, _taker(bench, config), shown, reason,
                          task_id=task["id"])


def _taker(bench: Workbench, config: AnnotationConfig) -> str:
    """The annotation config whose accepted readings come of a project's tasks: its own, or the one that gives it dense pages."""
    if config.subject is Subject.IMAGE:
        return config.name
    for name in config_names(bench.settings.annotation_configs):
        with contextlib.suppress(SettingError):
            if bench.config_named(name).dense_config == config.name:
                return name
    return config.name
