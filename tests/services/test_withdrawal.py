"""A photograph that is taken back, on the real services: no ingest, no task and no release has it from then on."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import update

from datastore.ledger.releasable import candidates
from datastore.ledger.submissions import submission_rows
from datastore.ledger.tables import submissions
from flows.collect import collect
from flows.ingest import ingest
from flows.label import label
from schemas.label_tasks import SUBJECT
from schemas.labelling import Side
from schemas.submission import Outcome
from tests.read_images import fill
from tests.services.test_labelling import KIM, Lab, lab

__all__ = ["lab"]


def test_no_ingest_no_task_and_no_release_has_it(lab: Callable[..., Lab]) -> None:
    here = lab(overlap=1.0)
    bench = here.bench
    kept, asked, answered, soon = fill(bench.ledger, bench.model, 4, regions=2, seed="withdrawn")
    with bench.ledger.write() as connection:
        connection.execute(update(submissions).values(bucket=bench.settings.bucket_raw))
    keys = {row.image_id: row.key for row in submission_rows(bench.ledger)}
    for key in keys.values():
        bench.objects.put(bench.settings.bucket_raw, key, b"a photograph")
    label()
    for side in (Side.A, Side.B):
        for task in here.open(side):
            if task.data[SUBJECT] == answered:
                here.answer(task, KIM)
    said = here.world.run("ingest", "withdraw", keys[asked], keys[answered], "--because", "asked by e-mail").stdout
    assert said.count("withdrawn") == 2
    assert not any(bench.objects.exists(bench.settings.bucket_raw, keys[name]) for name in (asked, answered))

    assert label().counts["taken back"] == 2  # of both sides; what was answered stays
    for side in (Side.A, Side.B):
        assert {str(task.data[SUBJECT]) for task in here.open(side)} == {kept, soon}
    assert not any(label().counts.values())
    collect()
    assert not any(item.stands for item in candidates(bench.ledger, ["scene_text"]) if item.image_id == answered)

    bench.objects.put(bench.settings.bucket_raw, keys[asked], b"a photograph")  # some copy of the bucket brings it back
    ingest()
    outcomes = {row.key: row.outcome for row in submission_rows(bench.ledger)}
    assert outcomes[keys[asked]] is Outcome.WITHDRAWN
