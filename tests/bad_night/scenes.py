"""How each scene is made: up to its ``yield`` the night goes wrong, after it happens what needs no hands of ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import psutil

from apps.stack.state import stack_folder
from saegim.settings import home
from schemas.morning import TroubleKind
from tests.bad_night.night import Night
from tests.faults.http_proxy import HttpProxy
from tests.faults.injecting import Injector
from tests.faults.loop import listen, running
from tests.faults.plan import Service
from tests.services.conftest import SAEGIM

HALF_AN_EMOJI = "서울 \ud83d 역"
RESERVE = 2_500_000_000
"""Bytes of the file that the page tells to keep for a night like this."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One scene.

    Attributes:
        bad: makes it; goes on after the look at the page.
        kind: of the trouble that the page must show.
        about: what it is about.
        hurts: whether it hurts services, so that it wants a stack of its own.
    """

    bad: Callable[[Night], Iterator[None]]
    kind: TroubleKind
    about: str
    hurts: bool = False


def dead_worker(night: Night) -> Iterator[None]:
    """A run of prelabel is killed when it has claimed work and read some of it."""
    night.send(3)
    night.run("ingest")
    night.world.killed("prelabel", "datastore.ledger.readings:add_readings", "after")
    yield


def half_release(night: Night) -> Iterator[None]:
    """An export is killed when all of its files are there and its manifest is not."""
    night.send(2)
    night.run("ingest", "prelabel", "label")
    night.answer()
    night.run("collect")
    night.world.killed("export", "datastore.releases:Folder.publish", "before")
    yield


def poisoned_task(night: Night) -> Iterator[None]:
    """A browser sends half an emoji: Label Studio keeps it, and from then on fails on that task."""
    night.send(2)
    night.run("ingest", "prelabel", "label")
    task, *_ = night.open_tasks()
    settings = night.bench.settings
    result = [{**item, "value": {**item["value"], "text": [HALF_AN_EMOJI]}} if item["type"] == "textarea" else item
              for item in task.prediction_result]
    answer = httpx.post(f"{settings.label_studio_url}/api/tasks/{task.task_id}/annotations/", timeout=60,
                        headers={"Authorization": f"Token {settings.label_studio_token.get_secret_value()}",
                                 "Content-Type": "application/json"}, content=json.dumps({"result": result, "lead_time": 3}))
    assert answer.status_code == 500, answer.text
    night.run("collect")
    [about] = [item.about for item in night.troubles() if item.kind is TroubleKind.POISONED_TASK]
    project = about.split()[1]  # as the page names it
    night.told |= {"TASK": str(task.task_id), "PROJECT": project}
    yield


def throttled(night: Night) -> Iterator[None]:
    """The object store answers 503 SlowDown to everything; after a while it does not any more."""
    night.send(2)
    real = night.bench.settings.s3_endpoint or ""
    with running() as loop:
        proxy = HttpProxy(Service.S3, real, Injector())
        night.world.env["SAEGIM_S3_ENDPOINT"] = f"http://127.0.0.1:{listen(loop, proxy.serve)}"
        proxy._storm_until = float("inf")
        waiting = subprocess.Popen([SAEGIM, "run", "ingest"], env=night.world._env, cwd=night.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            time.sleep(15)
            yield
            assert waiting.poll() is None, "the run has not waited"
            proxy.calm()
            said, _ = waiting.communicate(timeout=300)
            assert waiting.returncode == 0, said
        finally:
            del night.world.env["SAEGIM_S3_ENDPOINT"]
            if waiting.poll() is None:
                waiting.kill()


def expired_token(night: Night) -> Iterator[None]:
    """Somebody makes a new token in Label Studio: the old one is none from then on."""
    night.send(2)
    night.run("ingest", "prelabel")
    settings, env = night.bench.settings, dict(line.split("=", 1) for line in (home() / "env").read_text("utf-8").splitlines()
                                               if "=" in line)
    with httpx.Client(base_url=settings.label_studio_url, timeout=60, follow_redirects=True) as browser:
        browser.get("/user/login/")
        page = browser.post("/user/login/", data={
            "email": env["SAEGIM_LABEL_STUDIO_USER"].strip("'\""), "password": env["SAEGIM_LABEL_STUDIO_PASSWORD"].strip("'\""),
            "csrfmiddlewaretoken": browser.cookies["csrftoken"]}, headers={"Referer": f"{settings.label_studio_url}/user/login/"})
        page.raise_for_status()
        made = browser.post("/api/current-user/reset-token/", headers={
            "X-CSRFToken": browser.cookies["csrftoken"], "Referer": settings.label_studio_url})
        made.raise_for_status()
    _fails(night, "label")
    yield
    night.told["NEW"] = made.json()["token"]


def full_disk(night: Night) -> Iterator[None]:
    """Something else fills the disk of the stack to its last byte, reserve and all."""
    night.send(2)
    disk = home()
    reserve, other = disk / "reserve", disk / "of-others"
    with reserve.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, RESERVE)
    with other.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - (1 << 20))
    with (disk / "rest").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            pass
    print(f"    {shutil.disk_usage(disk).free:,} bytes are free", flush=True)
    _fails(night, "ingest")
    yield


def lost_label_studio(night: Night) -> Iterator[None]:
    """Label Studio's data folder is gone, with its database, and with it its process."""
    night.send(2)
    night.run("ingest", "prelabel", "label")
    assert night.shell(f"saegim backup {night.folder / 'backup'}").returncode == 0
    night.told["PLACE"] = str(night.folder / "backup")
    shutil.rmtree(stack_folder() / "label-studio")
    for process in psutil.process_iter(["cmdline"]):
        if str(stack_folder()) in _environment(process).get("LABEL_STUDIO_BASE_DATA_DIR", ""):
            process.kill()
    yield


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}


def _fails(night: Night, verb: str) -> None:
    """What the schedules run meanwhile; its process is one of their own, for services are sick."""
    done = subprocess.run([SAEGIM, "run", verb], env=night.world._env, cwd=night.folder, capture_output=True, text=True,
                          timeout=600, check=False)
    print(f"    saegim run {verb}: exit code {done.returncode}: {(done.stderr or done.stdout).strip()[-200:]}", flush=True)


SCENES = {
    "a-worker-died": Scene(dead_worker, TroubleKind.RUN_DEAD, "prelabel"),
    "a-release-is-half-there": Scene(half_release, TroubleKind.RUN_DEAD, "export"),
    "a-task-is-poisoned": Scene(poisoned_task, TroubleKind.POISONED_TASK, "project …"),
    "s3-throttles": Scene(throttled, TroubleKind.THROTTLED, "Object storage"),
    "a-token-has-expired": Scene(expired_token, TroubleKind.TOKEN_REFUSED, "Label Studio", hurts=True),
    "a-disk-is-full": Scene(full_disk, TroubleKind.DISK, "…", hurts=True),
    "label-studio-is-lost": Scene(lost_label_studio, TroubleKind.SERVICE_SILENT, "Label Studio", hurts=True),
}
"""By the anchor of docs/runbook.md."""
