"""What Label Studio holds of the ledger's projects: into a backup, and into a Label Studio that has lost it."""

from __future__ import annotations

import gzip
import json
import secrets
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from more_itertools import chunked

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.people import account_emails, make_account
from adapters.label_studio.projects import MARK, MARK_FIELD, ensure_project, marked_projects
from adapters.label_studio.tasks import change_annotation, tasks_after
from adapters.label_studio.whole_projects import import_whole, project_in_full, whole_tasks
from datastore.ledger import outbox, projects, restored
from datastore.ledger.annotations import seen_annotations
from schemas.label_tasks import SUBJECT, Project
from workbench.bench import Workbench

TASKS_A_POST = 200
"""Tasks with all their annotations in one import."""


@dataclass
class Exported:
    """What a backup took from Label Studio."""

    projects: int = 0
    tasks: int = 0
    annotations: int = 0
    unreadable: list[int] = field(default_factory=list)


def export_projects(bench: Workbench, path: Path) -> Exported:
    """Writes all projects of the ledger that Label Studio has, with their tasks, to a file."""
    done = Exported()
    studio = bench.label_studio
    numbers = marked_projects(studio)
    with path.open("wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
        for project in projects.every_project(bench.ledger):
            if project.key not in numbers:
                continue
            number = numbers[project.key]
            done.projects += 1
            _write(packed, {"project": project.key, **project_in_full(studio, number), MARK_FIELD: MARK + project.key})
            for page in whole_tasks(studio, number):
                done.unreadable += page.unreadable
                for task in page.tasks:
                    done.tasks += 1
                    done.annotations += len(task["annotations"])
                    _write(packed, task)
            bench.run.say(f"backup: {done.tasks} tasks of Label Studio")
    return done


def _write(packed: gzip.GzipFile, value: Mapping[str, Any]) -> None:
    packed.write(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")


@dataclass(frozen=True, slots=True)
class KeptProject:
    """A project of a backup: what it shows people, and where its tasks stand in the file.

    Attributes:
        key: its mark.
        shown: by the names of Label Studio's API.
        tasks: its tasks, as ``whole_tasks`` gave them.
    """

    key: str
    shown: Mapping[str, Any]
    tasks: Sequence[Mapping[str, Any]]


def kept_projects(path: Path) -> Iterator[KeptProject]:
    """The projects of a file, one after the other: the tasks of one are in memory at once."""
    shown: dict[str, Any] | None = None
    tasks: list[Mapping[str, Any]] = []
    with gzip.open(path, "rb") as packed:
        for line in packed:
            value = json.loads(line)
            if "project" not in value:
                tasks.append(value)
                continue
            if shown:
                yield KeptProject(shown["project"], shown, tasks)
            shown, tasks = value, []
    if shown:
        yield KeptProject(shown["project"], shown, tasks)


@dataclass
class PutBack:
    """What a restore made again in Label Studio.

    Attributes:
        projects: that were not there.
        tasks: in these.
        annotations: of these.
        keys: marks of the projects that were made again, now or by a restore that was killed.
        passwords: of accounts that were made, by e-mail address.
    """

    projects: int = 0
    tasks: int = 0
    annotations: int = 0
    keys: list[str] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)


def put_back(bench: Workbench, path: Path, begun: Path, bucket: str) -> PutBack:
    """Makes the projects again that Label Studio has lost, with all tasks and annotations; what is there is left alone.

    Args:
        bench: the systems; the ledger is not asked.
        path: the file of the backup.
        begun: a file of this machine with the marks of projects that are being made again: a restore that was killed goes on
            with these, and with no other that is there.
        bucket: of the images, as it was called then.
    """
    done = PutBack()
    studio = bench.label_studio
    half = set(begun.read_text(encoding="utf-8").split()) if begun.is_file() else set()
    there = marked_projects(studio)
    for kept in kept_projects(path):
        if kept.key in there and kept.key not in half:
            continue
        half.add(kept.key)
        begun.parent.mkdir(parents=True, exist_ok=True)
        begun.write_text("\n".join(sorted(half)), encoding="utf-8")
        is_new = kept.key not in there
        shown = kept.shown
        number = ensure_project(studio, kept.key, shown["title"], shown["label_config"], shown["expert_instruction"] or "",
                                shown["description"] or "")
        done.projects += is_new
        done.keys.append(kept.key)
        _make_accounts(studio, kept.tasks, done)
        missing = list(kept.tasks) if is_new else _missing(bench, number, kept.tasks)
        for some in chunked(missing, TASKS_A_POST):
            import_whole(studio, number, [_as_now(task, bucket, bench.settings.bucket_images) for task in some])
            done.tasks += len(some)
            done.annotations += sum(len(task["annotations"]) for task in some)
            bench.run.say(f"restore: {done.tasks} tasks in Label Studio")
    return done


def _missing(bench: Workbench, number: int, tasks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Tasks that a killed restore has not brought in; what it posted last may still be on its way."""
    while True:
        there = Counter(task.subject for task in tasks_after(bench.label_studio, number, 0, SUBJECT))
        time.sleep(bench.settings.settle_seconds)
        if there == Counter(task.subject for task in tasks_after(bench.label_studio, number, 0, SUBJECT)):
            return [task for task in tasks if str(task["data"].get(SUBJECT)) not in there]


def _as_now(task: Mapping[str, Any], bucket: str, now: str) -> dict[str, Any]:
    """A task that shows its pictures from where they are now, without what nobody can be named for: a deleted account's.

    The ledger has what it collected of that.
    """
    data = dict(task["data"])
    for item in (data, *data.get("lines", [])):
        if str(item.get("image", "")).startswith(f"s3://{bucket}/"):
            item["image"] = f"s3://{now}/" + item["image"].removeprefix(f"s3://{bucket}/")
    return {**task, "data": data, "annotations": [item for item in task["annotations"] if "@" in item["by"]]}


def _make_accounts(studio: LabelStudio, tasks: Sequence[Mapping[str, Any]], done: PutBack) -> None:
    people = {item["by"] for task in tasks for item in task["annotations"] if "@" in item["by"]}
    for email in sorted(people - account_emails(studio)):
        password = secrets.token_urlsafe(9)
        if make_account(studio, email, password, email.partition("@")[0]):
            done.passwords[email] = password


def follow(bench: Workbench, path: Path, keys: Sequence[str]) -> int:
    """The restored ledger learns the numbers that Label Studio gave to what was put back.

    Annotations that the ledger had not collected are touched, so that collect finds them. Returns how many.

    Args:
        bench: the systems.
        path: the file of the backup.
        keys: marks of the projects that were made again.
    """
    numbers = marked_projects(bench.label_studio)
    known = {project.key: project for project in projects.every_project(bench.ledger)}
    return sum(_follow(bench, projects.confirm_project(bench.ledger, known[kept.key], numbers[kept.key]), kept.tasks)
               for kept in kept_projects(path) if kept.key in keys and kept.key in known and kept.key in numbers)


def _follow(bench: Workbench, project: Project, tasks: Sequence[Mapping[str, Any]]) -> int:
    before = {str(task["data"].get(SUBJECT)): task for task in tasks}
    fresh: list[Mapping[str, Any]] = []
    for page in whole_tasks(bench.label_studio, project.number):
        to: dict[int, tuple[int, int]] = {}
        numbers: dict[str, int] = {}
        for task in page.tasks:
            subject = str(task["data"].get(SUBJECT))
            if subject not in before:
                continue
            numbers[subject] = task["id"]
            pairs = list(_pairs(before[subject]["annotations"], task["annotations"]))
            to |= {old["id"]: (new["id"], task["id"]) for old, new in pairs}
            with bench.ledger.read() as connection:
                states = {(old["id"], _revision(old["updated_at"])): new for old, new in pairs}
                seen = seen_annotations(connection, project.key, list(states))
            fresh += [new for state, new in states.items() if state not in seen]
        with bench.ledger.write() as connection:
            outbox.confirm(connection, project.key, numbers)
            restored.move_annotations(connection, project.key, to)
    for annotation in fresh:
        change_annotation(bench.label_studio, annotation["id"], annotation["result"], annotation["lead_time"])
    return len(fresh)


def _pairs(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, Any]]:
    """Annotations of a task of then and now that are the same: by the same person, in the order in which they were made."""
    left = sorted(now, key=lambda item: int(item["id"]))
    for old in sorted((item for item in before if "@" in item["by"]), key=lambda item: int(item["id"])):
        for new in left:
            if (new["by"], new["was_cancelled"]) == (old["by"], old["was_cancelled"]):
                left.remove(new)
                yield old, new
                break


def _revision(moment: str) -> int:
    """When an annotation was last changed, as its revision counts it (adapters/label_studio/changes.py)."""
    return round(datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000)
