"""prelabel: images without a reading by the current model → readings (reader = model version)."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image
from prefect import flow

from adapters.ocr.engine import OcrEngine
from datastore.ledger import leases, readings, submissions
from datastore.ledger.readings import ImageRow
from flows.batches import batch_task, cut, progress
from flows.models import open_model
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.submission import image_key

READ, TEXTLESS = "read", "rejected: no text"
IMAGES_A_READ = 8
"""Images handed to the engine at once; also what a kill can lose."""


@flow(name="prelabel")
def prelabel() -> Report:
    """Lets the current model read what it has not read yet."""
    bench = open_workbench()
    engine, notes = open_model(bench)
    readings.set_model_run(bench.ledger, bench.settings.model, f"model:{engine.name}@{engine.version}", engine.run,
                           {"provider": bench.settings.onnx_provider, "unit": engine.unit})
    todo = readings.unread_images(bench.ledger, engine.run)
    counts: Counter[str] = Counter()
    with progress("prelabel", len(todo)) as advance:
        if todo:
            engine.warm_up()
        for batch in cut(todo, bench.settings.batch_size):
            counts += prelabel_batch(bench, engine, batch, advance)
    return Report("prelabel", {name: counts[name] for name in (READ, TEXTLESS)},
                  [f"{engine.name} {engine.version} on {bench.settings.onnx_provider}.", *notes]).publish()


@batch_task
def prelabel_batch(bench: Workbench, engine: OcrEngine, batch: Sequence[ImageRow],
                   advance: Callable[[int], None]) -> Counter[str]:
    """Reads some hundred images; counts those that nobody had read meanwhile, and those on which there is no text."""
    lease = leases.claim(bench.ledger, f"prelabel {engine.run[:16]}", [image.image_id for image in batch],
                         bench.settings.lease_seconds)
    read = textless = 0
    try:
        mine = [image for image in batch if image.image_id in lease.tokens]
        done = readings.readings_of_run(bench.ledger, engine.run, [image.image_id for image in mine])
        for window in cut([image for image in mine if image.image_id not in done], IMAGES_A_READ):
            leases.renew(bench.ledger, lease, bench.settings.lease_seconds)
            keys = [image_key(image.image_id, image.media_type) for image in window]
            pixels = [np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
                      for data in bench.objects.get_many(bench.settings.bucket_images, keys)]
            found = engine.read(pixels, [image.image_id for image in window])
            with bench.ledger.write() as connection:
                leases.fence(connection, lease)
                read += readings.add_readings(connection, found)
                textless += submissions.reject_textless(connection, [item.image_id for item in found if not item.regions])
            advance(len(window))
    finally:
        leases.release(bench.ledger, lease)
    return Counter({READ: read, TEXTLESS: textless})
