"""Collecting what changed, beside a full JSON export of the same project."""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from more_itertools import chunked
from prefect import flow
from rich.progress import track

from adapters.label_studio.tasks import import_tasks, tasks_after
from benchmarks.figures import Figure
from benchmarks.label_studio import stack, workbench
from benchmarks.push import reading_id
from datastore.ledger import outbox, projects
from datastore.ledger.annotations import answers_to
from schemas.label_tasks import SUBJECT, Project, TaskRow
from tests.read_images import fill, made_reading
from workbench.bench import Workbench
from workbench.collect.project import collect_project
from workbench.label.image_tasks import image_task_maker
from workbench.label.projects import project_of

TASKS = 10_000
REGIONS = 15
CHANGED = 100
ROUNDS = 3


def run() -> list[Figure]:
    """10,000 annotated tasks; in each round 1 % of them change, are skipped or taken back."""
    with stack() as settings, tempfile.TemporaryDirectory() as folder:
        bench = workbench(settings, Path(folder))
        ids = fill(bench.ledger, "made", TASKS, REGIONS, seed="collect")
        project = project_of(bench, bench.annotation_config)
        _annotated(bench, project, ids)
        first = time.perf_counter()
        collected(bench)
        first = time.perf_counter() - first
        ours: list[float] = []
        export: list[float] = []
        ratios: list[float] = []
        equal = True
        for number in range(ROUNDS):
            _change(bench, project, number)
            order = (ours, export) if number % 2 == 0 else (export, ours)
            body: list[dict[str, Any]] = []
            for times in order:
                started = time.perf_counter()
                if times is ours:
                    collected(bench)
                else:
                    body = bench.label_studio.request(f"api/projects/{project.number}/export", params={"exportType": "JSON"},
                                                    seconds=600).json()
                times.append(time.perf_counter() - started)
            ratios.append(export[-1] / ours[-1])
            equal = equal and _in_ledger(bench, ids) == _exported(body)
        ratio = statistics.median(ratios)
        return [
            Figure(f"{TASKS:,} annotated tasks, {CHANGED} changed since", f"{statistics.median(ours):.2f} s",
                   f"{statistics.median(export):.1f} s (full JSON export)",
                   f"{ratio:.1f} ({min(ratios):.1f}–{max(ratios):.1f})", "≥ 10 ×", ratio >= 10),
            Figure("the ledger's answers are those of the export", "equal" if equal else "NOT equal", "", "", "equal", equal),
            Figure(f"the first collect of all {TASKS:,}", f"{first:.0f} s"),
        ]


@flow(name="collect-benchmark")
def collected(bench: Workbench) -> None:
    """One run of collect over one project."""
    [project] = projects.project_rows(bench.ledger)
    collect_project(bench, bench.annotation_config, project)


def _annotated(bench: Workbench, project: Project, ids: Sequence[str]) -> None:
    """Pushes tasks that are annotated already, as if people had done it: a thousand hours of clicking, imported in minutes."""
    config = bench.annotation_config
    make = image_task_maker(bench.ledger, bench.settings.bucket_images, config)
    for batch in track(list(chunked(ids, 500)), "10,000 annotated tasks", transient=True):
        rows = [TaskRow(project.key, name, config.version, name, config.name, (reading_id(name),)) for name in batch]
        made = make(rows, {reading_id(name): made_reading(name, REGIONS) for name in batch})
        for task in made:
            task["annotations"] = [{"result": task["predictions"][0]["result"], "lead_time": 30.0}]
        found = import_tasks(bench.label_studio, project.number, made)
        with bench.ledger.write() as connection:
            outbox.plan_tasks(connection, rows)
            outbox.confirm(connection, project.key, dict(zip(batch, found, strict=True)))
    for path in Path(os.environ["SAEGIM_HOME"]).rglob("label_studio.sqlite3"):
        with sqlite3.connect(path, timeout=60) as database:
            database.execute("update task set updated_by_id = 1 where project_id = ?", (project.number,))


def _change(bench: Workbench, project: Project, number: int) -> None:
    """One per cent of the tasks: texts changed, some annotations taken back, some skipped."""
    chosen = tasks_after(bench.label_studio, project.number, 0, SUBJECT)[number * CHANGED:(number + 1) * CHANGED]

    def act(index: int) -> None:
        task = bench.label_studio.request(f"api/tasks/{chosen[index].task_id}/").json()
        [annotation] = task["annotations"]
        path = f"api/annotations/{annotation['id']}/"
        if index % 20 == 0:
            bench.label_studio.request(path, method="DELETE", expected=(204,))
            return
        result = annotation["result"]
        for item in result:
            if item["type"] == "textarea":
                item["value"]["text"] = [f"{item['value']['text'][0]} {number}"]
        bench.label_studio.request(path, method="PATCH", json={"result": result, "was_cancelled": index % 20 == 1})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(act, range(len(chosen))))


def _in_ledger(bench: Workbench, ids: Sequence[str]) -> dict[int, tuple[bool, tuple[str, ...]]]:
    """The newest state of each annotation that stands: skipped or not, and its texts."""
    with bench.ledger.read() as connection:
        given = answers_to(connection, bench.annotation_config.name, ids)
    return {item.annotation_id: (item.skipped, tuple(region.text for region in item.reading.regions) if item.reading else ())
            for items in given.values() for item in items}


def _exported(body: Sequence[dict[str, Any]]) -> dict[int, tuple[bool, tuple[str, ...]]]:
    return {item["id"]: (item["was_cancelled"], () if item["was_cancelled"] else tuple(
        result["value"]["text"][0] for result in item["result"] if result["type"] == "textarea"))
        for task in body for item in task["annotations"]}
