"""prelabel: images without a reading by the current model → readings (reader = model version)."""

from __future__ import annotations

import io
import traceback
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image
from prefect import flow

from adapters.ocr.engine import OcrEngine, Pixels
from datastore.ledger import leases, readings, submissions
from datastore.ledger.readings import ImageRow
from flows.batches import Failures, batch_task, cut, one_ahead, progress, say
from flows.giving_way import gives_way
from flows.machine import machine_use
from flows.models import open_model
from flows.report import Report
from flows.workbench import Workbench, open_workbench
from schemas.errors import SaegimError, SettingError
from schemas.reading import ALL_SLICES, Kind, Reading
from schemas.submission import image_key

READ, TEXTLESS, QUARANTINED, CLAIMED = "read", "rejected: no text", "quarantined", "claimed"
UNLABELLED, ALL, SLICE = "unlabelled", "all", "slice:"


@flow(name="prelabel")
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
    readings.set_model_run(bench.ledger, bench.model, bundle.reader, engine.run, {
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


def check_only(only: str) -> None:
    """Raises SettingError where ``only`` is none of the three."""
    if only not in (UNLABELLED, ALL) and (not only.startswith(SLICE) or only.removeprefix(SLICE) not in ALL_SLICES):
        raise SettingError(f"--only is {only!r}: expected {UNLABELLED}, {ALL} or {SLICE} with one of {', '.join(ALL_SLICES)}")


def unread(bench: Workbench, engine: OcrEngine, only: str) -> list[ImageRow]:
    """Images that are to be read."""
    found = readings.unread_images(bench.ledger, engine.run, labelled=only != UNLABELLED)
    if only.startswith(SLICE):
        inside = readings.images_in_slice(bench.ledger, only.removeprefix(SLICE), [image.image_id for image in found])
        found = [image for image in found if image.image_id in inside]
    return found


def textless(reading: Reading) -> bool:
    """Whether a model found nothing but strokes: an edge of a wall may well be read as a dash."""
    return not any(region.attributes.kind is not Kind.TEXT or any(map(str.isalnum, region.text)) for region in reading.regions)


@batch_task
def prelabel_batch(bench: Workbench, engine: OcrEngine, batch: Sequence[ImageRow],
                   advance: Callable[[int], None]) -> Counter[str]:
    """Reads some hundred images: counts those that nobody had read meanwhile, and what became of the others."""
    seconds = bench.settings.lease_seconds
    lease = leases.claim(bench.ledger, f"prelabel {engine.run[:16]}", [image.image_id for image in batch], seconds)
    counts: Counter[str] = Counter()
    failures = Failures(len(batch))
    try:
        mine = [image for image in batch if image.image_id in lease.tokens]
        done = readings.readings_of_run(bench.ledger, engine.run, [image.image_id for image in mine])
        todo = [image for image in mine if image.image_id not in done]
        counts[CLAIMED] = len(todo)
        advance(len(batch) - len(todo))
        # The next window is fetched and decoded while this one is read.
        for window, pixels in one_ahead(lambda window: _pixels(bench, window), cut(todo, engine.images_a_read)):
            leases.renew(bench.ledger, lease, seconds)
            found, broken = _read(engine, window, pixels, failures)
            with bench.ledger.write() as connection:
                leases.fence(connection, lease)
                counts[READ] += readings.add_readings(connection, found)
                counts[TEXTLESS] += submissions.reject_textless(connection, [item.image_id for item in found if textless(item)])
                for image_id, trace in broken.items():
                    submissions.quarantine(connection, image_id, trace)
            counts[QUARANTINED] += len(broken)
            advance(len(window))
    finally:
        leases.release(bench.ledger, lease)
    return counts


def _pixels(bench: Workbench, window: Sequence[ImageRow]) -> list[Pixels]:
    """Decoded pictures, in order."""
    keys = [image_key(image.image_id, image.media_type) for image in window]
    return [np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            for data in bench.objects.get_many(bench.settings.bucket_images, keys)]


def _read(engine: OcrEngine, window: Sequence[ImageRow], pixels: Sequence[Pixels],
          failures: Failures) -> tuple[list[Reading], dict[str, str]]:
    """Readings of a window, and the tracebacks of images on which the engine failed in a way nobody foresaw (design D10)."""
    ids = [image.image_id for image in window]
    try:
        return engine.read(pixels, ids), {}
    except SaegimError:
        raise
    except Exception:
        found: list[Reading] = []
        broken: dict[str, str] = {}
        for image_id, picture in zip(ids, pixels, strict=True):
            try:
                found += engine.read([picture], [image_id])
            except SaegimError:
                raise
            except Exception:
                broken[image_id] = traceback.format_exc()
                failures.noted(f"image {image_id[:12]}…", broken[image_id])
        return found, broken
