"""A second Label Studio on a copy of the stack's data, as after a restore: ready in seconds, where a fresh one takes a minute.

It goes on from the numbers of the copy: what a ledger saw made since is not there, and its numbers come again.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from apps.stack import label_studio
from saegim.settings import home
from workbench.settings import Settings


@dataclass(frozen=True)
class Copy:
    """The data of a Label Studio at one moment, with all accounts and tokens."""

    folder: Path


def copy_of_the_stacks(folder: Path) -> Copy:
    """What the stack's Label Studio holds now."""
    folder.mkdir()
    made = Copy(folder)
    there = home() / "stack" / "label-studio"
    (folder / ".env").write_bytes((there / ".env").read_bytes())
    with contextlib.closing(sqlite3.connect(there / "label_studio.sqlite3", timeout=60)) as source, \
            contextlib.closing(sqlite3.connect(folder / "label_studio.sqlite3")) as target:
        source.backup(target)
    return made


@contextlib.contextmanager
def started(copy: Copy, settings: Settings) -> Iterator[str]:
    """A Label Studio on a copy; its address. It takes the same token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "LABEL_STUDIO_BASE_DATA_DIR": str(copy.folder), "COLLECT_ANALYTICS": "False", "SENTRY_DSN": "",
           "FRONTEND_SENTRY_DSN": "", "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true", "S3_ENDPOINT": settings.s3_endpoint or ""}
    with (copy.folder / "log").open("wb") as log:
        process = subprocess.Popen([
            label_studio.environment() / "bin" / "label-studio", "start", "--no-browser", "--internal-host", "127.0.0.1",
            "--port", str(port)], env=env, stdout=log, stderr=log, cwd=copy.folder)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            assert process.poll() is None, (copy.folder / "log").read_text(encoding="utf-8")[-2000:]
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/health", timeout=3).status_code == 200:
                    break
            time.sleep(0.3)
        yield url
    finally:
        process.terminate()
        process.wait(30)
