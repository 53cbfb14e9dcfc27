"""prelabel: images without a reading by the current model → its readings of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from more_itertools import chunked

from adapters.ocr.engine import LooksAgain, OcrEngine, Pixels
from datastore.ledger import leases, readings, submissions, unclaimed
from datastore.ledger.images import images_in_slice, images_sent_to, slices_of_attributes
from saegim.names import did_you_mean, nearest
from schemas.errors import SettingError
from schemas.reading import LOOKED_AGAIN, Reading
from schemas.stored import StoredImage
from stages.prelabel.textless import in_view, is_textless
from workbench.bench import Workbench
from workbench.campaigns import asking_for_displays
from workbench.models import note_run, open_model
from workbench.named_slices import KnownSlices, named_among
from workbench.prelabel.machine import machine_use
from workbench.prelabel.pictures import fetch_pictures, windows
from workbench.prelabel.read_window import read_window
from workbench.report import PrelabelReport
from workbench.run import Failures, gave_way, one_ahead, progress
from workbench.settings import Settings
from workbench.sharing import AHEAD, SMALLEST, Backlog, BatchRuns, ClaimedPiece, Held, claimed

UNLABELLED = "unlabelled"
"""Value of ``only``: images that no person has read."""
ALL = "all"
"""Value of ``only``: people's images too."""
SLICE = "slice:"
"""How a value of ``only`` begins that names a slice."""


@dataclass(slots=True)
class BatchRead:
    """What became of some images.

    Attributes:
        read: new readings.
        textless: rejected, for the model found no text on them.
        quarantined: that could not be had, or that broke the engine.
    """

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
    return _read_all(bench, only)


def help_to_read(bench: Workbench, only: str, model: str, run: str, displays: Sequence[str] = ()) -> PrelabelReport:
    """Lets a model read what another run has found unread, beside it and others that help it.

    Args:
        bench: the systems.
        only: as that run was told; see ``read_images``.
        model: that reads there.
        run: of that model there; a worker with another one, as by another provider or precision, reads nothing.
        displays: campaigns on whose images that run looks again.

    Raises:
        ModelUnavailable: its files cannot be had.
    """
    bench.model = model
    return replace(_read_all(bench, only, run, displays), verb="prelabel-batch")


def _read_all(bench: Workbench, only: str, helps: str | None = None, told: Sequence[str] = ()) -> PrelabelReport:
    model = open_model(bench, bench.run.say)
    engine = model.engine
    if helps not in (None, engine.run):
        other = (f"{model.bundle.label} on {bench.settings.onnx_provider}, {engine.precision}, is another run here than "
                 f"{(helps or '')[:12]}…, which this worker was to help: it would read everything anew.")
        return PrelabelReport(notes=[other], gave_way=True)
    note_run(bench, bench.model, model.bundle, engine)
    displays = _looked_at_again(bench, engine) if helps is None else list(told)
    batch_runs = BatchRuns("prelabel-batch", {"only": only, "model": bench.model, "run": engine.run, "displays": displays}
                           ) if helps is None else None
    report = PrelabelReport(notes=[f"{model.bundle.label} on {bench.settings.onnx_provider}, {engine.precision}.", *model.notes])
    backlog = unread_of(bench, engine, only, displays, batch_runs)
    if not (found := backlog.left()):
        return report
    read = bench.run.batch(read_batch)
    total = found if found < AHEAD else _total(bench, engine.run, only, displays)
    engine.warm_up()
    with progress(bench.run, "prelabel", total, lambda: ", ".join(filter(None, (machine_use(), backlog.told())))) as advance:
        while True:
            while left := backlog.left():
                done = read(bench, engine, backlog.batch, min(left, bench.settings.batch_size), advance, displays)
                report.read += done.read
                report.textless += done.textless
                report.quarantined += done.quarantined
            if not backlog.begin_anew():
                break
    if backlog.helpers:
        report.notes.append(f"{backlog.helpers} batch runs helped: what they read is in their own reports.")
    if backlog.silent:
        report.notes.append(f"{backlog.silent} images are still with batch runs that end none: their claims run out by "
                            "themselves, and the next run takes them.")
    if backlog.newer:
        report.notes.append(gave_way(backlog.newer))
    return report


def check_only(settings: Settings, only: str) -> None:
    """Raises SettingError where ``only`` is none of the three."""
    slices = KnownSlices(settings)
    if only not in (UNLABELLED, ALL) and (not only.startswith(SLICE) or only.removeprefix(SLICE) not in slices):
        near = nearest(only.removeprefix(SLICE), slices) if only.startswith(SLICE) else []
        known = [SLICE + name for name in near] or [UNLABELLED, ALL, *(SLICE + name for name in slices)]
        raise SettingError(f"--only is {only!r}: expected {UNLABELLED}, {ALL} or {SLICE} with a slice{did_you_mean(only, known)}")


def _looked_at_again(bench: Workbench, engine: OcrEngine) -> list[str]:
    """Campaigns on whose images an engine looks again."""
    return asking_for_displays(bench.settings) if isinstance(engine, LooksAgain) else []


def _total(bench: Workbench, run: str, only: str, displays: Sequence[str]) -> int:
    """How many images wait; 0 where that would have to be found out from what was read of them."""
    return 0 if only.startswith(SLICE) else unclaimed.count_unread(bench.ledger, run, labelled=only != UNLABELLED,
                                                                   displays=displays)


def unread_of(bench: Workbench, engine: OcrEngine, only: str, displays: Sequence[str] = (),
              batch_runs: BatchRuns | None = None) -> Backlog[StoredImage]:
    """Images that wait for an engine, of those that ``only`` names."""

    def ask(after: StoredImage | None, limit: int) -> list[StoredImage]:
        return unread(bench, engine.run, only, after.image_id if after else "", limit, displays)

    return Backlog(bench, lease_kind(engine.run), ask, id_of, max(SMALLEST, engine.images_a_read), batch_runs)


def unread(bench: Workbench, run: str, only: str, after: str = "", limit: int = AHEAD,
           displays: Sequence[str] = ()) -> list[StoredImage]:
    """Images that a model run has not read and nobody holds, of those that ``only`` names: the first ones after an image id.

    Those that were sent to one of ``displays`` wait until it has looked at them again.
    """
    while page := unclaimed.unread_after(bench.ledger, lease_kind(run), run, after, limit, labelled=only != UNLABELLED,
                                         displays=displays):
        if inside := _inside(bench, page, only):
            return inside
        after = page[-1].image_id
    return []


def lease_kind(run: str) -> str:
    """The kind of leases on images that a model run reads."""
    return f"prelabel {run[:16]}"


def id_of(image: StoredImage) -> str:
    """What an image is claimed by."""
    return image.image_id


def _inside(bench: Workbench, found: list[StoredImage], only: str) -> list[StoredImage]:
    """Those of some images that are in the slice which ``only`` names; all where it names none."""
    if not only.startswith(SLICE):
        return found
    name = only.removeprefix(SLICE)
    named = named_among(bench.settings, [name])
    inside = images_in_slice(bench.ledger, name, [image.image_id for image in found],
                             named.of_images if named.slices else slices_of_attributes)
    return [image for image in found if image.image_id in inside]


def read_these(bench: Workbench, engine: OcrEngine, images: Sequence[StoredImage]) -> None:
    """Lets an engine read some images, whoever has read them before; what it finds decides nothing about them.

    One that the engine cannot read is left without a reading, and the run says why.

    Args:
        bench: the systems.
        engine: reads them; its run is known to the ledger.
        images: the images.
    """
    read = bench.run.batch(read_batch)
    displays = _looked_at_again(bench, engine)
    with progress(bench.run, "read", len(images), machine_use) as advance:
        engine.warm_up()
        for some in chunked(images, bench.settings.batch_size):
            pieces = partial(claimed, bench.ledger, lease_kind(engine.run), some, id_of, bench.settings.lease_seconds)
            read(bench, engine, pieces, len(some), advance, displays, judges=False)


def read_batch(bench: Workbench, engine: OcrEngine, pieces: Callable[[], Iterator[ClaimedPiece[StoredImage]]], count: int,
               advance: Callable[[int], None], displays: Sequence[str], judges: bool = True) -> BatchRead:
    """Reads images that no other worker has claimed, window by window.

    Args:
        bench: the systems.
        engine: reads them.
        pieces: claims the images, each time it is called.
        count: about how many they are.
        advance: told how many more are done.
        displays: campaigns on whose images the engine looks again, also where it has read them before.
        judges: whether an image without text is rejected, and one that cannot be read is quarantined.
    """
    done = BatchRead()
    failures = Failures(bench.run, count)
    again: set[str] = set()
    before: dict[str, Reading] = {}
    with Held[StoredImage](bench.ledger, bench.settings.lease_seconds) as held:

        def fetch(window: ClaimedPiece[StoredImage]) -> list[Pixels | str]:
            return fetch_pictures(bench.objects, bench.settings.bucket_images, window.items)

        def to_read() -> Iterator[ClaimedPiece[StoredImage]]:
            for piece in held.take(pieces()):
                names = [image.image_id for image in piece.items]
                there = readings.readings_of_run(bench.ledger, engine.run, names)
                again.update(images_sent_to(bench.ledger, displays, names))
                once = {name: item for name, item in there.items() if name in again and item.revision < LOOKED_AGAIN}
                before.update(once)
                held.done(list(there.keys() - once.keys()))
                todo = [image for image in piece.items if image.image_id not in there or image.image_id in once]
                for window in windows(todo, engine.images_a_read):
                    yield ClaimedPiece(piece.lease, window)

        # The next window is fetched and decoded while this one is read.
        for window, pictures in one_ahead(fetch, to_read()):
            with held.kept_alive():
                found = read_window(engine, window.items, pictures, failures, again, before)
            textless = [item.image_id for item in found.readings
                        if judges and is_textless(item) and in_view(item.width, item.height)]
            with bench.ledger.write(alone="images") as connection:
                leases.fence(connection, window.lease)
                done.read += readings.add_readings(connection, found.readings)
                done.textless += submissions.reject_textless(connection, textless)
                for image_id, trace in found.broken.items() if judges else ():
                    submissions.quarantine(connection, image_id, trace)
            done.quarantined += len(found.broken)
            held.done([image.image_id for image in window.items])
            advance(len(window.items))
    return done
