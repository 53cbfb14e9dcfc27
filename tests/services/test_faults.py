"""A sample of the fault harness: two seeds, one on SQLite and one on PostgreSQL; `make faults` plays it at length."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from adapters.label_studio.task_query import task_page
from adapters.label_studio.tasks import import_tasks
from datastore.ledger import projects, tables
from tests.every_object import every_object
from tests.faults.invariants import Invariants
from tests.faults.pictures import picture, with_metadata
from tests.faults.plan import Service
from tests.faults.session import VERBS, Stage, play, stage
from tests.faults.world import fault_world
from tests.services.conftest import PYTHON
from workbench.settings import ROOT, Settings

FAULTS = 25
"""A round of all verbs meets more than a hundred; fewer than this, and the harness puts nothing in."""


@pytest.fixture(scope="module")
def on(stack: Settings, postgres: str) -> Iterator[Stage]:
    """The proxies before the services."""
    with stage(stack, postgres, PYTHON, ROOT, lanes=1) as found:
        yield found


@pytest.mark.parametrize(("seed", "ledger"), [(1001, Service.POSTGRES), (1002, Service.SQLITE)])
def test_invariants_hold_under_faults(on: Stage, seed: int, ledger: Service) -> None:
    record = play(on, seed, rounds=1, kills=1)
    assert record.ledger == ledger.value
    assert not record.violations, "\n".join(record.violations)
    assert not record.unforeseen, "\n".join(record.unforeseen.values())
    met = {fault.service for fault in record.faults}
    assert len(record.faults) >= FAULTS and {Service.S3.value, Service.LABEL_STUDIO.value, ledger.value} <= met


def test_what_is_broken_is_seen(on: Stage, tmp_path: Path) -> None:
    """Each invariant is broken by hand, and found to be."""
    with fault_world(on.settings, tmp_path, on.env, None) as world:
        bench, lane, invariants = world.bench, on.lanes[0], Invariants(world.bench)
        world.send(random.Random(3), 2)
        on.injector.begin([])
        for verbs in (("ingest", "prelabel", "label"), ("collect", "export")):
            told = lane.end(lane.begin(verbs, world.env))
            assert told.code == 0, told.results
            world.annotate()
        lane.end(lane.begin(VERBS, world.env))
        expected = {key: item.sha256 for key, item in world.sent.items()}
        assert not invariants.at_rest(expected), invariants.at_rest(expected)

        settings = bench.settings
        [project] = [row.project_id for row in projects.project_rows(bench.ledger) if row.project_id]
        task = task_page(bench.label_studio, project, []).tasks[0]
        import_tasks(bench.label_studio, project, [{"data": task["data"]}])
        bench.objects.put(settings.bucket_raw, "spring/lee/unseen.jpg", b"unseen")
        canonical = every_object(bench.objects, settings.bucket_images)[0]
        bench.objects.put(settings.bucket_images, canonical.key, with_metadata(picture(1)))
        released = every_object(bench.objects, settings.bucket_datasets)
        bench.objects.delete(settings.bucket_datasets, next(raw.key for raw in released if "labels-" in raw.key))
        with bench.ledger.write() as connection:
            connection.execute(delete(tables.annotations))
        found = {item.invariant for item in [*invariants.at_rest(expected), *invariants.at_any_moment()]}
        assert found >= {"I1", "I2", "I3", "I5", "I6", "I7", "D4"}, found
