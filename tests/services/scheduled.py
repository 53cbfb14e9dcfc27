"""A stack as users have it, with its schedules on, in the background of all other tests: the whole way with no command given.

It is a process of its own, started before the first test, since a schedule takes its time: a photograph waits up to 16 minutes
for its task (ingest, prelabel and label every ten minutes, one after the other), and an answer up to 2 for being collected.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from adapters.label_studio.people import make_account
from adapters.label_studio.tasks import annotate, open_tasks
from apps.stack.state import stack_folder
from tests.services.ports import give_ports

T = TypeVar("T")

PHOTOGRAPH = "apps/demo/samples/jlee/exit.jpg"
KEY = "demo/김하늘/나가는 곳.jpg"
ANNOTATOR = "annotator@example.com"
UP_SECONDS = 1200
"""On a fresh machine three stacks wait for Label Studio's environment and start at once."""
TASK_SECONDS = 25 * 60
READING_SECONDS = 6 * 60


def told(done: Path, **facts: object) -> None:
    """Adds to what the test reads at the end."""
    known = json.loads(done.read_text(encoding="utf-8")) if done.is_file() else {}
    done.write_text(json.dumps({**known, **facts}, ensure_ascii=False, default=str), encoding="utf-8")


def waited_for(ask: Callable[[], T], seconds: float) -> T:
    """The first answer that is one; the last one where none came in time."""
    until = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < until:
        time.sleep(5)
    return answer


def main(saegim: str, done: Path) -> None:
    """Starts the stack, lets everything happen, and stops it: the other tests have the machine to themselves."""
    try:
        whole_way(saegim, done)
    finally:
        subprocess.run([saegim, "down"], capture_output=True, check=False)


def whole_way(saegim: str, done: Path) -> None:
    """Sends a photograph, answers its task, and waits for the reading."""
    give_ports(stack_folder())
    up = subprocess.run([saegim, "up"], capture_output=True, text=True, timeout=UP_SECONDS, check=False)
    told(done, up=up.returncode, said=up.stdout + up.stderr)
    if up.returncode:
        return

    from datastore.ledger import images, projects, readings
    from schemas.labelling import Side
    from workbench.bench import open_workbench

    bench = open_workbench()
    started = time.monotonic()
    bench.objects.put(bench.settings.bucket_raw, KEY, Path(PHOTOGRAPH).read_bytes(), "image/jpeg")
    make_account(bench.label_studio, ANNOTATOR, "long enough, 1", "Annotator")

    def task() -> tuple[int, int] | None:
        for row in projects.project_rows(bench.ledger):
            if row.side is Side.A and row.project_id:
                for found in open_tasks(bench.label_studio, row.project_id):
                    return row.project_id, found.task_id
        return None

    found = waited_for(task, TASK_SECONDS)
    told(done, task=found, task_after=time.monotonic() - started)
    if not found:
        return
    [open_task] = open_tasks(bench.label_studio, found[0])
    result = open_task.prediction_result
    for item in result:
        if item["type"] == "textarea":
            item["value"]["text"] = [f"{item['value']['text'][0]} 사람"]
    annotate(bench.label_studio, open_task.task_id, result, 12.0, open_task.prediction_id, ANNOTATOR)
    answered = time.monotonic()

    def reading() -> list[str]:
        with bench.ledger.read() as connection:
            rows = images.image_rows(connection, [open_task.data["subject"]])
            newest = readings.newest_reading(connection, next(iter(rows)), f"person:{ANNOTATOR}", bench.annotation_config.run)
        return [region.text for region in newest.regions] if newest else []

    texts = waited_for(reading, READING_SECONDS)
    told(done, texts=texts, reading_after=time.monotonic() - answered)
    doctor = subprocess.run([saegim, "doctor"], capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "300"})
    told(done, doctor=doctor.stdout, finished=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
