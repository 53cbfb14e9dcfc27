"""Images, readings and evaluations as the ledger keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schemas.reading import Condition, ImageKind, Reading, Region, Unit, regions_from_json


@dataclass(frozen=True, slots=True)
class StoredImage:
    """What it takes to find a canonical image and to place regions on it.

    Attributes:
        image_id: sha256 of its bytes.
        media_type: of its bytes.
        width: in pixels.
        height: in pixels.
    """

    image_id: str
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StoredReading:
    """A reading whose regions may be outside today's vocabulary; see ``Reading`` for what is not named here.

    Attributes:
        regions: JSON, as it was written.
        reading_id: what the ledger names it by.
    """

    image_id: str
    reader: str
    run: str
    revision: int
    unit: Unit
    width: int
    height: int
    regions: str
    image_kind: ImageKind
    conditions: tuple[Condition, ...]
    reading_id: str

    def decoded(self) -> Reading:
        """The reading itself.

        Raises:
            ValueError: a region has a value outside today's vocabulary.
        """
        return self.reading(self.run, regions_from_json(self.regions))

    def reading(self, run: str, regions: tuple[Region, ...]) -> Reading:
        """The same under another run, with these regions."""
        return Reading(self.image_id, self.reader, run, self.revision, self.unit, self.width, self.height, regions,
                       self.image_kind, self.conditions)


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """An evaluation that was made.

    Attributes:
        evaluation_id: see ``schemas.evaluation.Evaluation``, also for what is not named here.
        options: that change the figures, in words.
        headline: the leading figures of all regions, by their key.
        folder: where its files lie in the bucket of datasets.
        made_at: when it was made first.
    """

    evaluation_id: str
    release: str
    split: str
    reader: str
    run: str
    images: int
    options: str
    headline: dict[str, float]
    folder: str
    made_at: datetime
