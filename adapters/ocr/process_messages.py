"""What the processes of a reading pool say to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.ocr.bundles import Bundle
from adapters.ocr.shared_pixels import PixelPlace
from schemas.errors import SaegimError
from schemas.reading import Reading

GPU_IS_GONE = 75
"""Exit status of a worker that lost the GPU's process (sysexits.h: try again)."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of a bundle's models since they are open.

    Attributes:
        precision: what they compute in.
        charsets: of each recogniser, text of each class; the first is the blank.
    """

    precision: str
    charsets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """What each process is told first: the GPU's opens the models, the others the engine around them."""

    bundle: Bundle
    folder: Path
    provider: str


@dataclass(frozen=True, slots=True)
class Job:
    """Images for a worker.

    Attributes:
        method: of the engine.
        places: of the pictures, in the memory that it shares with the caller.
        image_ids: of the pictures.
        more: other arguments, an item an image.
    """

    method: str
    places: Sequence[PixelPlace]
    image_ids: Sequence[str]
    more: Sequence[Sequence[object]]


Outcome = Reading | SaegimError | str
"""What became of an image: its reading, an error that is not about it, or the traceback of one that is."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows for a model, in the memory that a worker shares with the GPU's process.

    The answer is the ``Rows`` of the outputs, or ``RowsFailed``.
    """

    model: str
    places: Sequence[PixelPlace]


@dataclass(frozen=True, slots=True)
class RowsFailed:
    """The answer where rows did not run: the error where it is ours, or its traceback."""

    error: SaegimError | str
