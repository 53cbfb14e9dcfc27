"""A service that goes away for seconds between two batches, or asks to slow down: each verb waits and comes to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.label_studio.tasks import annotate, open_tasks
from tests.services.conftest import World, new_world, with_shares
from tests.services.test_killed_and_run_again import send
from tests.wire import Wire, wire
from workbench.label.projects import project_of
from workbench.settings import Settings

SECONDS = 1.5
VERBS = ("ingest", "prelabel", "label", "collect", "export", "score")


@pytest.fixture
def wires(stack: Settings, postgres_url: str, tmp_path: Path) -> Iterator[tuple[World, list[Wire]]]:
    """A world that reaches its three services by wires of ours: Label Studio, object storage, PostgreSQL."""
    world = new_world(stack, postgres_url)
    with_shares(world, tmp_path)
    world.env["SAEGIM_MODEL"] = "ppocr-v6-small"
    send(world, 77, 6)
    with ExitStack() as opened:
        found = []
        for name, url in (("SAEGIM_LABEL_STUDIO_URL", stack.label_studio_url), ("SAEGIM_S3_ENDPOINT", stack.s3_endpoint or ""),
                          ("SAEGIM_LEDGER_URL", postgres_url)):
            parts = urlsplit(url)
            found.append(opened.enter_context(wire(parts.hostname or "", parts.port or 0)))
            world.env[name] = url.replace(f"{parts.hostname}:{parts.port}", found[-1].address)
        yield world, found


def test_every_verb_rides_it_out(wires: tuple[World, list[Wire]]) -> None:
    world, found = wires
    went_out = [0, 0, 0]
    for turn, verb in enumerate(VERBS):
        if verb == "collect":
            bench = world.bench
            for task in open_tasks(bench.label_studio, project_of(bench, bench.annotation_config).number):
                annotate(bench.label_studio, task.task_id, task.prediction_result, 9.0, task.prediction_id)
        for number, one in enumerate(found):
            one.cut(4 + turn, SECONDS, busy=bool(turn % 2) and number < 2)  # PostgreSQL knows no 503
        report = world.flow(verb)
        for number, one in enumerate(found):
            went_out[number] += one.outages
            one.cut(0, 0)
        assert not report.nothing_new, (verb, report)
    assert all(went_out), went_out
    while any(one.is_out for one in found):
        time.sleep(0.1)
    for verb in VERBS:  # and nothing was done by halves, or twice
        assert world.flow(verb).nothing_new, verb
