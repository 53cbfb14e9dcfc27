"""Decoding in processes that can be killed: strangers' files never touch the run itself (design D14).

A worker fetches some raw objects, makes their canonical images, stores these, and returns records without pictures.
"""

from __future__ import annotations

import base64
import contextlib
import io
import multiprocessing
import os
import resource
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from pebble import ProcessExpired, ProcessPool
from PIL import Image

from datastore.objects import ObjectStore
from saegim import patience
from schemas.errors import SaegimError
from schemas.ids import sha256
from schemas.reading import Unit
from schemas.submission import CanonicalImage, Outcome, RawObject, Reason, Rejection, Submission, sender_of
from stages.ingest.canonical import Canonical, canonicalise, upright_pixels
from stages.ingest.limits import Limits
from workbench.settings import Settings

CHUNK = 16
"""Raw objects that a worker is given at once: what it holds in memory, and what is repeated where it is killed."""
BYTES_A_LIMIT = 2_500_000
"""Bytes of a file that one ``decode_cpu_seconds`` is for: a 50-megapixel photograph is large and may take longer, a bomb is
small and may not."""
WALL_SECONDS = 120
"""Time after which a worker that does not come back is killed: the network is in it, computing has its own limit."""
RENEWALS = 5
"""Pools that may be lost in one run before it stops: that is no file's doing."""
SHOWN = {Reason.BLANK, Reason.TOO_DARK, Reason.TOO_BLURRED, Reason.TOO_SMALL}
"""Reasons whose pictures can be shown in the report of a run."""
THUMBNAIL = 120

Work = Callable[[Sequence[RawObject]], "list[Decoded]"]


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a worker made of one raw object.

    Attributes:
        raw: the object.
        claims: its user metadata.
        raw_sha256: of its bytes; None where they were not read.
        result: the image, or why it is not taken; None where it is quarantined or gone.
        trace: why it is quarantined.
        killed: whether it killed its worker.
        gone: whether it was replaced or deleted since it was listed.
        unread: why its bytes could not be had. Whose doing that is shows in whether others can be read.
        thumbnail: of a rejected picture, as a data URL.
    """

    raw: RawObject
    claims: dict[str, str]
    raw_sha256: str | None = None
    result: CanonicalImage | Rejection | None = None
    trace: str | None = None
    killed: bool = False
    gone: bool = False
    unread: SaegimError | None = None
    thumbnail: str | None = None

    def submission(self) -> Submission:
        """The submission as far as it can be told without the others."""
        outcome = Outcome.QUARANTINED if self.result is None else \
            Outcome.ACCEPTED if isinstance(self.result, CanonicalImage) else Outcome.REJECTED
        return Submission(
            self.raw, sender_of(self.raw.key), self.claims, outcome, self.raw_sha256,
            self.result if isinstance(self.result, Rejection) else None,
            self.result if isinstance(self.result, CanonicalImage) else None,
            trace=self.trace or (str(self.unread) if self.unread else None), thumbnail=self.thumbnail)


class Decoders:
    """A pool of workers that outlives each of them.

    Args:
        settings: where the objects are, and the limits.
        workers: how many processes; one a core where left out.
        work: what a worker does with some objects (tests give other work).
        units: what one region is, by campaign; a campaign of words or lines takes crops of one. Others send photographs.
    """

    def __init__(self, settings: Settings, workers: int | None = None, work: Work | None = None,
                 units: Mapping[str, Unit] | None = None) -> None:
        self._workers = workers or os.cpu_count() or 2
        self._work = work or decode_chunk
        self._context = multiprocessing.get_context("forkserver")  # our threads and sockets are not the workers' business
        self._context.set_forkserver_preload([__name__])
        self._settings, self._units, self._renewals = settings, dict(units or {}), 0
        self._pool = self._new_pool()

    def __enter__(self) -> Decoders:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def decode(self, objects: Sequence[RawObject]) -> Iterator[list[Decoded]]:
        """Decodes raw objects, some at a time, in whatever order they are done.

        Raises:
            ServiceUnavailable: object storage does not answer.
        """
        size = max(1, min(CHUNK, len(objects) // (2 * self._workers)))
        left = [list(objects[start:start + size]) for start in range(0, len(objects), size)][::-1]
        running: dict[Future[list[Decoded]], list[RawObject]] = {}
        while left or running:
            while left and len(running) < 2 * self._workers:
                chunk = left.pop()
                running[self._schedule(chunk)] = chunk
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                chunk = running.pop(done)
                try:
                    yield done.result()
                except BrokenProcessPool as error:
                    self._renew(error)
                    left.append(chunk)
                except (ProcessExpired, TimeoutError) as error:
                    if len(chunk) > 1:  # which one it was shows when each is alone
                        left += [[raw] for raw in chunk]
                    else:
                        yield [Decoded(chunk[0], {}, trace=f"the decoder was killed: {_cause(error)}", killed=True)]

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(max_workers=self._workers, context=self._context, initializer=_prepare,
                           initargs=(self._settings, self._units, self._settings.decode_memory))

    def _schedule(self, chunk: Sequence[RawObject]) -> Future[list[Decoded]]:
        if not self._pool.active:
            self._renew(BrokenProcessPool("all decoders are gone"))
        future: Future[list[Decoded]] = self._pool.schedule(self._work, args=(chunk,), timeout=WALL_SECONDS)
        return future

    def _renew(self, error: Exception) -> None:
        """Another pool: pebble gives up one whose workers die while none of them has begun anything."""
        if self._pool.active:
            return  # for another chunk already
        self._renewals += 1
        if self._renewals > RENEWALS:
            raise error
        self._pool.stop()
        self._pool.join()
        self._pool = self._new_pool()


def _cause(error: ProcessExpired | TimeoutError) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer in {WALL_SECONDS} s"
    code = error.exitcode or 0
    if code == -signal.SIGPROF:
        return "it took more CPU time than SAEGIM_DECODE_CPU_SECONDS"
    return f"{signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


_worker: dict[str, Any] = {}
"""What ``_prepare`` leaves for the life of a worker process."""


def _prepare(settings: Settings, units: Mapping[str, Unit], memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    patience.stop()  # the run waits for object storage: whoever waits here is taken to be stuck, and killed
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libtiff, libpng and the others say of strangers' files, past Python
    # Address space that is only reserved (thread stacks, allocator arenas) does not count here; what is written to does.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    _worker.update(settings=settings, units=units, store=ObjectStore(settings))


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Kills this process where the block takes more CPU time: also within C code, which no Python signal handler reaches."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def decode_chunk(objects: Sequence[RawObject]) -> list[Decoded]:
    """A worker's work: fetch, canonicalise, store; bytes stay in the worker (design D4: objects first, then rows)."""
    settings, store = _worker["settings"], _worker["store"]
    units: Mapping[str, Unit] = _worker["units"]
    limits = limits_of(settings)
    refused = {raw: rejection for raw in objects if (rejection := refused_unread(raw, limits))}
    found, pictures = [Decoded(raw, {}, result=rejection) for raw, rejection in refused.items()], []
    for item in store.get_raw(raw for raw in objects if raw not in refused):
        if item.data is None:
            found.append(Decoded(item.raw, {}, gone=item.error is None, unread=item.error))
            continue
        with cpu_limit(settings.decode_cpu_seconds * max(1.0, len(item.data) / BYTES_A_LIMIT)):
            one, picture = decode_one(item.raw, item.data, item.claims, limits, takes_crops(item.raw, units))
        found.append(one)
        if picture:
            pictures.append((picture.image.key, picture.data, picture.image.media_type))
    store.put_many(settings.bucket_images, pictures)
    return found


def refused_unread(raw: RawObject, limits: Limits) -> Rejection | None:
    """What a listing alone says against an object: its bytes need not be fetched, or cannot be under such a key."""
    if sender_of(raw.key) is None:
        return Rejection(Reason.BAD_KEY, f"key {raw.key!r}")
    if raw.size > limits.max_bytes:
        return Rejection(Reason.TOO_LARGE, f"{raw.size} bytes, at most {limits.max_bytes}")
    return None


def takes_crops(raw: RawObject, units: Mapping[str, Unit]) -> bool:
    """Whether an object may be a crop of one word or line: its campaign's unit is that."""
    sender = sender_of(raw.key)
    return sender is not None and units.get(sender.campaign) in (Unit.WORD, Unit.LINE)


def decode_one(raw: RawObject, data: bytes, claims: dict[str, str], limits: Limits,
               crops: bool = False) -> tuple[Decoded, Canonical | None]:
    """Makes of one file what can be made of it without the others.

    Args:
        raw: the object.
        data: its bytes.
        claims: its user metadata.
        limits: the thresholds.
        crops: whether it may be a crop of one word or line.
    """
    digest = sha256(data)
    try:
        result = canonicalise(data, limits, crops)
    except Exception:
        return Decoded(raw, claims, digest, trace=traceback.format_exc()), None
    if isinstance(result, Canonical):
        return Decoded(raw, claims, digest, result.image), result
    return Decoded(raw, claims, digest, result, thumbnail=_thumbnail(data) if result.reason in SHOWN else None), None


def limits_of(settings: Settings) -> Limits:
    """The thresholds among the settings."""
    return Limits(
        max_bytes=settings.max_bytes, max_pixels=settings.max_pixels, min_side=settings.min_side,
        min_line_side=settings.min_line_side, least_brightness=settings.least_brightness,
        least_contrast=settings.least_contrast, least_sharpness=settings.least_sharpness)


def _thumbnail(data: bytes) -> str | None:
    with contextlib.suppress(Exception):  # a picture for a page, of a file that is refused already
        image = Image.fromarray(upright_pixels(data))
        image.thumbnail((THUMBNAIL, THUMBNAIL))
        out = io.BytesIO()
        image.save(out, "JPEG", quality=70)
        return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
    return None
