"""Sessions that each run one shape: onnxruntime plans cuDNN anew, for .3 to 2 s, whenever a session's shape changes."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapters.ocr.onnx_session import OnnxSession
from adapters.ocr.sessions import GpuMemoryFull, Tensor

GUESS = 1_200_000_000
"""Bytes that a session is taken to need before any was measured: 43 of PP-OCRv6 small took 50 GB on an H100."""


@dataclass(frozen=True, slots=True)
class PlannedShape:
    """What a session is for: the model's name, and the sides of a row."""

    model: str
    sides: tuple[int, ...]


class PlannedSessions:
    """The sessions of a GPU: opened when their shape comes, and the least recently used ones closed under a cap of memory.

    A shape's first run, which plans it, has the GPU to itself: planning while others run has ended processes
    (cudaErrorStreamCaptureUnsupported), and gains nothing from being done side by side.

    Args:
        most: bytes that all sessions may take.
        used: tells how many bytes of the device are in use; 0 where nothing tells, and then each session counts as ``GUESS``.
    """

    def __init__(self, most: int, used: Callable[[], int]) -> None:
        self._most = most
        self._used = used
        self._before = used()
        self._largest = GUESS
        self._sessions: OrderedDict[PlannedShape, OnnxSession] = OrderedDict()
        self._changed = threading.Condition()
        self._running = 0
        self._alone = False

    def __len__(self) -> int:
        return len(self._sessions)

    def run(self, model: str, rows: Sequence[Tensor], opened: Callable[[], OnnxSession]) -> list[Tensor]:
        """Runs rows of one shape.

        Args:
            model: its name.
            rows: at most a batch.
            opened: opens a session of the model.

        Raises:
            GpuMemoryFull: a row does not fit, even with no other session there.
        """
        shape = PlannedShape(model, rows[0].shape)
        with self._beside_others(shape) as session:
            if session is not None:
                with contextlib.suppress(GpuMemoryFull):
                    return _run_whole(session, rows)
        session = None  # held here, it would keep its memory when it is closed for another one
        with self._to_itself():
            return self._run_alone(shape, rows, opened)

    @contextlib.contextmanager
    def _beside_others(self, shape: PlannedShape) -> Iterator[OnnxSession | None]:
        """The session of a shape, where there is one, while others run theirs."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            session = self._sessions.get(shape)
            if session is not None:
                self._sessions.move_to_end(shape)
            self._running += 1
        try:
            yield session
        finally:
            with self._changed:
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

    def _run_alone(self, shape: PlannedShape, rows: Sequence[Tensor], opened: Callable[[], OnnxSession]) -> list[Tensor]:
        """The run that plans a shape, or that did not fit beside the others; where it must, others go, and then it is halved."""
        before = None
        if shape not in self._sessions:
            self._make_room()
            before = self._used()
            try:
                self._sessions[shape] = opened()
            except GpuMemoryFull:
                self._sessions.clear()
                self._sessions[shape] = opened()
        session = self._sessions[shape]
        try:
            outputs = _run_whole(session, rows)
        except GpuMemoryFull:
            self._sessions = OrderedDict({shape: session})
            outputs = session.run(rows)
        if before and (after := self._used()):  # 0: it is not known
            self._largest = max(after - before, 0 if self._largest == GUESS else self._largest)
        return outputs

    def _make_room(self) -> None:
        while self._sessions and self._taken() + self._largest > self._most:
            self._sessions.popitem(last=False)

    def _taken(self) -> int:
        """Bytes that the sessions take."""
        used = self._used()
        return used - self._before if used else len(self) * self._largest


def _run_whole(session: OnnxSession, rows: Sequence[Tensor]) -> list[Tensor]:
    """Runs rows at once, without halving them where they do not fit; in parts where the session has been halved before."""
    return session.run_full(rows) if len(rows) <= session.batch else session.run(rows)
