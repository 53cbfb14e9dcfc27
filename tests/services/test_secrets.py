"""No password, key, token or signed address is in a log, an artifact, a task, a page, a release or a process's arguments."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from apps.stack import supervision
from apps.stack.state import read_access
from datastore.ledger.engine import file_of
from datastore.ledger.projects import project_rows
from tests.every_object import every_object
from workbench.bench import Workbench, prefect_of
from workbench.settings import Settings

PAGE = 200
SIGNED = (b"X-Amz-Signature=", b"X-Amz-Credential=")
"""Of addresses by which anybody has an object for a while."""
Found = Iterator[tuple[str, bytes]]


@pytest.fixture(scope="module")
def secrets(stack: Settings) -> dict[str, bytes]:
    """All that nobody may read, by what it is, as it is written and as headers carry it."""
    access = read_access()
    assert access is not None
    found = {name: value.encode() for name, value in access.env.items()
             if name.endswith(("_KEY", "_SECRET", "_TOKEN", "_PASSWORD", "_STRING")) and not name.endswith("_ACCESS_KEY")}
    found["Prefect's password"] = access.prefect_auth.partition(":")[2].encode()
    found["Prefect's header"] = base64.b64encode(access.prefect_auth.encode())
    assert len(found) >= 8 and all(len(value) >= 12 for value in found.values())
    return found


def logs(_bench: Workbench) -> Found:
    """Of services, of supervision, and of runs that failed."""
    for folder in ("stack/logs", "errors"):
        for path in sorted(Path(os.environ["SAEGIM_HOME"], folder).rglob("*")):
            if path.is_file():
                yield str(path), path.read_bytes()


def prefect(bench: Workbench) -> Found:
    """What runs said and showed, what they were started with, events, and settings that are kept there."""
    with prefect_of(bench.settings) as client:
        for kind in ("logs", "artifacts", "flow_runs", "task_runs", "deployments", "automations", "variables", "work_pools"):
            for number, text in enumerate(_all_of(client, kind)):
                yield f"Prefect's {kind}, page {number}", text
        yield "Prefect's events", client.post("events/filter", json={"limit": 50}).content


def _all_of(client: httpx.Client, kind: str) -> Iterator[bytes]:
    offset = 0
    while True:
        answer = client.post(f"{kind}/filter", json={"limit": PAGE, "offset": offset})
        assert answer.is_success, (kind, answer.text)
        yield answer.content
        if len(answer.json()) < PAGE:
            return
        offset += PAGE


def tasks(bench: Workbench) -> Found:
    """The ledger's projects in Label Studio, with their storages and all that their tasks hold."""
    session = bench.label_studio
    for number in [row.number for row in project_rows(bench.ledger)]:
        for path in (f"api/projects/{number}", f"api/storages?project={number}",
                     f"api/tasks?project={number}&fields=all&page_size=500"):
            yield path, session.request(path).content


def processes(_bench: Workbench) -> Found:
    """Arguments, which everybody on the machine reads."""
    for process in supervision.stack_processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            yield f"process {process.name()}", " ".join(process.cmdline()).encode()


def objects(bench: Workbench) -> Found:
    """Releases, evaluations, reports; pictures are made of pixels alone (invariant I6)."""
    for bucket in (bench.settings.bucket_datasets, bench.settings.bucket_images, bench.settings.bucket_models):
        for raw in every_object(bench.objects, bucket):
            if raw.size < 20_000_000 and not raw.key.endswith((".jpg", ".png", ".onnx")):
                yield f"{bucket}/{raw.key}", bench.objects.get(bucket, raw.key)


def ledger(bench: Workbench) -> Found:
    """All rows."""
    path = file_of(bench.settings.ledger)
    assert path is not None
    for file in sorted(path.parent.glob(f"{path.name}*")):
        yield str(file), file.read_bytes()


def pages(bench: Workbench) -> Found:
    """What a stranger sees of the portal and of the servers behind it."""
    settings = bench.settings
    for url in (settings.portal_url, f"{settings.portal_url}/try", f"{settings.portal_url}/log-in",
                f"{settings.label_studio_url}/user/login/", settings.prefect_api_url.removesuffix("/api"),
                f"{settings.prefect_api_url}/admin/settings"):
        answer = httpx.get(url, timeout=30, follow_redirects=True)
        yield url, answer.content + str(answer.headers).encode()


@pytest.mark.parametrize(("place", "known"), [
    (logs, b"ppocr-korean"), (prefect, b"full-cycle"), (tasks, b"fileuri="), (processes, b"label-studio"),
    (objects, b"scene_text"), (ledger, b"person:"), (pages, b"<html"),
])
def test_no_secret_is_where_others_read(stack: Settings, demo: str, secrets: dict[str, bytes],
                                        place: Callable[[Workbench], Found], known: bytes) -> None:
    bench = Workbench(stack)
    seen, found = 0, []
    for where, text in place(bench):
        seen += known in text
        found += [f"{name} in {where}" for name, secret in secrets.items() if secret in text]
        if place is not pages:
            found += [f"a signed address in {where}" for mark in SIGNED if mark in text]
    assert seen, "nothing of what is known to be there was found: the search is blind"
    assert not found


def test_what_the_demo_prints_has_the_log_ins_of_people_and_no_other(demo: str, secrets: dict[str, bytes]) -> None:
    told: Any = {name for name, secret in secrets.items() if secret.decode() in demo}
    assert told <= {"SAEGIM_LABEL_STUDIO_PASSWORD", "PREFECT_API_AUTH_STRING", "Prefect's password"}
