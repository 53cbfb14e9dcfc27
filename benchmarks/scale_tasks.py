"""Label Studio's list of twenty thousand of our tasks: what its page asks for, and the page itself in Chromium."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from adapters.label_studio.task_query import task_page
from benchmarks.figures import ROUNDS, Figure
from benchmarks.label_studio import stack, workbench
from benchmarks.push import pushed
from schemas.label_tasks import Project
from tests.read_images import fill
from workbench.bench import Workbench
from workbench.label.projects import project_of
from workbench.settings import Settings

TASKS = int(os.environ.get("SAEGIM_BENCH_TASKS", "20000"))
FEW = 100
REGIONS = 15
MOST_SECONDS, MOST_BYTES = 3.0, 1000
PAGE = 30
"""Tasks that the page asks for at once."""
PATIENCE = 120_000
"""Milliseconds that a page has."""
CHROMIUM = "/usr/bin/chromium"
ROW = "[class*='table__row']"
"""A row of the page's table."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Seconds until the list of a project had rows, and of them those of the answer that has its tasks."""

    page: float
    answer: float


def run() -> list[Figure]:
    """Pushes them as label does, then looks at the list as a manager does, beside that of a small project."""
    with stack() as settings, tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        (bench, many, pushing), (_, few, _) = (_pushed(settings, Path(folder), count) for count in (TASKS, FEW))
        sizes = [len(json.dumps(task["data"], ensure_ascii=False).encode())
                 for task in task_page(bench.label_studio, many.number, [], size=FEW, order="-tasks:id").tasks]
        with _chromium(settings) as page:
            _show(page, settings, few)  # what a browser keeps of the pages
            ours, peer = ([_show(page, settings, project) for _ in range(ROUNDS)] for project in (many, few))
    return [
        Figure(f"{TASKS:,} tasks of {REGIONS} regions pushed", f"{pushing:.0f} s, {TASKS / pushing:.0f} a second"),
        Figure("`data` of a task, at most", f"{max(sizes):,} bytes", "", "", f"≤ {MOST_BYTES:,} bytes", max(sizes) <= MOST_BYTES),
        _figure(f"Label Studio's list of {TASKS:,} tasks, in Chromium, beside one of {FEW}", [item.page for item in ours],
                [item.page for item in peer], MOST_SECONDS),
        _figure(f"… of it the answer with the first {PAGE}", [item.answer for item in ours], [item.answer for item in peer])]


def _figure(name: str, ours: Sequence[float], peer: Sequence[float], target: float | None = None) -> Figure:
    mine, theirs = statistics.median(ours), statistics.median(peer)
    return Figure(name, f"{mine:.2f} s ({min(ours):.2f}–{max(ours):.2f})", f"{theirs:.2f} s ({min(peer):.2f}–{max(peer):.2f})",
                  f"{mine / theirs:.2f}", f"≤ {target:g} s" if target else "", mine <= target if target else None)


def _pushed(settings: Settings, folder: Path, count: int) -> tuple[Workbench, Project, float]:
    """A project with so many tasks, its workbench, and the seconds that pushing took."""
    bench = workbench(settings, folder)
    ids = fill(bench.ledger, "made", count, REGIONS, seed=f"{folder} {count}")
    project = project_of(bench, bench.annotation_config)
    began = time.perf_counter()
    pushed.fn(bench, project, ids)  # Prefect takes no parameters of 20,000 names
    return bench, project, time.perf_counter() - began


@contextmanager
def _chromium(settings: Settings) -> Iterator[Page]:
    """A page of somebody who has logged in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{settings.label_studio_url}/user/login/")
        page.fill("input[name=email]", settings.label_studio_user)
        page.fill("input[name=password]", settings.label_studio_password.get_secret_value())
        page.click("button[type=submit]")
        page.wait_for_url(lambda address: "login" not in address)
        yield page
        browser.close()


def _show(page: Page, settings: Settings, project: Project) -> Shown:
    """From a blank page until the list has rows."""
    page.goto("about:blank")
    began = time.perf_counter()
    with page.expect_request_finished(lambda request: "/api/tasks?" in request.url) as asked:
        page.goto(f"{settings.label_studio_url}/projects/{project.number}/data", wait_until="commit")
        page.wait_for_selector(ROW)
    return Shown(time.perf_counter() - began, asked.value.timing["responseEnd"] / 1000)
