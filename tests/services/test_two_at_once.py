"""Two runs of each verb at once do no harm, and runs that are late give way to the newest: no limit of Prefect's is needed."""

import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.label_studio.tasks import annotate, open_tasks, tasks_after
from datastore.ledger import projects
from datastore.ledger.tables import accepted_readings, annotations, evaluations, point_entries, readings, submissions
from datastore.ledger.tables import tasks as task_table
from datastore.releases import newest
from schemas.label_tasks import SUBJECT
from schemas.points import PHOTOGRAPH
from tests import accepted_images
from tests.services.conftest import SAEGIM, World, new_world, with_shares
from tests.services.test_ingest import BUCKET, document, jpeg
from workbench.bench import prefect_of
from workbench.settings import ROOT, Settings

PICTURES = 6


def at_once(world: World, verb: str) -> list[str]:
    """What two runs of a verb say that begin together, each started as a shell starts it."""
    running = [subprocess.Popen([SAEGIM, "run", verb], cwd=ROOT, env={**os.environ, **world.env, "COLUMNS": "200"},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    return said


def count(world: World, table: Any) -> int:
    with world.bench.ledger.read() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_two_runs_of_each_verb_at_once(stack: Settings, tmp_path: Path) -> None:
    world = new_world(stack, f"sqlite:///{tmp_path / 'ledger.db'}")
    with_shares(world, tmp_path)
    world.env["SAEGIM_BATCH_SIZE"] = "2"
    world.bench.objects.put_many(world.env[BUCKET], [
        (f"demo/사람{number % 3}/{number}.jpg", jpeg(document(number)), "image/jpeg") for number in range(PICTURES)])

    at_once(world, "ingest")
    with world.bench.ledger.read() as connection:
        assert list(connection.scalars(select(submissions.c.outcome))) == ["accepted"] * PICTURES
    at_once(world, "prelabel")
    assert count(world, readings) == PICTURES
    at_once(world, "label")
    bench = world.bench
    [project] = [row.project_id for row in projects.project_rows(bench.ledger) if row.project_id]
    there = [task.subject for task in tasks_after(bench.label_studio, project, 0, SUBJECT)]
    assert len(there) == len(set(there)) == PICTURES == count(world, task_table)
    for task in open_tasks(bench.label_studio, project):
        annotate(bench.label_studio, task.task_id, task.prediction_result, 5.0, task.prediction_id)
    at_once(world, "collect")
    assert (count(world, annotations), count(world, accepted_readings)) == (PICTURES, PICTURES)
    said = at_once(world, "export")
    assert sum(f"{PICTURES} samples in a new release" in one for one in said) == 1  # the other one says who published it
    assert sum("nothing new" in one and "scene-text@1 is up to date" in one for one in said) == 1
    manifest = newest(bench.objects, world.env["SAEGIM_BUCKET_DATASETS"], "scene-text")
    assert manifest and (manifest.number, sum(manifest.splits.values())) == (1, PICTURES)
    at_once(world, "evaluate")
    assert count(world, evaluations) == 1
    at_once(world, "score")
    with world.bench.ledger.read() as connection:
        of_photographs = select(func.sum(point_entries.c.final)).where(point_entries.c.rule == PHOTOGRAPH)
        assert connection.scalar(of_photographs) == 10 * PICTURES
    for verb in ("ingest", "prelabel", "label", "collect", "export", "evaluate", "score"):
        assert world.flow(verb).nothing_new, verb


def test_of_two_exports_at_once_one_reports_the_release(world: World) -> None:
    for number in range(1, 3):
        accepted_images.put(world.bench, number)
        said = at_once(world, "export")
        new, other = sorted(said, key=lambda one: "nothing new" in one)
        assert f"{number} samples in a new release" in new and "nothing new" not in new
        assert f"scene-text@{number} is up to date" in other


def test_no_deployment_has_a_limit_of_prefects(stack: Settings) -> None:
    with prefect_of(stack) as client:
        found = client.post("deployments/filter", json={}).json()
    assert len(found) >= 9
    assert {(item["concurrency_limit"], item["global_concurrency_limit"]) for item in found} == {(None, None)}


def test_late_runs_give_way_to_the_newest(stack: Settings) -> None:
    """As after a night without a worker: all runs that are due wait for it, and one does the work of all."""
    with prefect_of(stack) as client:
        deployment = client.get("deployments/name/collect/collect").json()["id"]
        now = datetime.now(UTC)
        made = [client.post(f"deployments/{deployment}/create_flow_run", json={
            "name": f"late {minutes}", "state": {"type": "SCHEDULED", "state_details": {
                "scheduled_time": (now - timedelta(minutes=minutes)).isoformat()}}}).json() for minutes in (9, 6, 3)]
        states = {}
        for _ in range(300):
            states = {run["name"]: client.get(f"flow_runs/{run['id']}").json()["state"]["type"] for run in made}
            if not set(states.values()) & {"SCHEDULED", "PENDING", "RUNNING"}:
                break
            time.sleep(1)
        assert states == dict.fromkeys(("late 9", "late 6", "late 3"), "COMPLETED")

        def gave_way(run: dict[str, str]) -> list[str]:
            logs = client.post("logs/filter", json={"logs": {"flow_run_id": {"any_": [run["id"]]}}}).json()
            return [log["message"] for log in logs if "the newer run" in log["message"]]

        oldest, middle, last = made
        until = time.monotonic() + 300
        while not gave_way(oldest) and time.monotonic() < until:  # logs come to the server some seconds behind
            time.sleep(1)
        assert gave_way(oldest)
        assert not any("late" in message for message in gave_way(last))
        assert all("late 3" in message or "late" not in message for message in gave_way(middle))


@pytest.mark.parametrize("verb", ["ingest", "collect"])
def test_a_run_in_a_terminal_gives_way_to_none(world: World, verb: str) -> None:
    assert not [note for note in world.flow(verb).notes if "newer run" in note]
