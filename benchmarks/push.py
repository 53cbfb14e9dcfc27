"""The push of tasks to Label Studio, beside one raw bulk import and beside a client that retries."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import psutil
from prefect import flow
from rich.progress import track

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.people import whoami
from adapters.label_studio.projects import ensure_project
from adapters.label_studio.tasks import import_tasks, tasks_after
from benchmarks.figures import Figure, interleaved
from benchmarks.label_studio import stack, workbench
from datastore.ledger import leases, outbox
from schemas.errors import SaegimError
from schemas.ids import digest
from schemas.label_tasks import SUBJECT, Project, TaskRow
from tests.faulty import Fault, before
from tests.read_images import RUN, fill, made_reading
from workbench.bench import Workbench
from workbench.label.claims import claim_project
from workbench.label.image_tasks import image_task_maker
from workbench.label.projects import project_of
from workbench.label.push import push
from workbench.settings import ROOT, Settings

TASKS = 1500
REGIONS = 15
"""A task of 15 regions is 8 KB, as the Label Studio figures of the design were taken."""
UNDER_FAULTS = 120
KILLS = [
    ("datastore.ledger.outbox:plan_tasks", "after"), ("datastore.ledger.outbox:mark_posted", "before"),
    ("datastore.ledger.outbox:mark_posted", "after"), ("workbench.label.push:import_tasks", "before"),
    ("workbench.label.push:import_tasks", "after"), ("datastore.ledger.outbox:confirm", "before"),
    ("datastore.ledger.outbox:confirm", "after"), ("datastore.ledger.leases:release", "before"),
]

Way = Callable[[Workbench, Project, list[str]], None]
"""How tasks of images get into a project."""


def run() -> list[Figure]:
    """The rate first, then the faults."""
    with stack() as settings, tempfile.TemporaryDirectory() as folder:
        return [_rate(settings, Path(folder)), *_faults(settings, Path(folder))]


def _rate(settings: Settings, folder: Path) -> Figure:
    rounds = iter(range(1000))
    raw = LabelStudio(settings.label_studio_url, settings.label_studio_token)
    bench = workbench(settings, folder)
    config = bench.annotation_config
    ids = fill(bench.ledger, "made", TASKS, REGIONS, seed="rate")
    reading = {name: made_reading(name, REGIONS) for name in ids}
    bodies = image_task_maker(bench.ledger, bench.settings.bucket_images, config)(
        [TaskRow("", name, config.version, name, config.name, (name,)) for name in ids], reading)
    prepared: dict[str, Any] = {}

    def fresh_ours() -> tuple[Workbench, Project]:
        mine = workbench(settings, folder)
        fill(mine.ledger, "made", TASKS, REGIONS, seed="rate")
        return mine, project_of(mine, config)

    def fresh_raw() -> int:
        return ensure_project(raw, f"raw-{next(rounds)}-{time.time_ns()}", "raw import", config.xml, "", "raw")

    prepared["ours"] = [fresh_ours() for _ in range(5)]
    prepared["raw"] = [fresh_raw() for _ in range(5)]

    def ours() -> None:
        mine, project = prepared["ours"].pop()
        pushed(mine, project, ids)
        assert outbox.task_count(mine.ledger, project.key) == TASKS

    def peer() -> None:
        import_tasks(raw, prepared["raw"].pop(), bodies)

    mine, theirs, ratios = interleaved(ours, peer)
    ratio = statistics.median(ratios)
    size = len(json.dumps(bodies)) / TASKS
    return Figure(f"tasks of {REGIONS} regions ({size / 1000:.1f} KB) pushed, {TASKS} a round", f"{TASKS / mine:,.0f} a second",
                  f"{TASKS / theirs:,.0f} a second (one raw import)", f"{ratio:.2f} ({min(ratios):.2f}–{max(ratios):.2f})",
                  "≥ 0.9 ×", ratio >= 0.9)


@flow(name="push-benchmark")
def pushed(bench: Workbench, project: Project, ids: list[str]) -> None:
    """What label does for a project, but for choosing."""
    lease = claim_project(bench.ledger, project, bench.settings.lease_seconds)
    try:
        with bench.ledger.write() as connection:
            outbox.plan_tasks(connection, [
                TaskRow(project.key, name, 1, name, bench.annotation_config.name, (reading_id(name),), place=place)
                for place, name in enumerate(ids)])
        push(bench, project, lease, image_task_maker(bench.ledger, bench.settings.bucket_images, bench.annotation_config))
    finally:
        leases.release(bench.ledger, lease)


def reading_id(image_id: str) -> str:
    """Id of the made reading of an image."""
    return digest("reading", image_id, "model:made@1", RUN, "0", length=32)


def _faults(settings: Settings, folder: Path) -> list[Figure]:
    """The same faults for ours and for a client that posts again where it got no answer."""
    scenes: list[tuple[str, Callable[[Way], tuple[int, int]]]] = [
        *((f"{fault}", lambda way, fault=fault: _through_proxy(settings, folder, fault, way)) for fault in Fault),
        ("Label Studio is killed in the middle of a post", lambda way: _server_killed(settings, folder, way)),
    ]
    ours, naive = Counter[str](), Counter[str]()
    for name, scene in track(scenes, "faults", transient=True):
        ours[name] = sum(scene(_until_done))
        naive[name] = sum(scene(_retrying))
    rows = [Figure(f"double or lost tasks: {name}", str(ours[name]), str(naive[name]), "", "0", ours[name] == 0)
            for name, _ in scenes]
    killed = sum(sum(_killed(settings, folder, target, when)) for target, when in track(KILLS, "kills", transient=True))
    rows.append(Figure(f"double or lost tasks: kill -9 at {len(KILLS)} places", str(killed), "", "", "0", killed == 0))
    total = sum(ours.values()) + killed
    rows.append(Figure("double or lost tasks, all faults", str(total), f"{sum(naive.values())} (a client that retries)", "", "0",
                       total == 0))
    return rows


def _until_done(bench: Workbench, project: Project, ids: list[str]) -> None:
    """Ours, as its schedule does: a run that fails is followed by another; one more run comes in any case."""
    for _ in range(4):
        with contextlib.suppress(SaegimError):
            pushed(bench, project, ids)
            break
    time.sleep(4)  # what the server does too late is done by then
    pushed(bench, project, ids)


def _retrying(bench: Workbench, project: Project, ids: list[str]) -> None:
    """What most scripts do: post again where no answer came."""
    bodies = image_task_maker(bench.ledger, bench.settings.bucket_images, bench.annotation_config)(
        [TaskRow(project.key, name, 1, name, "", (name,)) for name in ids], {name: made_reading(name, REGIONS) for name in ids})
    for _ in range(20):
        with contextlib.suppress(SaegimError):
            import_tasks(bench.label_studio, project.number, bodies)
            break
        time.sleep(1)
    time.sleep(4)


def _through_proxy(settings: Settings, folder: Path, fault: Fault, way: Way) -> tuple[int, int]:
    with before(settings.label_studio_url) as (url, faults):
        bench = workbench(settings, folder, url, settle_seconds=2)
        ids = fill(bench.ledger, "made", UNDER_FAULTS, REGIONS, seed=f"{fault} {way.__name__}")
        project = project_of(bench, bench.annotation_config)
        faults.set(fault, 1, "POST")
        way(bench, project, ids)
        faults.wait()
        return double_and_lost(bench, project, ids)


def _server_killed(settings: Settings, folder: Path, way: Way) -> tuple[int, int]:
    """Supervisor starts it again; the post that was under way may or may not be in its database."""
    bench = workbench(settings, folder, settle_seconds=2)
    ids = fill(bench.ledger, "made", 1000, REGIONS, seed=f"server {way.__name__}")
    project = project_of(bench, bench.annotation_config)
    port = httpx.URL(settings.label_studio_url).port

    def kill() -> None:
        time.sleep(2.0)
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.pid and tuple(connection.laddr)[-1] == port:
                os.kill(connection.pid, signal.SIGKILL)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    with _patient(bench):
        way(bench, project, ids)
    killer.join()
    return double_and_lost(bench, project, ids)


@contextlib.contextmanager
def _patient(bench: Workbench) -> Iterator[None]:
    """A lost import is told when Label Studio answers again, which is when the next scheduled run would see it."""
    real = import_tasks

    def waiting(label_studio: LabelStudio, project: int, tasks: list[dict[str, Any]]) -> list[int]:
        try:
            return real(label_studio, project, tasks)
        except SaegimError:
            for _ in range(120):
                with contextlib.suppress(SaegimError):
                    whoami(bench.label_studio)
                    break
                time.sleep(1)
            raise

    with mock.patch("workbench.label.push.import_tasks", waiting), mock.patch(f"{__name__}.import_tasks", waiting):
        yield


def _killed(settings: Settings, folder: Path, target: str, when: str) -> tuple[int, int]:
    bench = workbench(settings, folder)
    ids = fill(bench.ledger, bench.model, 20, 3, seed=f"{target} {when}")
    env = {**os.environ, "SAEGIM_LEDGER_URL": bench.settings.ledger_url, "SAEGIM_SETTLE_SECONDS": "2",
           "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY": "",
           **{f"SAEGIM_{name.upper()}": getattr(bench.settings, name) for name in (
               "bucket_raw", "bucket_images", "bucket_models", "bucket_datasets")}}
    python = ROOT / ".venv" / "bin" / "python"
    killed = subprocess.run([python, "-m", "tests.services.killed", "label", target, when], cwd=ROOT, env=env, check=False,
                            capture_output=True)
    assert killed.returncode == -9, killed.stderr.decode()
    subprocess.run([python.with_name("saegim"), "run", "label"], cwd=ROOT, env=env, check=True, capture_output=True)
    return double_and_lost(bench, project_of(bench, bench.annotation_config), ids)


def double_and_lost(bench: Workbench, project: Project, ids: list[str]) -> tuple[int, int]:
    """How many tasks are there too often, and how many images have none."""
    there = Counter(task.subject for task in tasks_after(bench.label_studio, project.number, 0, SUBJECT))
    return sum(count - 1 for count in there.values()), len(set(ids) - there.keys())
