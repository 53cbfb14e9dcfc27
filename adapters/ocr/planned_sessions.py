"""Sessions that each run one shape: onnxruntime plans cuDNN anew, for .3 to 2 s, whenever a session's shape changes."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.sessions import GpuMemoryFull, Row, Tensor

GUESS = 1_200_000_000
"""Bytes that a session is taken to need before any was measured: 43 of PP-OCRv6 small took 50 GB on an H100."""
LOOKS_EACH = 1.0
"""Seconds between two looks at the memory while sessions grow: nvidia-smi takes a twentieth of one."""


@dataclass(frozen=True, slots=True)
class PlannedShape:
    """What a session is for: the model's name, and the sides of a row."""

    model: str
    sides: tuple[int, ...]


@dataclass(slots=True)
class _Planned:
    """A session, its runs now, and the most that it had at a time: each has memory of its own, which the session keeps."""

    session: OnnxSession
    runs: int = 0
    most: int = 1


class PlannedSessions:
    """The sessions of a GPU: opened when their shape comes, and the least recently used ones closed under a cap of memory.

    A shape's first run, which plans it, has the GPU to itself: planning while others run has ended processes
    (cudaErrorStreamCaptureUnsupported), and gains nothing from being done side by side.

    The cap is looked at before a session is opened, when room is made for one as large as the largest first run, and, within
    ``LOOKS_EACH``, after sessions ran more often at a time than before. Until then they may pass it by what those runs took.

    Args:
        most: tells how many bytes all sessions may take; asked when the first one is planned.
        used: tells how many bytes of the device are in use; 0 where nothing tells, and then each session counts as ``GUESS``.
    """

    def __init__(self, most: Callable[[], int], used: Callable[[], int]) -> None:
        self._most = most
        self._used = used
        self._before = used()
        self._largest = GUESS
        self._sessions: OrderedDict[PlannedShape, _Planned] = OrderedDict()
        self._changed = threading.Condition()
        self._running = 0
        self._alone = False
        self._grown = False
        self._looked = time.monotonic()

    def __len__(self) -> int:
        return len(self._sessions)

    def run(self, model: str, rows: Sequence[Row], opened: Callable[[], OnnxSession]) -> list[Tensor]:
        """Runs rows of one shape.

        Args:
            model: its name.
            rows: at most a batch.
            opened: opens a session of the model.

        Raises:
            GpuMemoryFull: a row does not fit, even with no other session there.
        """
        shape = PlannedShape(model, rows[0].shape)
        outputs = self._run_beside(shape, rows)
        if outputs is None:
            with self._to_itself():
                return self._run_alone(shape, rows, opened)
        if self._is_too_large():
            with self._to_itself():
                self._make_room(0, kept=1)
        return outputs

    def _run_beside(self, shape: PlannedShape, rows: Sequence[Row]) -> list[Tensor] | None:
        """The outputs of a session that is there; None where none is, or where its run does not fit beside the others."""
        with self._beside_others(shape) as planned, contextlib.suppress(GpuMemoryFull):
            if planned is not None:
                return _run_whole(planned.session, rows)
        return None

    @contextlib.contextmanager
    def _beside_others(self, shape: PlannedShape) -> Iterator[_Planned | None]:
        """The session of a shape, where there is one, while others run theirs."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            planned = self._sessions.get(shape)
            if planned is not None:
                self._sessions.move_to_end(shape)
                planned.runs += 1
                self._grown |= planned.runs > planned.most
                planned.most = max(planned.most, planned.runs)
            self._running += 1
        try:
            yield planned
        finally:
            with self._changed:
                if planned is not None:
                    planned.runs -= 1
                self._running -= 1
                self._changed.notify_all()

    @contextlib.contextmanager
    def _to_itself(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._alone = True
            self._changed.wait_for(lambda: not self._running)
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()

    def _run_alone(self, shape: PlannedShape, rows: Sequence[Row], opened: Callable[[], OnnxSession]) -> list[Tensor]:
        """The run that plans a shape, or that did not fit beside the others; where it must, others go, and then it is halved."""
        before = None
        if shape not in self._sessions:
            self._make_room(self._largest)
            before = self._used()
            try:
                self._sessions[shape] = _Planned(opened())
            except GpuMemoryFull:
                self._sessions.clear()
                self._sessions[shape] = _Planned(opened())
        planned = self._sessions[shape]
        try:
            outputs = _run_whole(planned.session, rows)
        except GpuMemoryFull:
            self._sessions = OrderedDict({shape: planned})
            outputs = planned.session.run(rows)
        if before and (after := self._used()):  # 0: it is not known
            self._largest = max(after - before, 0 if self._largest == GUESS else self._largest)
        return outputs

    def _is_too_large(self) -> bool:
        """Whether sessions that have grown since the last look take more than they may; looks once in ``LOOKS_EACH``."""
        with self._changed:
            if not self._grown or time.monotonic() - self._looked < LOOKS_EACH:
                return False
            self._grown = False
            self._looked = time.monotonic()
        return self._taken() > self._most()

    def _make_room(self, needed: int, kept: int = 0) -> None:
        """Closes sessions until there is room for so many bytes more, or so many sessions are left."""
        most = self._most()
        while len(self._sessions) > kept and self._taken() + needed > most:
            self._sessions.popitem(last=False)

    def _taken(self) -> int:
        """Bytes that the sessions take."""
        used = self._used()
        return used - self._before if used else len(self) * self._largest


def _run_whole(session: OnnxSession, rows: Sequence[Row]) -> list[Tensor]:
    """Runs rows at once, without halving them where they do not fit; as the session does where it has been halved before."""
    return session.run_as(session.most, rows) if session.batch == session.most else session.run(rows)
