"""A bundle's models as a worker sees them: they run in the GPU's process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from adapters.ocr.child_process import Channel
from adapters.ocr.process_messages import ModelFacts, Rows, RowsFailed
from adapters.ocr.session_host import DETECTOR
from adapters.ocr.sessions import Row, Tensor
from adapters.ocr.shared_pixels import SharedPixels

MAPS_AT_ONCE = 4
"""Inputs of the detector, 5 MB each with a map of 6 MB, that lie in the shared memory of one reader."""
LINES_AT_ONCE = 256
"""Strips, 50 KB each, that do."""


class GpuIsGone(Exception):
    """The GPU's process has ended."""


class RowsNotRun(Exception):
    """A batch with some of these rows did not run in the GPU's process, such as for want of its memory."""


class RemoteModels:
    """See ``SessionHost``: rows go through shared memory to the process that runs them, and outputs come back in it."""

    of_one_shape = False

    def __init__(self, channel: Channel, pixels: SharedPixels) -> None:
        """Waits until the other process says what the models are.

        Raises:
            GpuIsGone: it says nothing any more.
        """
        self._channel = channel
        self._pixels = pixels
        try:
            facts: ModelFacts = channel.receive()
        except (EOFError, OSError):  # OSError: it ended in the middle of a message
            raise GpuIsGone from None
        self.precision = facts.precision
        self.charsets = facts.charsets

    def rows_a_run(self, model: str) -> int:
        """Rows that are sent at once: what is in the shared memory at a time."""
        return MAPS_AT_ONCE if model == DETECTOR else LINES_AT_ONCE

    def run(self, model: str, rows: Sequence[Row]) -> list[Tensor]:
        """Outputs of rows of any shapes, in their order. One thread at a time.

        Raises:
            GpuIsGone: nobody runs them.
            RowsNotRun: they could not be run now.
            SaegimError: they cannot be run at all.
        """
        try:
            self._channel.send(Rows(model, self._pixels.put(rows)))
            answer: Rows | RowsFailed = self._channel.receive()
        except (EOFError, ConnectionError):
            raise GpuIsGone from None
        if isinstance(answer, Rows):
            return [np.array(self._pixels.at(place)) for place in answer.places]
        if isinstance(answer.error, str):
            raise RowsNotRun(answer.error)
        raise answer.error
