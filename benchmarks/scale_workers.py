"""Four workers beside one on PostgreSQL, each with half a core: what they do in a second, and that they leave the same."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from more_itertools import chunked
from rich.progress import track
from sqlalchemy import func, select

from benchmarks.figures import Figure
from benchmarks.half_cores import pinned
from benchmarks.postgres import new_database, postgres
from benchmarks.signs import Sign, sign
from benchmarks.store import workbench
from datastore.ledger import Ledger
from datastore.ledger.tables import arrivals, images, readings, submissions
from datastore.objects import ObjectStore
from workbench.bench import Workbench
from workbench.ingest.take_in import take_in
from workbench.settings import ROOT

INGESTED = int(os.environ.get("SAEGIM_BENCH_WORKERS_INGEST", "1600"))
READ = int(os.environ.get("SAEGIM_BENCH_WORKERS_PRELABEL", "320"))
CORES = float(os.environ.get("SAEGIM_BENCH_CORES", "0.5"))
"""Of each worker."""
WORKERS = 4
PHOTOGRAPH, SMALL = Sign(1632, 1224), Sign(640, 480, turned=False)
MODEL = "ppocr-v6-small"
EVERY = 0.25
"""Seconds between two questions how far they are."""
BATCH = 100


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of a verb by so many workers: until all was decoded or read, and until the last worker had ended."""

    first: float
    whole: float


def ingesting() -> list[Figure]:
    """Ingest by one worker, then by four, each time into a database of its own."""
    what = f"{INGESTED:,} photographs of {PHOTOGRAPH.width} × {PHOTOGRAPH.height}"
    with _benches() as (benches, folder):
        _send(benches[0], INGESTED, PHOTOGRAPH)
        one, four = (_took(bench, "ingest", workers, _undecoded, folder)
                     for bench, workers in zip(benches, (1, WORKERS), strict=True))
        return [_faster(f"decoding {what}: four workers beside one, {CORES:g} of a core each", INGESTED, one.first, four.first,
                        3.0),
                _faster("… the whole of ingest", INGESTED, one.whole, four.whole, 2.5), _same("… its ledger", *benches)]


def reading() -> list[Figure]:
    """Prelabel likewise, of what was taken in before."""
    with _benches() as (benches, folder):
        _send(benches[0], READ, SMALL)
        for bench in benches:
            take_in(bench)
        one, four = (_took(bench, "prelabel", workers, _unread, folder)
                     for bench, workers in zip(benches, (1, WORKERS), strict=True))
        return [_faster(f"prelabelling {READ:,} pictures of {SMALL.width} × {SMALL.height}: four workers beside one", READ,
                        one.first, four.first, 3.0), _same("… its ledger", *benches)]


@contextlib.contextmanager
def _benches() -> Iterator[tuple[list[Workbench], Path]]:
    """Two workbenches with the same buckets, each with an empty PostgreSQL database of its own, and a folder."""
    with workbench() as opened, postgres() as server, tempfile.TemporaryDirectory(prefix="saegim-bench-") as folder:
        ObjectStore(opened.settings).ensure_buckets(["models"])
        benches = []
        for name in ("by_one", "by_four"):
            url = new_database(server, name)
            Ledger(url).migrate()
            benches.append(Workbench(opened.settings.model_copy(update={"ledger_url": url, "model": MODEL})))
        yield benches, Path(folder)


def _send(bench: Workbench, count: int, like: Sign) -> None:
    for batch in track(list(chunked(range(count), BATCH)), "photographs are made", transient=True):
        bench.objects.put_many(bench.settings.bucket_raw, (
            (f"demo/사람{number % 7}/{number:05}.jpg", sign(number, like), "image/jpeg") for number in batch))


def _took(bench: Workbench, verb: str, workers: int, left: Callable[[Ledger], int], home: Path) -> Took:
    """Starts so many workers at once and waits for them."""
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(_worker(bench, verb, stack.enter_context(pinned(CORES)), home / f"{verb}{number}.log"))
                   for number in range(workers)]
        for process in started:
            assert process.stdout and process.stdout.readline() == "ready\n", "a worker did not start"
        began, first = time.perf_counter(), 0.0
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        while any(process.poll() is None for process in started):
            time.sleep(EVERY)
            if not first and left(bench.ledger) == 0:
                first = time.perf_counter() - began
        whole = time.perf_counter() - began
        for process in started:
            assert process.returncode == 0, f"a worker ended with {process.returncode}: {sorted(home.glob('*.log'))}"
        return Took(first or whole, whole)


@contextlib.contextmanager
def _worker(bench: Workbench, verb: str, group: Path, log: Path) -> Iterator[subprocess.Popen[str]]:
    """A process with the settings of a workbench in its environment."""
    settings = bench.settings
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SAEGIM_", "PREFECT_"))} | {
        "SAEGIM_HOME": str(log.parent / "home"), "PYTHONPATH": str(ROOT), "SAEGIM_LEDGER_URL": settings.ledger_url,
        "SAEGIM_S3_ENDPOINT": str(settings.s3_endpoint), "SAEGIM_MODEL": settings.model,
        **{f"SAEGIM_{name.upper()}": secret.get_secret_value() for name in ("s3_access_key", "s3_secret_key")
           if (secret := getattr(settings, name))}}
    python = ROOT / ".venv" / "bin" / "python"
    with log.open("w") as errors:
        process = subprocess.Popen([python, "-m", "benchmarks.scale_worker", verb, group], cwd=ROOT, env=env, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()


def _undecoded(ledger: Ledger) -> int:
    """How many photographs are neither decoded nor settled, as one statement sees it: a worker settles meanwhile."""
    decoded = select(func.count()).select_from(arrivals).where(arrivals.c.decoded.is_not(None)).scalar_subquery()
    settled = select(func.count()).select_from(submissions).scalar_subquery()
    with ledger.read() as connection:
        return INGESTED - (connection.scalar(select(decoded + settled)) or 0)


def _unread(ledger: Ledger) -> int:
    with ledger.read() as connection:
        there, read = (connection.scalar(select(func.count()).select_from(table)) or 0 for table in (images, readings))
    return there - read


def _faster(name: str, count: int, one: float, four: float, target: float) -> Figure:
    return Figure(name, f"{count / four:.1f} images/s ({four:.1f} s)", f"{count / one:.1f} images/s ({one:.1f} s)",
                  f"{one / four:.2f}", f"≥ {target:g} ×", one / four >= target)


def _same(name: str, one: Workbench, four: Workbench) -> Figure:
    same = _left(one.ledger) == _left(four.ledger)
    return Figure(name, "equal" if same else "differs", "one worker's", "", "equal", same)


def _left(ledger: Ledger) -> tuple[list[Any], ...]:
    """What a verb left behind, without clocks."""
    with ledger.read() as connection:
        return (
            [*connection.execute(select(submissions.c.key, submissions.c.outcome, submissions.c.reason, submissions.c.image_id,
                                        submissions.c.duplicate_of).order_by(submissions.c.key))],
            [*connection.execute(select(images.c.image_id, images.c.cluster_id, images.c.represents)
                                 .order_by(images.c.image_id))],
            [*connection.execute(select(readings.c.reading_id, readings.c.image_id, readings.c.regions)
                                 .order_by(readings.c.reading_id))])
