"""What a release is made of: accepted readings before they are planned, and the rows that come of them."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.reading import Reading
from schemas.sources import Use


@dataclass(frozen=True, slots=True)
class Photograph:
    """What tells which images belong together.

    Attributes:
        image_id: of an accepted submission's image.
        cluster_id: of its near duplicates.
        submitter: whose it is; a name, no pseudonym.
        at: when it was taken, in seconds since 1970 by its camera's clock, or when it was sent, where that is not known.
        by_camera: which of the two ``at`` is.
        imported: whether a public data set brought it: then neither time nor submitter joins it to others.
    """

    image_id: str
    cluster_id: str
    submitter: str
    at: float
    by_camera: bool
    imported: bool = False


@dataclass(frozen=True, slots=True)
class FromSource:
    """Which public data set an image or its labels come from, and what may be done with them.

    Attributes:
        sources: whose labels they are; where the picture is another source's, that one behind it.
        name: of the picture in its data set.
        sha256: of the file in its data set; empty where nobody knows.
        licences: of each of the sources, or of this picture, where its data set says so.
        allows: what all of them allow, in the order of ``Use``.
        split: the data set's own; empty where it has none.
    """

    sources: tuple[str, ...]
    name: str
    sha256: str
    licences: tuple[str, ...]
    allows: tuple[Use, ...]
    split: str = ""

    @property
    def source(self) -> str:
        """Whose labels they are."""
        return self.sources[0]

    @property
    def licence(self) -> str:
        """As people read it: of the labels, and of the picture where it is another one."""
        return "; ".join(dict.fromkeys(self.licences))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An accepted reading without its regions: what planning needs of it. A million of them fit in memory.

    Attributes:
        image_id: of its image.
        reading_id: of the reading.
        media_type: of the image.
        width: of the image, in pixels.
        height: of the image, in pixels.
        cluster_id: of the image.
        campaign: that it was sent to.
        submitter: a name, no pseudonym.
        annotation_config: under which it was accepted.
        unit: of its regions.
        slices: that its regions belong to; of named ones, those that the plan asks for.
        agreement: how far its two readers agreed, in [0, 1]; None where one person read it.
        held: why nothing of it may be published now; None where it may.
        stands: whether its submission does: it may be withdrawn, rejected or taken for a duplicate since.
        source: where it comes from a public data set; None for what was collected.
    """

    image_id: str
    reading_id: str
    media_type: str
    width: int
    height: int
    cluster_id: str
    campaign: str
    submitter: str
    annotation_config: str
    unit: str
    slices: tuple[str, ...]
    agreement: float | None
    held: str | None = None
    stands: bool = True
    source: FromSource | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A candidate with its place. ``shard`` is empty until its image is written; ``group`` never spans two splits."""

    candidate: Candidate
    group: str
    split: str
    shard: str = ""

    @property
    def image_id(self) -> str:
        """Of its image."""
        return self.candidate.image_id


@dataclass(frozen=True, slots=True)
class Before:
    """Where earlier releases had an image. ``held``: the parent itself holds it."""

    split: str
    shard: str
    cluster_id: str
    group: str
    held: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a release does not hold: an accepted reading, or an image that an earlier release held, or both in one.

    Attributes:
        image_id: of the image.
        reason: one of ``stages.export.plan``'s.
        annotation_config: of the accepted reading; empty where the image has none any more.
        split: where earlier releases had the image; empty where none did.
        shard: the file that holds it; empty where none does.
        cluster_id: of the image.
        group: of the image.
    """

    image_id: str
    reason: str
    annotation_config: str = ""
    split: str = ""
    shard: str = ""
    cluster_id: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of a release: an image with its accepted reading.

    Attributes:
        planned: its place.
        submitter: a pseudonym.
        reading: whose reader is a pseudonym.
        named: names of the named slices that each region belongs to, in the regions' order; empty where nobody asked.
    """

    planned: Planned
    submitter: str
    reading: Reading
    named: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One row of a label file, read back: an image as a release has it.

    Attributes:
        split: where the image stands.
        media_type: of the image.
        annotation_config: under which the reading was accepted.
        reading: the accepted reading; people stand in it under pseudonyms.
    """

    split: str
    media_type: str
    annotation_config: str
    reading: Reading

    @property
    def image_id(self) -> str:
        """Of its image."""
        return self.reading.image_id
