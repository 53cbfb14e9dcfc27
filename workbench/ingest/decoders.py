"""The pool of decoders: processes that can be killed, so that strangers' files never touch the run itself (design D14).

What a decoder does is in ``worker.py``: it fetches some raw objects, makes their canonical images, stores these, and returns
records without pictures.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

import psutil
from more_itertools import chunked
from pebble import ProcessExpired, ProcessPool

from datastore.objects import ObjectStore
from saegim import patience
from schemas.reading import Unit
from schemas.submission import RawObject
from workbench.ingest.worker import Decoded, Tools, decode_chunk
from workbench.settings import Settings

CHUNK = 16
"""Raw objects that a decoder is given at once: what it holds in memory, and what is repeated where it is killed."""
WALL_SECONDS = 120
"""Time after which a decoder that does not come back is killed: the network is in it, computing has its own limit."""
STACK = 2 << 20
"""Bytes of a thread's stack in a decoder, a quarter of the usual: all of it counts as memory from its start on."""
RENEWALS = 5
"""Pools that may be lost in one run before it stops: that is no file's doing."""

Work = Callable[[Tools, Sequence[RawObject]], list[Decoded]]


class Decoders:
    """A pool of processes that outlives each of them.

    Args:
        settings: where the objects are, and the limits.
        workers: how many processes; one a core where left out.
        work: what a decoder does with some objects: what ingest does where left out.
        units: what one region is, by campaign; a campaign of words or lines takes crops of one. Others send photographs.
    """

    def __init__(self, settings: Settings, workers: int | None = None, work: Work | None = None,
                 units: Mapping[str, Unit] | None = None) -> None:
        self._workers = workers or os.cpu_count() or 2
        self._work: Work = work or decode_chunk
        self._context = multiprocessing.get_context("forkserver")  # our threads and sockets are not the workers' business
        self._context.set_forkserver_preload([__name__])
        self._settings = settings
        self._units = dict(units or {})
        self._renewals = 0
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
        return self.decode_pieces([objects])

    def decode_pieces(self, pieces: Iterable[Sequence[RawObject]]) -> Iterator[list[Decoded]]:
        """The same of objects that come piece by piece: one is asked for when the decoders have begun all others.

        Raises:
            ServiceUnavailable: object storage does not answer.
        """
        more = iter(pieces)
        left: list[list[RawObject]] = []
        running: dict[Future[list[Decoded]], list[RawObject]] = {}
        while True:
            while len(running) < 2 * self._workers:
                if not left:
                    if (piece := next(more, None)) is None:
                        break
                    left = list(chunked(piece, max(1, min(CHUNK, len(piece) // (2 * self._workers)))))[::-1]
                    continue
                chunk = left.pop()
                running[self._schedule(chunk)] = chunk
            if not running:
                return
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
        return ProcessPool(max_workers=self._workers, context=self._context, initializer=prepare,
                           initargs=(self._settings, self._units, self._settings.decode_memory))

    def _schedule(self, chunk: Sequence[RawObject]) -> Future[list[Decoded]]:
        if not self._pool.active:
            self._renew(BrokenProcessPool("all decoders are gone"))
        future: Future[list[Decoded]] = self._pool.schedule(_with_tools, args=(self._work, chunk), timeout=WALL_SECONDS)
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


_tools: list[Tools] = []
"""In a decoder's process: its tools, made when it starts."""


def prepare(settings: Settings, units: Mapping[str, Unit], memory: int) -> None:
    """Sets a decoder's process up.

    Args:
        settings: where the objects are, and the limits.
        units: what one region is, by campaign.
        memory: bytes that it may write to, beyond what its libraries hold already.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to handle
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    patience.stop()  # the run waits for object storage: whoever waits here is taken to be stuck, and killed
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libtiff, libpng and the others say of strangers' files, past Python
    # Over the limit no thread starts, and Python waits for ever for those that do not. So what is there before any file does not
    # count: libraries, of which Arrow maps a gigabyte for its first value.
    threading.stack_size(STACK)
    most = psutil.Process().memory_info().data + memory
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    _tools[:] = [Tools(settings, units, ObjectStore(settings))]


def _with_tools(work: Work, objects: Sequence[RawObject]) -> list[Decoded]:
    [tools] = _tools
    return work(tools, objects)
