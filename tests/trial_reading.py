"""The reader of the demo page in this process: ingest's decoding without a process, and an engine that reads what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from adapters.ocr.bundles import BUNDLE_FILE, load_bundle
from adapters.ocr.engine import Pixels
from schemas.reading import Attributes, Direction, Reading, Region, Unit
from schemas.submission import RawObject
from stages.label.calibration import Calibration
from tests.tiny_bundle import write_bundle
from workbench.bench import Workbench
from workbench.ingest.decoders import Decoders
from workbench.ingest.worker import Decoded, Tools
from workbench.models import OpenModel
from workbench.named_slices import NO_SLICES
from workbench.trial_decoding import decode_trials, trial_settings
from workbench.trial_reader import TrialReader, WarmModel

REGIONS = (
    Region("r1", ((10, 10), (90, 10), (90, 30), (10, 30)), "안녕하세요", Attributes(), 0.98),
    Region("r2", ((20, 50), (40, 50), (40, 100), (20, 100)), "<b>세로</b>", Attributes(direction=Direction.VERTICAL), 0.4),
)
"""A sure line, and one below it that runs down and of which the engine is unsure; its text is markup."""


class Told:
    """An engine that reads the same on every picture, or raises."""

    run = "told"

    def __init__(self, regions: Sequence[Region] = REGIONS, error: Exception | None = None) -> None:
        self.regions = tuple(regions)
        self.error = error
        self.seen: list[str] = []

    def warm_up(self) -> None:
        """Nothing to warm."""

    def read(self, images: Sequence[Pixels], image_ids: Sequence[str]) -> list[Reading]:
        self.seen += image_ids
        if self.error:
            raise self.error
        return [Reading(image_id, "model:told@1", self.run, 0, Unit.LINE, image.shape[1], image.shape[0], self.regions)
                for image, image_id in zip(images, image_ids, strict=True)]


class InProcessDecoders:
    """Decodes in this process."""

    def __init__(self, bench: Workbench) -> None:
        self._tools = Tools(trial_settings(bench.settings), {}, bench.objects)

    def decode(self, objects: Sequence[RawObject]) -> Iterator[list[Decoded]]:
        yield decode_trials(self._tools, objects)


def told_reader(bench: Workbench, folder: Path, engine: Told | None = None,
                calibration: Calibration | None = None) -> TrialReader:
    """A reader whose model is ``Told``; the bundle's files are written to a folder."""
    bundle = load_bundle(write_bundle(folder / "bundle") / BUNDLE_FILE)
    opened = OpenModel(cast(Any, engine or Told()), bundle, ())
    return TrialReader(bench, WarmModel("told", opened, calibration, NO_SLICES), cast(Decoders, InProcessDecoders(bench)))
