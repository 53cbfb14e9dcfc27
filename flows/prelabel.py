"""prelabel: images without a reading by the current model → readings (reader = model version)."""

from __future__ import annotations

from collections import Counter

from prefect import flow

from datastore.ledger import model_runs
from flows.endings import to_its_end
from flows.giving_way import gives_way
from workbench.bench import open_workbench
from workbench.models import open_model
from workbench.prelabel.machine import machine_use
from workbench.prelabel.read_images import CLAIMED, QUARANTINED, READ, TEXTLESS, UNLABELLED, check_only, prelabel_batch, unread
from workbench.report import Report
from workbench.run import cut, progress, say


@flow(name="prelabel")
@to_its_end
@gives_way
def prelabel(only: str = UNLABELLED) -> Report:
    """Lets the current model read what it has not read yet.

    Any number of workers may run it at the same time: each claims what the others have not. What people read stays as it is.

    Args:
        only: ``unlabelled`` images, which no person has read; ``all``; or ``slice:vertical``, those with such a region.
    """
    check_only(only)
    bench = open_workbench()
    engine, bundle, notes = open_model(bench, say)
    model_runs.set_model_run(bench.ledger, bench.model, bundle.reader, engine.run, {
        "bundle": bundle.digest, "provider": bench.settings.onnx_provider, "precision": engine.precision,
        "configuration": bundle.configuration})
    counts: Counter[str] = Counter()
    warm = False
    while todo := unread(bench, engine, only):
        claimed = 0
        with progress("prelabel", len(todo), machine_use) as advance:
            if not warm:
                engine.warm_up()
                warm = True
            for batch in cut(todo, bench.settings.batch_size):
                done = prelabel_batch(bench, engine, batch, advance)
                claimed += done.pop(CLAIMED, 0)
                counts += done
        if not claimed:
            break  # other workers have the rest; what a dead one leaves comes free when its lease ends
    return Report("prelabel", {name: counts[name] for name in (READ, TEXTLESS, QUARANTINED)},
                  [f"{bundle.label} on {bench.settings.onnx_provider}, {engine.precision}.", *notes]).publish()


