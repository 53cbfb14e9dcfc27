"""The one plug-in seam of the product: an OCR engine (design D8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from adapters.ocr.bundles import Bundle
from schemas.errors import SettingError
from schemas.geometry import tidy
from schemas.reading import Reading, Unit
from schemas.reading_order import with_regions_in_order
from schemas.text import normalise

Pixels = NDArray[np.uint8]
"""Height × width × 3, RGB."""

GROUP = "saegim.ocr_engines"


class PartlyRead(Exception):
    """An engine may raise it where it could read some images of several: the others alone are at fault."""

    def __init__(self, readings: Sequence[Reading], broken: Mapping[str, str]) -> None:
        """Of the images that were read, their readings; of the others, tracebacks by image id."""
        super().__init__(f"{len(broken)} of {len(readings) + len(broken)} images broke the engine: "
                         f"{next(iter(broken.values()), '').strip().rpartition(chr(10))[2]}")
        self.readings = readings
        self.broken = broken


class OcrEngine(Protocol):
    """Reads images. Text and polygons of an image must not depend on which images are read with it.

    Attributes:
        name: the model's name.
        version: its version.
        run: digest of model files, configuration, engine version, provider and precision: ``bundle.run`` makes it.
        precision: what it computes in, such as fp32; part of ``run``.
        unit: what one region of its readings is.
        images_a_read: how many images it likes to be handed at once; also what a kill can lose.
    """

    name: str
    version: str
    run: str
    precision: str
    unit: Unit
    images_a_read: int

    def __init__(self, bundle: Bundle, folder: Path, provider: str) -> None:
        """Opens the model whose verified files lie in ``folder``, on one execution provider (cpu, cuda, tensorrt, openvino).

        Raises:
            ModelUnavailable: the provider asked for is not the one that runs.
        """

    def warm_up(self) -> None:
        """Makes the first ``read`` as fast as the others."""

    def read(self, images: Sequence[Pixels], image_ids: Sequence[str]) -> list[Reading]:
        """Reads images; one reading an image, in the same order. Its regions may come in any order: ``as_kept`` sorts them.

        Raises:
            PartlyRead: some of the images broke it. Where it raises another exception, each image is tried alone.
        """


@runtime_checkable
class LooksAgain(Protocol):
    """What an engine may do besides: find what its first look misses, such as segment displays and LED signs.

    It is asked for pictures of campaigns that collect ``dot_matrix``, and for no others.
    """

    def look_again(self, images: Sequence[Pixels], image_ids: Sequence[str], readings: Sequence[Reading]) -> list[Reading]:
        """The readings that ``read`` gave, of the same run, with more regions, whose ids are new; pieces of one may go for it.

        Raises:
            Exception: where it raises one, each image is tried alone, and keeps its first reading where that fails too.
        """


def as_kept(reading: Reading) -> Reading:
    """A reading of any engine as it is kept: its regions in reading order, texts normalised, outlines valid and on the image.

    A region that lies outside the image is left out.
    """
    kept = []
    for region in reading.regions:
        polygon = tidy(region.polygon, reading.width, reading.height)
        if polygon is not None:
            kept.append(replace(region, polygon=polygon, text=normalise(region.text)))
    return with_regions_in_order(replace(reading, regions=tuple(kept)))


def open_engine(bundle: Bundle, folder: Path, provider: str) -> OcrEngine:
    """Opens a model with the engine that its bundle names.

    Raises:
        SettingError: no such engine is installed.
    """
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if bundle.engine not in known:
        raise SettingError(f"Model {bundle.label} asks for the engine {bundle.engine!r}; installed are "
                           f"{', '.join(sorted(known)) or 'none'} (entry points of the group {GROUP})")
    engine: OcrEngine = known[bundle.engine].load()(bundle, folder, provider)
    return engine
