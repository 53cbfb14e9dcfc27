"""Label Studio's list of twenty thousand of our tasks: what its page asks for, and the page itself in Chromium."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import ROUNDS, Figure
from benchmarks.label_studio import stack, workbench
from benchmarks.push import pushed
from schemas.label_tasks import Project
from tests.read_images import fill
from workbench.bench import Workbench
from workbench.label.projects import project_of

TASKS = int(os.environ.get("SAEGIM_BENCH_TASKS", "20000"))
REGIONS = 15
MOST_SECONDS, MOST_BYTES = 3.0, 1000
PAGE = 30
"""Tasks that the page asks for at once."""
PATIENCE = 120_000
"""Milliseconds that a page has."""
CHROMIUM = "/usr/bin/chromium"
ROW = "[class*='table__row']"
"""A row of the page's table."""


def run() -> list[Figure]:
    """Pushes them as label does, then asks as the page does and looks at it."""
    with stack() as settings, tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        bench = workbench(settings, Path(folder))
        ids = fill(bench.ledger, "made", TASKS, REGIONS, seed=folder)
        project = project_of(bench, bench.annotation_config)
        began = time.perf_counter()
        pushed(bench, project, ids)
        pushing = time.perf_counter() - began
        sizes = [len(json.dumps(task["data"], ensure_ascii=False).encode()) for task in _listed(bench, project)["tasks"]]
        asked = [_seconds(lambda: _listed(bench, project)) for _ in range(ROUNDS)]
        with _chromium(bench) as page:
            shown = [_seconds(lambda: _show(page, bench, project)) for _ in range(ROUNDS)]
    return [
        Figure(f"{TASKS:,} tasks of {REGIONS} regions pushed", f"{pushing:.0f} s, {TASKS / pushing:.0f} a second"),
        Figure("`data` of a task, at most", f"{max(sizes):,} bytes", "", "", f"≤ {MOST_BYTES:,} bytes", max(sizes) <= MOST_BYTES),
        _figure(f"Label Studio's answer of {PAGE} tasks of {TASKS:,}, as its page asks", asked),
        _figure("… until its page shows them, in Chromium", shown)]


def _figure(name: str, times: list[float]) -> Figure:
    middle = statistics.median(times)
    return Figure(name, f"{middle:.2f} s ({min(times):.2f}–{max(times):.2f})", "", "", f"≤ {MOST_SECONDS:g} s",
                  middle <= MOST_SECONDS)


def _listed(bench: Workbench, project: Project) -> Any:
    """The first page of the list; ``fields=all`` has the annotations and predictions with it, as the page asks."""
    with httpx.Client(base_url=bench.settings.label_studio_url, timeout=PATIENCE / 1000, headers={
            "Authorization": f"Token {bench.settings.label_studio_token.get_secret_value()}"}) as client:
        answer = client.get("/api/tasks", params={"page": 1, "page_size": PAGE, "project": project.number, "fields": "all"})
        answer.raise_for_status()
        return answer.json()


@contextmanager
def _chromium(bench: Workbench) -> Iterator[Page]:
    """A page of somebody who has logged in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{bench.settings.label_studio_url}/user/login/")
        page.fill("input[name=email]", bench.settings.label_studio_user)
        page.fill("input[name=password]", bench.settings.label_studio_password.get_secret_value())
        page.click("button[type=submit]")
        page.wait_for_url(lambda address: "login" not in address)
        yield page
        browser.close()


def _show(page: Page, bench: Workbench, project: Project) -> None:
    """From a blank page until the list has rows."""
    page.goto("about:blank")
    page.goto(f"{bench.settings.label_studio_url}/projects/{project.number}/data", wait_until="commit")
    page.wait_for_selector(ROW)


def _seconds(call: Any) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
