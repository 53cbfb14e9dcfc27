"""Images that the current model has not read, and its readings of them."""

from __future__ import annotations

import io
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from more_itertools import chunked
from PIL import Image

from adapters.ocr.engine import OcrEngine, Pixels, as_kept
from datastore.ledger import leases, model_runs, readings, submissions
from datastore.ledger.images import ImageRow, images_in_slice, unread_images
from saegim.names import did_you_mean
from schemas.errors import ObjectMissing, ObjectUnreadable, SaegimError, SettingError
from schemas.reading import ALL_SLICES, Kind, Reading
from schemas.submission import image_key
from workbench.bench import Workbench
from workbench.models import open_model
from workbench.prelabel.machine import machine_use
from workbench.report import PrelabelReport
from workbench.run import Failures, one_ahead, progress

WINDOW_PIXELS = 200_000_000
"""Of pictures that are decoded at the same time, unless one alone has more: 600 MB, and as much again for the next window."""


LEAST_SIDE, MOST_RATIO = 64, 2.5
"""Shorter side in pixels, and longer side in shorter ones, of a picture that a model has seen as a whole; see ``in_view``."""


READ, TEXTLESS, QUARANTINED, CLAIMED = "read", "rejected: no text", "quarantined", "claimed"


UNLABELLED, ALL, SLICE = "unlabelled", "all", "slice:"


def read_images(bench: Workbench, only: str = UNLABELLED) -> PrelabelReport:
    """Lets the current model read what it has not read yet.

    Args:
        bench: the systems.
        only: ``unlabelled`` images, which no person has read; ``all``; or ``slice:vertical``, those with such a region.

    Raises:
        SettingError: ``only`` is none of these, or there is no such model.
        ModelUnavailable: its files cannot be had.
    """
    check_only(only)
    engine, bundle, notes = open_model(bench, bench.run.say)
    model_runs.set_model_run(bench.ledger, bench.model, bundle.reader, engine.run, {
        "bundle": bundle.digest, "provider": bench.settings.onnx_provider, "precision": engine.precision,
        "configuration": bundle.configuration})
    counts: Counter[str] = Counter()
    read_batch = bench.run.batch(prelabel_batch)
    warm = False
    while todo := unread(bench, engine, only):
        claimed = 0
        with progress(bench.run, "prelabel", len(todo), machine_use) as advance:
            if not warm:
                engine.warm_up()
                warm = True
            for batch in chunked(todo, bench.settings.batch_size):
                done = read_batch(bench, engine, batch, advance)
                claimed += done.pop(CLAIMED, 0)
                counts += done
        if not claimed:
            break  # other workers have the rest; what a dead one leaves comes free when its lease ends
    return PrelabelReport(read=counts[READ], textless=counts[TEXTLESS], quarantined=counts[QUARANTINED],
                          notes=[f"{bundle.label} on {bench.settings.onnx_provider}, {engine.precision}.", *notes])


def check_only(only: str) -> None:
    """Raises SettingError where ``only`` is none of the three."""
    if only not in (UNLABELLED, ALL) and (not only.startswith(SLICE) or only.removeprefix(SLICE) not in ALL_SLICES):
        known = [UNLABELLED, ALL, *(SLICE + name for name in ALL_SLICES)]
        raise SettingError(f"--only is {only!r}: expected {UNLABELLED}, {ALL} or {SLICE} with a slice{did_you_mean(only, known)}")


def unread(bench: Workbench, engine: OcrEngine, only: str) -> list[ImageRow]:
    """Images that are to be read."""
    found = unread_images(bench.ledger, engine.run, labelled=only != UNLABELLED)
    if only.startswith(SLICE):
        inside = images_in_slice(bench.ledger, only.removeprefix(SLICE), [image.image_id for image in found])
        found = [image for image in found if image.image_id in inside]
    return found


def textless(reading: Reading) -> bool:
    """Whether a model found nothing but strokes: an edge of a wall may well be read as a dash."""
    return not any(region.attributes.kind is not Kind.TEXT or any(map(str.isalnum, region.text)) for region in reading.regions)


def in_view(width: int, height: int) -> bool:
    """Whether a model that found no text on a picture of this shape is to be believed.

    Models look at a picture of at most some 1,280 pixels. Of one that is more than 2.5 times as long as it is wide, the shorter
    side is then below 512, and lines that fill a sixtieth of it (ten points on A4) below the 8.5 that PP-OCR's detector finds for
    certain (adapters/ocr/tiles.py). Crops of words and lines have no margin around their letters, which detectors look for.
    """
    shorter, longer = sorted((width, height))
    return shorter > LEAST_SIDE and longer <= MOST_RATIO * shorter


def prelabel_batch(bench: Workbench, engine: OcrEngine, batch: Sequence[ImageRow],
                   advance: Callable[[int], None]) -> Counter[str]:
    """Reads some hundred images: counts those that nobody had read meanwhile, and what became of the others."""
    seconds = bench.settings.lease_seconds
    lease = leases.claim(bench.ledger, f"prelabel {engine.run[:16]}", [image.image_id for image in batch], seconds)
    counts: Counter[str] = Counter()
    failures = Failures(bench.run, len(batch))
    try:
        mine = [image for image in batch if image.image_id in lease.tokens]
        done = readings.readings_of_run(bench.ledger, engine.run, [image.image_id for image in mine])
        todo = [image for image in mine if image.image_id not in done]
        counts[CLAIMED] = len(todo)
        advance(len(batch) - len(todo))
        # The next window is fetched and decoded while this one is read.
        for window, pictures in one_ahead(lambda window: _pictures(bench, window), windows(todo, engine.images_a_read)):
            leases.renew(bench.ledger, lease, seconds)
            found, broken = _read(engine, window, pictures, failures)
            with bench.ledger.write(alone="images") as connection:
                leases.fence(connection, lease)
                counts[READ] += readings.add_readings(connection, found)
                counts[TEXTLESS] += submissions.reject_textless(connection, [
                    item.image_id for item in found if textless(item) and in_view(item.width, item.height)])
                for image_id, trace in broken.items():
                    submissions.quarantine(connection, image_id, trace)
            counts[QUARANTINED] += len(broken)
            advance(len(window))
    finally:
        leases.release(bench.ledger, lease)
    return counts


def windows(images: Sequence[ImageRow], count: int) -> Iterator[Sequence[ImageRow]]:
    """Slices of at most ``count`` images and of ``WINDOW_PIXELS``; an image that has more is one by itself."""
    window: list[ImageRow] = []
    pixels = 0
    for image in images:
        size = image.width * image.height
        if window and (len(window) == count or pixels + size > WINDOW_PIXELS):
            yield window
            window, pixels = [], 0
        window.append(image)
        pixels += size
    if window:
        yield window


def _pictures(bench: Workbench, window: Sequence[ImageRow]) -> list[Pixels | str]:
    """Decoded pictures, in order; a traceback in place of one that is missing, broken or not what the ledger says."""
    return list(bench.objects.in_order(lambda image: _picture(bench, image), window))


def _picture(bench: Workbench, image: ImageRow) -> Pixels | str:
    bucket, key = bench.settings.bucket_images, image_key(image.image_id, image.media_type)
    try:
        picture = np.asarray(Image.open(io.BytesIO(bench.objects.get(bucket, key))).convert("RGB"))
        if picture.shape[:2] != (image.height, image.width):
            raise ValueError(f"{key} has {picture.shape[1]} × {picture.shape[0]} pixels, in the ledger "
                             f"{image.width} × {image.height}")
        return picture
    except (ObjectMissing, ObjectUnreadable):
        return traceback.format_exc()
    except SaegimError:
        trace = traceback.format_exc()
        bench.objects.exists(bucket, key)  # raises where it is the store: then no image is at fault
        return trace
    except Exception:
        return traceback.format_exc()


def _read(engine: OcrEngine, window: Sequence[ImageRow], pictures: Sequence[Pixels | str],
          failures: Failures) -> tuple[list[Reading], dict[str, str]]:
    """Readings of a window, and the tracebacks of images that are put aside.

    Those are pictures that could not be had, which count as failures only where none could (the bucket may be another one), and
    those on which the engine failed in a way nobody foresaw (design D10).
    """
    ids: list[str] = []
    pixels: list[Pixels] = []
    broken: dict[str, str] = {}
    for image, picture in zip(window, pictures, strict=True):
        if isinstance(picture, str):
            broken[image.image_id] = picture
        else:
            ids.append(image.image_id)
            pixels.append(picture)
    for image_id, trace in broken.items():
        if ids:
            failures.run.say(f"image {image_id[:12]}… cannot be had and is quarantined: {trace.strip().splitlines()[-1]}")
        else:
            failures.note(f"image {image_id[:12]}…", trace)
    try:
        return list(map(as_kept, engine.read(pixels, ids))), broken
    except SaegimError:
        raise
    except Exception:
        found: list[Reading] = []
        for image_id, one in zip(ids, pixels, strict=True):
            try:
                found += map(as_kept, engine.read([one], [image_id]))
            except SaegimError:
                raise
            except Exception:
                broken[image_id] = traceback.format_exc()
                failures.note(f"image {image_id[:12]}…", broken[image_id])
        return found, broken
