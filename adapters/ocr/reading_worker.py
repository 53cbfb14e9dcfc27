"""A process that reads images for a ``ReadingPool``: the same engine, whose models run in the GPU's process."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from adapters.ocr.child_process import Channel, channel_of_parent
from adapters.ocr.engine import Pixels
from adapters.ocr.onnx_engine import OnnxEngine
from adapters.ocr.process_messages import GPU_IS_GONE, Job, Outcome, Setup
from adapters.ocr.remote_models import GpuIsGone, RemoteModels
from adapters.ocr.shared_pixels import SharedPixels
from schemas.errors import SaegimError


def outcomes_of(engine: OnnxEngine, method: str, pictures: Sequence[Pixels], image_ids: Sequence[str],
                more: Sequence[Sequence[object]]) -> list[Outcome]:
    """What becomes of a job's images: where they break the engine together, each is tried alone."""
    try:
        return list(getattr(engine, method)(pictures, image_ids, *more))
    except GpuIsGone:
        raise
    except SaegimError as error:
        return [error] * len(pictures)
    except Exception:
        if len(pictures) == 1:
            return [traceback.format_exc()]
    return [outcome for index, picture in enumerate(pictures) for outcome in outcomes_of(
        engine, method, [picture], [image_ids[index]], [[items[index]] for items in more])]


def main() -> None:
    """Reads what it is given until nobody gives anything any more."""
    parent = channel_of_parent()
    setup: Setup = parent.receive()
    to_gpu, between, mine = parent.receive_descriptors(3)
    pixels = SharedPixels(mine)
    models = RemoteModels(Channel.of(to_gpu), SharedPixels(between))
    engine = OnnxEngine(setup.bundle, setup.folder, setup.provider, models=models)
    parent.send([])
    while True:
        job: Job = parent.receive()
        pictures = [pixels.at(place) for place in job.places]
        parent.send(outcomes_of(engine, job.method, pictures, job.image_ids, job.more))


if __name__ == "__main__":
    try:
        main()
    except GpuIsGone:
        sys.exit(GPU_IS_GONE)
    except (EOFError, ConnectionError):
        pass  # the caller is gone
