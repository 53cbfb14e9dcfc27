"""Rows of many images that wait for one GPU: those of one model and shape run together, whoever brought them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from adapters.ocr.sessions import Row, Tensor, flush_denormals

STREAMS = 4
"""Runs at the same time: one GPU is busy with four detections and as fast as with a batch of them (H100, November 2026)."""
WAITS = 0.25
"""Seconds after which a row is run before fuller batches."""

Key = tuple[str, Hashable]
"""Model, and what rows have in common."""


@dataclass(slots=True)
class _Request:
    """What one caller waits for."""

    outputs: list[Tensor | None]
    left: int
    done: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One row of a request."""

    request: _Request
    index: int
    row: Row
    since: float


class RowPool:
    """Runs rows on as many streams as are worth it.

    A full batch runs at once. Fewer rows run only where the device would have less than half of its streams to do: a batch costs
    the same whether it is full or not, and while others run it fills by itself. A row's output does not depend on its batch
    (design D8), so neither do readings on this.
    """

    def __init__(self, run: Callable[[str, Sequence[Row]], list[Tensor]], batch: Callable[[str], int],
                 shape: Callable[[str, Row], Hashable], streams: int = STREAMS) -> None:
        """Starts the streams.

        Args:
            run: runs rows of one shape on a model, as many as ``batch`` of it says; on any thread.
            batch: rows of one run of a model.
            shape: what rows of a model must have in common to run together.
            streams: runs at the same time.
        """
        self._run = run
        self._batch = batch
        self._shape = shape
        self._streams = streams
        self._waiting: dict[Key, deque[_Waiting]] = {}
        self._busy = 0
        self._closed = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._stream, name=f"stream {number}", daemon=True) for number in range(streams)]
        for thread in self._threads:
            thread.start()

    def run(self, model: str, rows: Sequence[Row]) -> list[Tensor]:
        """Outputs of rows of any shapes, in their order. Any number of threads may wait here.

        Raises:
            Exception: what one of its runs raised; the others are in vain.
        """
        if not rows:
            return []
        request = _Request([None] * len(rows), len(rows))
        now = time.monotonic()
        with self._changed:
            for index, row in enumerate(rows):
                self._waiting.setdefault((model, self._shape(model, row)), deque()).append(_Waiting(request, index, row, now))
            self._changed.notify_all()
        request.done.wait()
        if request.error is not None:
            raise request.error
        return [output for output in request.outputs if output is not None]

    def close(self) -> None:
        """Ends the streams when they have nothing to do any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _stream(self) -> None:
        flush_denormals()
        while True:
            with self._changed:
                while (key := self._next()) is None:
                    if self._closed and not self._waiting:
                        return
                    self._changed.wait()
                taken = self._take(key)
                self._busy += 1
            try:
                self._do(key[0], taken)
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Key | None:
        """What the next free stream runs: who waits for long, what is full, or, where little runs, what is fullest."""
        if not self._waiting:
            return None
        if any(len(rows) >= self._batch(key[0]) for key, rows in self._waiting.items()) or 2 * self._busy < self._streams:
            oldest = min(self._waiting, key=lambda key: self._waiting[key][0].since)
            if time.monotonic() - self._waiting[oldest][0].since > WAITS:
                return oldest
            return max(self._waiting, key=lambda key: len(self._waiting[key]) / self._batch(key[0]))
        return None

    def _take(self, key: Key) -> list[_Waiting]:
        rows = self._waiting[key]
        taken = [rows.popleft() for _ in range(min(len(rows), self._batch(key[0])))]
        if not rows:
            del self._waiting[key]
        return [item for item in taken if item.request.error is None]

    def _do(self, model: str, taken: Sequence[_Waiting]) -> None:
        if not taken:
            return
        try:
            outputs = self._run(model, [item.row for item in taken])
            if len(outputs) != len(taken):
                raise RuntimeError(f"{model} gave {len(outputs)} outputs for {len(taken)} rows")
        except BaseException as error:
            for item in taken:
                item.request.error = error
                item.request.done.set()
            return
        with self._changed:
            for item, output in zip(taken, outputs, strict=True):
                item.request.outputs[item.index] = output
                item.request.left -= 1
                if not item.request.left:
                    item.request.done.set()
