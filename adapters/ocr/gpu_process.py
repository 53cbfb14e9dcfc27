"""The process that has the GPU: it runs rows of all workers of a ``ReadingPool`` together."""

from __future__ import annotations

import contextlib
import os
import threading
import traceback

from adapters.ocr.child_process import Channel, channel_of_parent
from adapters.ocr.cores import cores
from adapters.ocr.onnx_session import GPU_PROVIDERS
from adapters.ocr.process_messages import ModelFacts, Rows, RowsFailed, Setup
from adapters.ocr.row_pool import STREAMS, RowPool
from adapters.ocr.session_host import SessionHost
from adapters.ocr.shared_pixels import SharedPixels
from schemas.errors import SaegimError

LOST = ("illegal memory access", "unspecified launch failure", "device-side assert", "misaligned address", "uncorrectable ecc",
        "gpu has fallen off the bus", "execution_failed_cudart", "cublas_status_execution_failed",
        "cudnn_status_execution_failed")
"""What CUDA says, in lower case, when nothing runs in this process any more: a new one is needed, and no image is at fault."""


def is_lost(error: Exception) -> bool:
    """Whether an error is the end of this process's GPU."""
    return any(words in str(error).lower() for words in LOST)


def serve(worker: Channel, pixels: SharedPixels, pool: RowPool, facts: ModelFacts) -> None:
    """Tells one worker of the models and runs its rows until it is gone."""
    try:
        worker.send(facts)
        while True:
            asked: Rows = worker.receive()
            worker.send(_answer(asked, pixels, pool))
    except (EOFError, ConnectionError):
        pass
    finally:
        worker.close()
        pixels.close()


def _answer(asked: Rows, pixels: SharedPixels, pool: RowPool) -> Rows | RowsFailed:
    try:
        outputs = pool.run(asked.model, [pixels.at(place) for place in asked.places])
        return Rows(asked.model, pixels.put(outputs, after=max((place.end for place in asked.places), default=0)))
    except Exception as error:
        if is_lost(error):
            traceback.print_exc()
            os._exit(os.EX_SOFTWARE)
        if isinstance(error, SaegimError):
            return RowsFailed(error)
        return RowsFailed(traceback.format_exc())


def main() -> None:
    """Opens the models, says what they are, and serves the workers that it is told of until nobody is there any more."""
    parent = channel_of_parent()
    setup: Setup = parent.receive()
    try:
        host = SessionHost(setup.bundle, setup.folder, setup.provider)
    except SaegimError as error:
        parent.send(error)
        return
    pool = RowPool(host.run, host.rows_a_run, host.shape_of, STREAMS if setup.provider in GPU_PROVIDERS else cores())
    facts = ModelFacts(host.precision, host.charsets)
    parent.send(facts)
    while True:
        worker, pixels = parent.receive_descriptors(2)
        threading.Thread(target=serve, args=(Channel.of(worker), SharedPixels(pixels), pool, facts), daemon=True).start()


if __name__ == "__main__":
    with contextlib.suppress(EOFError, ConnectionError):  # the caller is gone
        main()
    os._exit(0)  # streams may be at work: nobody waits for them
