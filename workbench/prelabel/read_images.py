"""prelabel: images without a reading by the current model → its readings of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from more_itertools import chunked

from adapters.ocr.engine import OcrEngine
from datastore.ledger import leases, readings, submissions
from datastore.ledger.images import images_in_slice, slices_of_attributes, unread_images
from saegim.names import did_you_mean, nearest
from schemas.errors import SettingError
from schemas.stored import StoredImage
from stages.prelabel.textless import in_view, is_textless
from workbench.bench import Workbench
from workbench.models import note_run, open_model
from workbench.named_slices import KnownSlices, named_among
from workbench.prelabel.machine import machine_use
from workbench.prelabel.pictures import fetch_pictures, windows
from workbench.prelabel.read_window import read_window
from workbench.report import PrelabelReport
from workbench.run import Failures, one_ahead, progress
from workbench.settings import Settings

UNLABELLED = "unlabelled"
"""Value of ``only``: images that no person has read."""
ALL = "all"
"""Value of ``only``: people's images too."""
SLICE = "slice:"
"""How a value of ``only`` begins that names a slice."""


@dataclass(slots=True)
class BatchRead:
    """What became of some hundred images.

    Attributes:
        claimed: that nobody else was reading or had read.
        read: new readings.
        textless: rejected, for the model found no text on them.
        quarantined: that could not be had, or that broke the engine.
    """

    claimed: int = 0
    read: int = 0
    textless: int = 0
    quarantined: int = 0


def read_images(bench: Workbench, only: str = UNLABELLED) -> PrelabelReport:
    """Lets the current model read what it has not read yet.

    Args:
        bench: the systems.
        only: ``unlabelled`` images, which no person has read; ``all``; or ``slice:vertical``, those with such a region.

    Raises:
        SettingError: ``only`` is none of these, or there is no such model.
        ModelUnavailable: its files cannot be had.
    """
    check_only(bench.settings, only)
    model = open_model(bench, bench.run.say)
    engine = model.engine
    note_run(bench, bench.model, model.bundle, engine)
    report = PrelabelReport(notes=[f"{model.bundle.label} on {bench.settings.onnx_provider}, {engine.precision}.", *model.notes])
    read = bench.run.batch(read_batch)
    warm = False
    while todo := unread(bench, engine.run, only):
        claimed = 0
        with progress(bench.run, "prelabel", len(todo), machine_use) as advance:
            if not warm:
                engine.warm_up()
                warm = True
            for images in chunked(todo, bench.settings.batch_size):
                done = read(bench, engine, images, advance)
                claimed += done.claimed
                report.read += done.read
                report.textless += done.textless
                report.quarantined += done.quarantined
        if not claimed:
            break  # other workers have the rest; what a dead one leaves comes free when its lease ends
    return report


def check_only(settings: Settings, only: str) -> None:
    """Raises SettingError where ``only`` is none of the three."""
    slices = KnownSlices(settings)
    if only not in (UNLABELLED, ALL) and (not only.startswith(SLICE) or only.removeprefix(SLICE) not in slices):
        near = nearest(only.removeprefix(SLICE), slices) if only.startswith(SLICE) else []
        known = [SLICE + name for name in near] or [UNLABELLED, ALL, *(SLICE + name for name in slices)]
        raise SettingError(f"--only is {only!r}: expected {UNLABELLED}, {ALL} or {SLICE} with a slice{did_you_mean(only, known)}")


def unread(bench: Workbench, run: str, only: str) -> list[StoredImage]:
    """Images that a model run has not read, of those that ``only`` names."""
    found = unread_images(bench.ledger, run, labelled=only != UNLABELLED)
    if only.startswith(SLICE):
        name = only.removeprefix(SLICE)
        named = named_among(bench.settings, [name])
        inside = images_in_slice(bench.ledger, name, [image.image_id for image in found],
                                 named.of_images if named.slices else slices_of_attributes)
        found = [image for image in found if image.image_id in inside]
    return found


def read_these(bench: Workbench, engine: OcrEngine, images: Sequence[StoredImage]) -> None:
    """Lets an engine read some images, whoever has read them before; what it finds decides nothing about them.

    One that the engine cannot read is left without a reading, and the run says why.

    Args:
        bench: the systems.
        engine: reads them; its run is known to the ledger.
        images: the images.
    """
    read = bench.run.batch(read_batch)
    with progress(bench.run, "read", len(images), machine_use) as advance:
        engine.warm_up()
        for some in chunked(images, bench.settings.batch_size):
            read(bench, engine, some, advance, judges=False)


def read_batch(bench: Workbench, engine: OcrEngine, images: Sequence[StoredImage], advance: Callable[[int], None],
               judges: bool = True) -> BatchRead:
    """Reads those of some hundred images that no other worker has claimed, window by window.

    Args:
        bench: the systems.
        engine: reads them.
        images: the images.
        advance: told how many more are done, by whomever.
        judges: whether an image without text is rejected, and one that cannot be read is quarantined.
    """
    seconds = bench.settings.lease_seconds
    lease = leases.claim(bench.ledger, f"prelabel {engine.run[:16]}", [image.image_id for image in images], seconds)
    done = BatchRead()
    failures = Failures(bench.run, len(images))
    try:
        mine = [image for image in images if image.image_id in lease.tokens]
        there = readings.readings_of_run(bench.ledger, engine.run, [image.image_id for image in mine])
        todo = [image for image in mine if image.image_id not in there]
        done.claimed = len(todo)
        advance(len(images) - len(todo))
        # The next window is fetched and decoded while this one is read.
        for window, pictures in one_ahead(lambda window: fetch_pictures(bench.objects, bench.settings.bucket_images, window),
                                          windows(todo, engine.images_a_read)):
            leases.renew(bench.ledger, lease, seconds)
            found = read_window(engine, window, pictures, failures)
            textless = [item.image_id for item in found.readings
                        if judges and is_textless(item) and in_view(item.width, item.height)]
            with bench.ledger.write(alone="images") as connection:
                leases.fence(connection, lease)
                done.read += readings.add_readings(connection, found.readings)
                done.textless += submissions.reject_textless(connection, textless)
                for image_id, trace in found.broken.items() if judges else ():
                    submissions.quarantine(connection, image_id, trace)
            done.quarantined += len(found.broken)
            advance(len(window))
    finally:
        leases.release(bench.ledger, lease)
    return done
