"""The process that runs are forked from, and what a run does: one verb after the other, with faults that it puts in itself."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing import forkserver, resource_tracker
from typing import Any

from saegim import patience
from saegim.errors import ReleaseNotFound, StorageUnavailable
from saegim.failures import in_words, is_ours
from saegim.pull import pull
from saegim.releases import Releases
from schemas.errors import Transient
from tests.faults import hurry, naive
from tests.faults.own_faults import OwnFaults
from workbench.bench import Workbench
from workbench.collect.bring_home import bring_home
from workbench.evaluate.measure import measure
from workbench.evaluate.question import Question
from workbench.export.release import release_dataset
from workbench.ingest.take_in import take_in
from workbench.label.top_up import top_up
from workbench.prelabel.read_images import read_images, read_these
from workbench.run import Alone
from workbench.score import count_points
from workbench.settings import load_settings

LATE_IMPORTS = ("boto3", "onnxruntime", "cv2", "pandas", "matplotlib")
__all__ = ["hurry", "serve"]


def _pull(bench: Workbench) -> None:
    with contextlib.suppress(ReleaseNotFound):
        pull(bench.settings.dataset, os.environ["FAULTS_PULL_TO"], Releases(bench.settings))


VERBS: dict[str, Callable[[Workbench], Any]] = {
    "ingest": take_in, "prelabel": read_images, "label": top_up, "collect": bring_home, "export": release_dataset,
    "evaluate": lambda bench: measure(bench, Question(), read_these), "score": count_points, "pull": _pull}


def serve() -> None:
    """Forks a process for each order, which obeys it."""
    pipe = sys.argv[1]
    for name in LATE_IMPORTS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    resource_tracker.ensure_running()
    forkserver.set_forkserver_preload(["tests.faults.hurry", "workbench.ingest.decoders"])
    forkserver.ensure_running()
    server: Any = forkserver._forkserver
    print(server._forkserver_pid, flush=True)
    assert threading.active_count() == 1
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            server.ensure_running = lambda: None  # it is the parent's, and lives
            try:
                _obey(order, os.open(pipe, os.O_WRONLY))
            finally:
                os._exit(2)  # where nobody listens any more: threads of a run are not waited for
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _obey(order: dict[str, Any], pipe: int) -> None:
    """Is the run; never returns."""
    os.environ.update(order["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def tell(what: dict[str, Any]) -> None:
        os.write(pipe, json.dumps(what).encode() + b"\n")

    _limit_files(order["file_limit"], tell)
    OwnFaults(order["own"], tell).put_in()
    verbs: dict[str, Callable[[Workbench], Any]] = naive.VERBS if order["pipeline"] == "naive" else VERBS
    good = True
    for verb in order["verbs"]:
        began = time.monotonic()
        try:
            report = _played(verbs[verb], order["pipeline"])
            failed = [in_words(error)[:300] for error in getattr(report, "failed", [])]
            result = {"verb": verb, "ok": not failed, "error": failed[0] if failed else "", "kind": "failed" if failed else "",
                      "counts": {name: count for name, count in report.counts.items() if count} if report is not None else {},
                      "notes": report.notes[:4] if report is not None else []}
        except Exception as error:
            foreseen = is_ours(error) or isinstance(error, OSError)
            result = {"verb": verb, "ok": False, "error": in_words(error)[:400], "kind": type(error).__name__, "counts": {},
                      "unforeseen": "" if foreseen else "".join(traceback.format_exception(error))[-1800:]}
        good = good and bool(result["ok"])
        tell({"result": {**result, "seconds": round(time.monotonic() - began, 3)}})
    sys.stdout.flush()
    os._exit(0 if good else 1)


def _played(verb: Callable[[Workbench], Any], pipeline: str) -> Any:
    """Runs a verb as its flow does, which begins it again where an error may pass (flows/endings.py); the naive one as it is."""
    if pipeline == "naive":
        return verb(Workbench(load_settings(), Alone()))
    with patience.unattended():
        return patience.ride_out(lambda: verb(Workbench(load_settings(), Alone())), (Transient, StorageUnavailable))


def _limit_files(limit: int, tell: Callable[[dict[str, Any]], None]) -> None:
    """No file may grow beyond so many bytes: what a disk does that is full, but that small files still fit."""
    if limit < 0:
        return
    told: list[bool] = []

    def full(_number: int, _frame: Any) -> None:
        if not told:
            told.append(True)
            tell({"injected": ["the machine", limit, "FILE_LIMIT", "a write"]})

    signal.signal(signal.SIGXFSZ, full)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


