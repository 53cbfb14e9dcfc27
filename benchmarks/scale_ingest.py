"""A hundred thousand tiny images through S3 and ingest under Prefect: time and memory as they go in, and what the server does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import func, select

from apps.stack import supervision
from benchmarks.figures import Figure
from benchmarks.label_studio import stack, workbench
from benchmarks.postgres import new_database, postgres
from benchmarks.tiny_pictures import send_tiny
from benchmarks.watched import Look, Watched, watched
from datastore.ledger import Ledger
from datastore.ledger.tables import runs, submissions
from workbench.bench import Workbench, prefect_of
from workbench.settings import ROOT, Settings

IMAGES = int(os.environ.get("SAEGIM_BENCH_IMAGES", "100000"))
WINDOW = IMAGES // 10
"""Images whose time is taken about the first tenth, and at the end."""
SLOWER, GROWN_BY, GROWN_MB = 1.5, 1.3, 50
"""The most that a time may grow by; memory may by so much, or by so many MB."""
IDLE_SECONDS = 60
MOST_OF_SERVER = 1.0
"""Per cent of wall time that Prefect's server may compute for the run."""
MOST_TASKS = 2000
"""Task runs of a million images."""
OURS = ("ingest", "ingest's child", "prefect-server")
"""Processes whose memory has to stay flat; PostgreSQL and SeaweedFS fill the caches that they are given."""


@dataclass(frozen=True, slots=True)
class Through:
    """What an ingest of all images took.

    Attributes:
        looks: at the processes, as it went on.
        wall: seconds.
        idle: processor time of Prefect's server a second, before.
        tasks: task runs that it had.
        again: seconds of another ingest, that finds nothing new.
    """

    looks: Watched
    wall: float
    idle: float
    tasks: int
    again: float


def run() -> list[Figure]:
    """One ingest of all images on a PostgreSQL ledger, as `saegim run ingest` does it."""
    with stack() as settings, postgres() as server, tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        url = new_database(server, "ingested")
        Ledger(url).migrate()
        bench = Workbench(workbench(settings, Path(folder)).settings.model_copy(update={"ledger_url": url}))
        send_tiny(bench.objects, bench.settings.bucket_raw, "demo", IMAGES)
        through = _ingest(bench, settings, Path(folder))
    return [*_times(through.looks), *_memory(through.looks), *_server(through),
            Figure(f"an ingest that finds nothing new among {IMAGES:,}", f"{through.again:.1f} s")]


def _ingest(bench: Workbench, settings: Settings, folder: Path) -> Through:
    states = supervision.states() or {}
    roots = {name: int(states[name]["pid"]) for name in ("prefect-server", "seaweedfs")}
    with watched(roots, lambda: 0) as quiet:
        time.sleep(IDLE_SECONDS)
    roots["postgresql"] = next(child.pid for child in psutil.Process().children() if child.name() in ("runuser", "postgres"))
    log = folder / "ingest.log"
    with _verb(bench, log) as process, watched({**roots, "ingest": process.pid}, lambda: _settled(bench.ledger)) as looks:
        process.wait()
    assert process.returncode == 0, log.read_text(encoding="utf-8")
    assert _settled(bench.ledger) == IMAGES, f"{_settled(bench.ledger)} of {IMAGES} were settled"
    with bench.ledger.read() as connection:
        flow_runs = list(connection.scalars(select(runs.c.run_id)))
    with prefect_of(settings) as client:
        answer = client.post("task_runs/count", json={"flow_runs": {"id": {"any_": flow_runs}}})
        answer.raise_for_status()
    began = time.perf_counter()
    with _verb(bench, log) as process:
        process.wait()
    return Through(looks, looks.looks[-1].seconds, _spent(quiet.looks[0], quiet.looks[-1], ["prefect-server"]) /
                   quiet.looks[-1].seconds, int(answer.json()), time.perf_counter() - began)


@contextlib.contextmanager
def _verb(bench: Workbench, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`saegim run ingest` on this workbench's buckets and ledger."""
    settings = bench.settings
    env = {**os.environ, "SAEGIM_LEDGER_URL": settings.ledger_url, "SAEGIM_LABEL_STUDIO_S3_ACCESS_KEY": "",
           "SAEGIM_BATCH_RUNS": "0",  # the workers of the stack have its own ledger, not this one
           **{f"SAEGIM_{name.upper()}": getattr(settings, name)
              for name in ("bucket_raw", "bucket_images", "bucket_models", "bucket_datasets")}}
    with log.open("w") as told:
        process = subprocess.Popen([ROOT / ".venv" / "bin" / "saegim", "run", "ingest"], cwd=ROOT, env=env, stdout=told,
                                   stderr=told)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def _settled(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(submissions)) or 0


def _times(looks: Watched) -> list[Figure]:
    """Wall-clock and processor time an image: about the first tenth, and at the end."""
    first = (looks.at(WINDOW // 2), looks.at(WINDOW * 3 // 2))
    last = (looks.at(IMAGES - WINDOW), looks.at(IMAGES))
    names = ["ingest", "ingest's child", "postgresql", "postgresql's child", "seaweedfs"]
    rows = []
    for name, (many, few), target in (
            ("time an image", [_wall(*pair) for pair in (last, first)], SLOWER),
            ("… processor time of ingest, PostgreSQL and SeaweedFS", [_cpu(*pair, names) for pair in (last, first)], SLOWER)):
        rows.append(Figure(f"{name} at {IMAGES:,} beside {WINDOW:,} of one ingest", f"{many * 1e3:.1f} ms", f"{few * 1e3:.1f} ms",
                           f"{many / few:.2f}", f"≤ {target:g} ×", many / few <= target))
    begun, whole = looks.looks[0], looks.looks[-1]
    spent = {name: seconds - begun.cpu.get(name, 0.0) for name, seconds in whole.cpu.items()}
    shares = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in sorted(spent.items(), key=lambda item: -item[1]))
    return [Figure(f"{IMAGES:,} tiny images through S3 and ingest",
                   f"{whole.seconds:,.0f} s, {IMAGES / whole.seconds:.0f} images/s",
                   f"of processors: {shares}", "", "completes", True), *rows]


def _memory(looks: Watched) -> Iterator[Figure]:
    """The most of each process by the first tenth, and ever."""
    by_then = looks.looks.index(looks.at(WINDOW)) + 1
    for name in looks.looks[by_then].megabytes:
        before, most = (max(look.megabytes.get(name, 0.0) for look in some) for some in (looks.looks[:by_then], looks.looks))
        flat = most <= max(before * GROWN_BY, before + GROWN_MB)
        yield Figure(f"memory of {name}, at most", f"{most:,.0f} MB", f"{before:,.0f} MB by {WINDOW:,} images",
                     f"{most / before:.2f}", f"≤ {GROWN_BY:g} × or {GROWN_MB} MB" if name in OURS else "",
                     flat if name in OURS else None)


def _server(through: Through) -> Iterator[Figure]:
    looks = through.looks.looks
    spent = _spent(looks[0], looks[-1], ["prefect-server", "prefect-server's child"])
    above = 100 * (spent / through.wall - through.idle)
    yield Figure("Prefect's server over that run, above its idle use", f"{above:.2f} % of wall time ({spent:.1f} s)",
                 f"{100 * through.idle:.2f} % idle", "", f"≤ {MOST_OF_SERVER:g} %", above <= MOST_OF_SERVER)
    yield Figure("task runs of it", f"{through.tasks:,}, {through.tasks * 1_000_000 / IMAGES:,.0f} a million images", "", "",
                 f"≤ {MOST_TASKS:,} a million", through.tasks * 1_000_000 <= MOST_TASKS * IMAGES)


def _spent(one: Look, other: Look, names: list[str]) -> float:
    return sum(other.cpu.get(name, 0.0) - one.cpu.get(name, 0.0) for name in names)


def _wall(one: Look, other: Look) -> float:
    return (other.seconds - one.seconds) / max(other.done - one.done, 1)


def _cpu(one: Look, other: Look, names: list[str]) -> float:
    return _spent(one, other, names) / max(other.done - one.done, 1)
