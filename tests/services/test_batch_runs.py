"""Batch runs on a Prefect server with three workers: all take part, one is killed, and the ledger is that of one worker."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
import pysqlite3.dbapi2 as pysqlite
import pytest

from datastore.ledger import runs, unclaimed
from schemas.runs import RunState, VerbRun
from tests.services.conftest import PATIENCE, World, new_world
from tests.services.test_ingest import BUCKET, document, jpeg, state
from tests.services.test_prelabel import read_by_models
from tests.tiny_bundle import write_bundle
from workbench.settings import ROOT, Settings

T = TypeVar("T")
PICTURES = 260
WORKERS = 3
VERBS = ("ingest", "ingest_batch", "prelabel", "prelabel_batch")


@dataclass
class Cluster:
    """A Prefect server with workers, each of which takes one run at a time, in a world of their own."""

    world: World
    api: httpx.Client
    deployments: dict[str, str]

    def start(self, verb: str) -> str:
        """Has a deployment run. Returns the run's id."""
        made = self.api.post(f"deployments/{self.deployments[verb]}/create_flow_run", json={}).raise_for_status()
        return str(made.json()["id"])

    def noted(self, verb: str) -> list[VerbRun]:
        """Runs of a verb that the ledger knows."""
        found = runs.runs_since(self.world.bench.ledger, datetime.now(UTC) - timedelta(days=1))
        return [run for run in found if run.verb == verb]

    def at_work(self) -> int:
        """How many runs are due or at work for Prefect."""
        return len(self.api.post("flow_runs/filter", json={"flow_runs": {"state": {"type": {
            "any_": ["SCHEDULED", "PENDING", "RUNNING"]}}}}).raise_for_status().json())

    def holders(self, kind: str) -> set[int]:
        """Processes that hold work of a kind."""
        return {int(holder.split(":")[1]) for holder in unclaimed.holders(self.world.bench.ledger, kind)}


def until(ask: Callable[[], T], what: str) -> T:
    """The first answer that is one."""
    end = time.monotonic() + 2 * PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < end, f"still no {what}"
        time.sleep(0.05)
    return answer


def pid_of(run: VerbRun) -> int:
    return int(run.holder.split(":")[1])


def suspend_between_writes(process: psutil.Process, world: World) -> None:
    """Stops a process for a while; not while it has the lock of SQLite, for which all others would wait."""
    path = world.env["SAEGIM_LEDGER_URL"].removeprefix("sqlite:///")
    while True:
        process.suspend()
        try:
            with contextlib.closing(pysqlite.connect(path, timeout=0.1)) as ledger:
                ledger.execute("begin immediate")
            return
        except pysqlite.OperationalError:
            process.resume()
            time.sleep(0.1)


@contextmanager
def server(folder: Path, database: str) -> Iterator[dict[str, str]]:
    """A Prefect server on PostgreSQL, as a team has it; what its clients have in their environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "PREFECT_HOME": str(folder), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
           "PREFECT_API_DATABASE_CONNECTION_URL": database.replace("postgresql://", "postgresql+asyncpg://"),
           "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_WORKER_QUERY_SECONDS": "2"}
    env.pop("PREFECT_API_AUTH_STRING", None)
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
        try:
            until(lambda: answers(env["PREFECT_API_URL"]), "Prefect server")
            yield env
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=3).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


@pytest.fixture(scope="module")
def cluster(stack: Settings, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server and three workers of one pool."""
    folder = tmp_path_factory.mktemp("cluster")
    world = new_world(stack, f"sqlite:///{folder / 'ledger.db'}")
    world.run("models", "push", str(write_bundle(folder / "tiny", min_score=0)))
    world.env["SAEGIM_MODEL"] = "tiny@1"
    with server(folder, postgres) as env, httpx.Client(base_url=env["PREFECT_API_URL"], timeout=PATIENCE) as api:
        api.post("work_pools/", json={"name": "all", "type": "process"}).raise_for_status()
        deployments = {}
        for verb in VERBS:
            name = verb.replace("_", "-")
            flow = api.post("flows/", json={"name": name}).raise_for_status().json()["id"]
            deployments[name] = api.post("deployments/", json={
                "name": name, "flow_id": flow, "entrypoint": f"flows/{verb}.py:{verb}", "work_pool_name": "all",
                "pull_steps": [{"apps.stack.checkout.enter_checkout": {}}]}).raise_for_status().json()["id"]
        with (folder / "workers.log").open("wb") as log:
            command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "all", "--type", "process", "--limit", "1"]
            workers = [subprocess.Popen([*command, "--name", f"worker {number}"], cwd=ROOT, stdout=log, stderr=log,
                                        env={**env, **world.env, "PYTHONPATH": str(ROOT)}) for number in range(WORKERS)]
            until(lambda: len(api.post("work_pools/all/workers/filter", json={}).json()) == WORKERS, "workers")
            yield Cluster(world, api, deployments)
            for worker in workers:  # nothing of theirs is needed any more, and one that starts a run waits for that
                worker.kill()
            for worker in workers:
                worker.wait(PATIENCE)


@pytest.fixture(scope="module")
def files() -> list[tuple[str, bytes, str]]:
    """Receipts, some of them sent again, smaller."""
    pictures = [document(number) for number in range(PICTURES)]
    sent = [(f"demo/p{number % 7}/{number}.jpg", jpeg(picture, 85), "image/jpeg") for number, picture in enumerate(pictures)]
    return sent + [(f"demo/q/copy {number}.jpg", jpeg(pictures[number].resize((310, 450)), 70), "image/jpeg")
                   for number in range(0, PICTURES, 20)]


def test_all_workers_decode_and_one_that_is_killed_changes_nothing(stack: Settings, cluster: Cluster, tmp_path: Path,
                                                                  files: list[tuple[str, bytes, str]]) -> None:
    world = cluster.world
    world.bench.objects.put_many(world.env[BUCKET], files)
    parent_id = cluster.start("ingest")
    [parent] = until(lambda: [run for run in cluster.noted("ingest") if run.run_id == parent_id], "ingest")
    until(lambda: pid_of(parent) in cluster.holders("ingest"), "claim of its own")
    until(lambda: cluster.at_work() == WORKERS, "batch runs")
    stopped = psutil.Process(pid_of(parent))  # else it might be done before the others have begun
    suspend_between_writes(stopped, world)
    try:
        until(lambda: len(cluster.holders("ingest")) == WORKERS, "piece of work for each worker")
        victim, other = cluster.noted("ingest-batch")
        assert {victim.parent, other.parent} == {parent_id}
        os.kill(pid_of(victim), signal.SIGKILL)
    finally:
        stopped.resume()
    until(lambda: not cluster.at_work(), "end of all runs")
    [parent] = [run for run in cluster.noted("ingest") if run.run_id == parent_id]
    assert parent.state is RunState.COMPLETED
    assert "batch runs helped" in " ".join(parent.notes)
    assert {run.run_id: run.state for run in cluster.noted("ingest-batch")}[other.run_id] is RunState.COMPLETED

    one = new_world(stack, f"sqlite:///{tmp_path / 'one.db'}")
    one.bench.objects.put_many(one.env[BUCKET], files)
    one.flow("ingest")
    assert state(world) == state(one)
    tasks = cluster.api.post("task_runs/count", json={}).json()
    assert tasks <= 2 * WORKERS + 4  # each run has one of decoding, perhaps one for what the killed one left, and one of settling


def test_what_a_killed_prelabel_leaves_is_read_by_its_batch_runs_and_the_next_run(cluster: Cluster, tmp_path: Path) -> None:
    world = cluster.world
    cluster.start("prelabel")
    until(lambda: len(cluster.noted("prelabel-batch")) >= WORKERS - 1, "batch runs at work")
    [parent] = cluster.noted("prelabel")
    if psutil.pid_exists(pid_of(parent)):
        os.kill(pid_of(parent), signal.SIGKILL)
    until(lambda: not cluster.at_work(), "end of all runs")
    world.flow("prelabel")
    read = read_by_models(world)
    assert len(read) == len({row[0] for row in read}) == PICTURES
    assert world.flow("prelabel").nothing_new
