"""The one plug-in seam of the product: an OCR engine (design D8)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from adapters.ocr.bundles import ModelRecipe
from schemas.errors import SettingError
from schemas.reading import Reading, Unit

Pixels = NDArray[np.uint8]
"""Height × width × 3, RGB."""

GROUP = "saegim.ocr_engines"


class OcrEngine(Protocol):
    """Reads images. Text and polygons of an image must not depend on which images are read with it.

    Attributes:
        name: the model's name.
        version: its version.
        run: digest of model files, configuration, provider and precision.
        unit: what one region of its readings is.
    """

    name: str
    version: str
    run: str
    unit: Unit

    def __init__(self, recipe: ModelRecipe, folder: Path, provider: str) -> None:
        """Opens the model whose verified files lie in ``folder``, on one execution provider (cpu, cuda, tensorrt).

        Raises:
            ModelUnavailable: the provider asked for is not the one that runs.
        """

    def warm_up(self) -> None:
        """Makes the first ``read`` as fast as the others."""

    def read(self, images: Sequence[Pixels], image_ids: Sequence[str]) -> list[Reading]:
        """Reads images; one reading an image, in the same order."""


def open_engine(recipe: ModelRecipe, folder: Path, provider: str) -> OcrEngine:
    """Opens a model with the engine that its recipe names.

    Raises:
        SettingError: no such engine is installed.
    """
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if recipe.engine not in known:
        raise SettingError(f"Model {recipe.name} asks for the engine {recipe.engine!r}; installed are "
                           f"{', '.join(sorted(known)) or 'none'} (entry points of the group {GROUP})")
    engine: OcrEngine = known[recipe.engine].load()(recipe, folder, provider)
    return engine
