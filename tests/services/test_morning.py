"""The morning on real services: what they tell, and that one which is gone hides nothing else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from schemas.morning import TroubleKind
from schemas.runs import RunState
from tests.read_images import fill
from tests.services.conftest import World
from workbench.bench import Workbench
from workbench.morning.look import look
from workbench.morning.services import LABEL_STUDIO, PREFECT, STORAGE
from workbench.verb_runs import begin_run, end_run

NOWHERE = "http://127.0.0.1:9"
"""Nobody listens at the port of *discard*."""


def test_the_morning_of_a_real_stack(world: World) -> None:
    """Whether something needs hands is the same in the look and in the terminal; what is gone is told, and hides nothing."""
    bench = world.bench
    ledger = bench.ledger
    fill(ledger, bench.model, 3, regions=2, seed="morning")
    run = begin_run(ledger, "run-of-the-night", "prelabel", "brave-otter")
    end_run(ledger, run, RunState.FAILED, error="Made to fail.")

    seen = look(bench, datetime.now(UTC))
    assert seen.answering == {STORAGE: True, LABEL_STUDIO: True, PREFECT: True}
    assert seen.model and seen.model.startswith(f"{bench.model}@")  # and its version
    assert seen.prefect is not None and seen.prefect.oldest_event_at is not None and not seen.prefect.fires
    assert seen.prefect.oldest_event_at < seen.at + timedelta(minutes=1)
    assert seen.prefect.database_bytes is None or seen.prefect.database_bytes > 100_000
    assert {item.verb: item.waits.items for item in seen.verbs if item.waits}["label"] == 3
    assert [item.kind for item in seen.troubles] == [TroubleKind.SCHEDULES_OFF, TroubleKind.RUN_FAILED]
    assert seen.free and seen.free[0].free_bytes > 0

    shown = world.command("status", check=False)
    assert shown.returncode == 1
    assert "2 things need you" in shown.stdout and "The last run of prelabel failed: Made to fail." in shown.stdout

    settings = bench.settings.model_copy(update={
        "label_studio_url": NOWHERE, "prefect_api_url": f"{NOWHERE}/api", "s3_endpoint": NOWHERE})
    begun = time.monotonic()
    dark = look(Workbench(settings), datetime.now(UTC))
    assert time.monotonic() - begun < 30  # on two busy cores
    assert sorted(item.about for item in dark.troubles if item.kind is TroubleKind.SERVICE_SILENT) == [
        LABEL_STUDIO, STORAGE, PREFECT]
    assert {item.verb: item.waits.items for item in dark.verbs if item.waits}["label"] == 3
    assert TroubleKind.RUN_FAILED in {item.kind for item in dark.troubles}
