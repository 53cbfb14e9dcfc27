"""Exactly one task a subject, whatever fails on the way to Label Studio (invariant I2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.label_studio.tasks import annotate, delete_untouched, import_tasks, tasks_after
from datastore.ledger import outbox
from flows.label import label
from schemas.errors import SaegimError
from schemas.label_tasks import SUBJECT
from tests.faulty import Fault, Faults, before
from tests.read_images import fill
from tests.services.conftest import World, recorded, with_shares
from workbench.label.projects import project_of


@pytest.fixture
def faults(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """Label Studio behind a proxy that fails on demand; flows of this process talk to it."""
    with_shares(world, tmp_path)
    settings = world.bench.settings
    with recorded(settings), before(settings.label_studio_url) as (url, found):
        for name, value in {**world.env, "SAEGIM_LABEL_STUDIO_URL": url, "SAEGIM_SETTLE_SECONDS": "1"}.items():
            monkeypatch.setenv(name, value)
        world.env["SAEGIM_LABEL_STUDIO_URL"] = url
        yield found


def exactly_once(world: World, ids: list[str]) -> None:
    bench = world.bench
    project = project_of(bench, bench.annotation_config)
    there = tasks_after(bench.label_studio, project.number, 0, SUBJECT)
    assert Counter(task.subject for task in there) == dict.fromkeys(ids, 1)
    assert outbox.confirmed(bench.ledger, project.key) == {task.subject: task.task_id for task in there}


def run_label() -> dict[str, int]:
    try:
        return label().counts
    except SaegimError:
        return {}


@pytest.mark.parametrize("fault", Fault)
def test_a_post_that_fails(world: World, faults: Faults, fault: Fault) -> None:
    ids = fill(world.bench.ledger, world.bench.model, 30, regions=3, seed=fault)
    projects_are_made(world)
    faults.set(fault, 1, "POST")
    run_label()
    assert faults.fault is None
    faults.wait()
    again = run_label()
    if fault is Fault.TIMEOUT_LATE:
        assert again["doubles removed"] == len(ids)  # it came after all, after the repeat
    exactly_once(world, ids)
    assert not any(run_label().values())


def projects_are_made(world: World) -> None:
    bench = world.bench
    project_of(bench, bench.annotation_config)


def test_every_request_fails_once(world: World, faults: Faults) -> None:
    ids: list[str] = []
    at = 0
    while faults.fault is None:
        at += 1
        ids += fill(world.bench.ledger, world.bench.model, 3, regions=2, seed=f"request {at}")
        faults.set((Fault.RESET_AFTER, Fault.RESET_BEFORE)[at % 2], at)
        run_label()
    faults.fault = None
    assert any("import" in request for request in faults.seen)
    run_label()
    exactly_once(world, ids)


def test_what_somebody_deleted_or_imported_by_hand(world: World, faults: Faults) -> None:
    ids = fill(world.bench.ledger, world.bench.model, 5, regions=2, seed="by hand")
    run_label()
    bench = world.bench
    project = project_of(bench, bench.annotation_config)
    there = outbox.confirmed(bench.ledger, project.key)
    assert delete_untouched(bench.label_studio, project.number, there[ids[0]])
    import_tasks(bench.label_studio, project.number, [
        {"data": {"image": "s3://x/y.jpg", SUBJECT: ids[1]}}, {"data": {"image": "s3://x/z.jpg", SUBJECT: "a stranger"}},
        {"data": {"image": "s3://x/1.jpg"}}, {"data": {"image": "s3://x/2.jpg"}}])
    newest = max(there.values())
    doubles = tasks_after(bench.label_studio, project.number, newest, SUBJECT)
    [double] = [task.task_id for task in doubles if task.subject == ids[1]]
    annotate(bench.label_studio, double, [], 1.0, None)  # somebody has worked on the double: it is the one that stays
    counts = run_label()
    assert (counts["pushed again"], counts["doubles removed"]) == (1, 1)
    listed = tasks_after(bench.label_studio, project.number, 0, SUBJECT)
    found = {task.subject: task.task_id for task in listed}
    assert found.keys() == {*ids, "a stranger", "None"}
    assert len(listed) == len(ids) + 3  # what somebody imported by hand is left alone
    assert found[ids[1]] == double
    assert outbox.confirmed(bench.ledger, project.key) == {name: task for name, task in found.items() if name in ids}
