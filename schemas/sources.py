"""Public data sets beside what was collected: whose they are, what may be done with them, and their labels as they came."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.ids import digest
from schemas.reading import Condition, ImageKind, Region, Unit, regions_to_json
from schemas.submission import Outcome

PUBLIC = "public"
"""The campaign of all that was imported: it has no file, no points and no page, and nobody can send to it."""
SOURCE_NAME = re.compile(rf"{PUBLIC}/[a-z0-9][a-z0-9._-]{{0,39}}")
"""How a source is named: its keys begin so, and its readings are accepted under this name."""


def is_source(name: str) -> bool:
    """Whether a reading that was accepted under this name is a public data set's, and not of an annotation config."""
    return name.startswith(f"{PUBLIC}/")


class Use(StrEnum):
    """What a source may be used for."""

    TRAIN = "train"
    EVALUATE = "evaluate"
    REDISTRIBUTE = "redistribute"
    """To give its pictures to others."""
    SHARE_LABELS = "share_labels"
    """To give its labels to others, with pictures or without."""


@dataclass(frozen=True, slots=True)
class PublicSource:
    """A public data set that was imported.

    Attributes:
        source: ``public/NAME``.
        licence: as people write it, such as ``CC-BY-4.0``.
        allows: what it may be used for, in the order of ``Use``.
        form: name of the format that it was read by.
        unit: of its regions.
        is_truth: whether its labels are what people saw: those of a PDF are what some program saw.
        added_at: when it was imported first, in UTC.
        changed_at: when anything of this changed last, in UTC.
        details: what else is known of it: ``title``, ``description``.
    """

    source: str
    licence: str
    allows: tuple[Use, ...]
    form: str
    unit: Unit
    is_truth: bool
    added_at: datetime
    changed_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """The labels of one picture of a source, as they were imported.

    Attributes:
        key: of the picture in the bucket of submissions.
        source: ``public/NAME``.
        name: of the picture in its data set.
        raw_sha256: of the picture as it was sent.
        width: of the upright picture, as the labels count pixels.
        height: the same.
        unit: of the regions.
        regions: None where the data set says nothing of the picture; empty where it says that there is no text.
        licence: of this picture; None where its source's counts.
        split: the data set's own; empty where it has none.
        part_of: what the picture is a part of, such as a document; empty where it stands alone.
        image_kind: None where the data set does not say.
        conditions: of the picture.
    """

    key: str
    source: str
    name: str
    raw_sha256: str
    width: int
    height: int
    unit: Unit
    regions: tuple[Region, ...] | None
    licence: str | None = None
    split: str = ""
    part_of: str = ""
    image_kind: ImageKind | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def digest(self) -> str:
        """Of all that its reading is made of."""
        return digest("imported", self.raw_sha256, self.unit, str(self.width), str(self.height), self.image_kind or "",
                      *self.conditions, "" if self.regions is None else regions_to_json(self.regions))


@dataclass(frozen=True, slots=True)
class SettledLabels:
    """What became of the labels of a picture.

    Attributes:
        key: of the picture.
        digest: of the labels that were settled: where others came meanwhile, nothing is written.
        reading_id: that they became; None where they became none.
        problem: why they became none; None where they did, and where there are none.
    """

    key: str
    digest: str
    reading_id: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedPicture:
    """What ingest made of a picture of a source, and what became of its labels.

    Attributes:
        key: of the picture.
        source: ``public/NAME``.
        name: of the picture in its data set.
        digest: of its labels.
        has_labels: whether the data set says anything of it.
        settled: whether anybody has looked since the labels came or changed.
        reading_id: that its labels became.
        problem: why they became none.
        submission_id: of the newest submission under its key; None where ingest has not seen it.
        outcome: of that submission.
        reason: of its rejection.
        detail: of its rejection, or why it is held.
        image_id: that the submission stands for.
        own_image_id: that was made of it, or of the same bytes or pixels before.
        repeats: key of the submission that it repeats.
        split: the data set's own; empty where it has none.
        licence: of the picture; None where its source's counts.
    """

    key: str
    source: str
    name: str
    digest: str
    has_labels: bool
    settled: bool
    reading_id: str | None
    problem: str | None
    submission_id: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    detail: str | None = None
    image_id: str | None = None
    own_image_id: str | None = None
    repeats: str | None = None
    split: str = ""
    licence: str | None = None


@dataclass(frozen=True, slots=True)
class PictureCopy:
    """One of the imported pictures that an image stands for.

    Attributes:
        image_id: of the image.
        key: of the picture.
        split: its data set's own; empty where it has none.
    """

    image_id: str
    key: str
    split: str


class PictureEnd(StrEnum):
    """What became of a picture of an import, and of its labels."""

    ACCEPTED = "accepted"
    READ = "a reading"
    """Its labels are no truth: a reading like a model's."""
    UNLABELLED = "no labels"
    """It waits for a model and for annotators, as photographs do."""
    HELD = "held"
    NOT_TAKEN = "not taken"
    WAITS = "waits"
    """Ingest has not seen it."""
    NEAR_TEST = "beware"
    """It is accepted, and like an image that a release keeps out of training; or the other way round."""
    MEASURED = "measures"
    """A data set keeps it for measuring, and a copy of it is elsewhere too."""
    OWN_LICENCE = "own licence"
    LEFT_BEHIND = "left behind"
    """An earlier import of the data set had it, this one does not."""


@dataclass(frozen=True, slots=True)
class EndedPicture:
    """What became of one picture of an import.

    Attributes:
        end: what.
        why: a sentence that all of its kind share; may be empty.
        name: of the picture in its data set.
        regions: that it brought.
        detail: what is particular about it.
    """

    end: PictureEnd
    why: str
    name: str
    regions: int
    detail: str = ""
