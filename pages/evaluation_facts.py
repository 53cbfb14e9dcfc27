"""What the report of an evaluation shows beside its figures, as records. ``pages/evaluation_report.py`` draws them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.demand import Demand
from schemas.evaluation import Evaluation, SliceFigures
from schemas.reading import Polygon
from schemas.suspects import Suspicion


class DrawnAs(StrEnum):
    """What became of a region; each has a colour of its own."""

    RIGHT = "right"
    EDITED = "edited"
    MISSED = "missed"
    EXTRA = "extra"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Leads:
    """Where the ids of a region or an image lead; what is empty is not shown.

    Attributes:
        photo: where its picture lies, such as ``s3://images/ab/abcd….jpg`` or a path.
        history: the command that shows all readings of it, to be copied.
        task: URL of its Label Studio task.
    """

    photo: str = ""
    history: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class ShownRegion:
    """A region with its picture.

    Attributes:
        image_id: of the picture that it lies on.
        region_id: the truth's; the model's where there is no truth.
        crop: JPEG of it, at most ``CROP_SIDE`` pixels a side; empty where there is no picture any more.
        truth: what stands there; None where the model found text in a place without any.
        read: what the model read; None where it missed the region.
        edits: between the two, without spaces.
        slices: names of those that it belongs to, such as ``vertical``.
        score: the model's; None where it has none.
        leads: where its ids lead.
    """

    image_id: str
    region_id: str
    crop: bytes
    truth: str | None
    read: str | None
    edits: int
    slices: tuple[str, ...] = ()
    score: float | None = None
    leads: Leads = Leads()


@dataclass(frozen=True, slots=True)
class ShownSuspect:
    """A region whose label may be wrong.

    Attributes:
        region: with its picture.
        why: it is suspected.
        chance: that its label is wrong, in (0, 1).
        other_read: what a second model reads there; None where there is none.
    """

    region: ShownRegion
    why: Suspicion
    chance: float
    other_read: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnRegion:
    """A region as it is drawn on its image.

    Attributes:
        polygon: the model's; the truth's where it was missed. Pixels of the canonical image.
        drawn_as: decides its colour.
        truth: None where there is none.
        read: None where it was missed.
    """

    polygon: Polygon
    drawn_as: DrawnAs
    truth: str | None = None
    read: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnImage:
    """One of the worst images.

    Attributes:
        image_id: of it.
        width: of the canonical image, pixels.
        height: of the canonical image, pixels.
        jpeg: its thumbnail, at most ``PICTURE_SIDE`` pixels a side; empty where there is no picture any more.
        regions: drawn over it; don't-cares with ``DrawnAs.IGNORED``.
        leads: where its id leads.
    """

    image_id: str
    width: int
    height: int
    jpeg: bytes
    regions: tuple[DrawnRegion, ...]
    leads: Leads = Leads()


@dataclass(frozen=True, slots=True)
class ShownDemand:
    """A slice that asks for more pictures.

    Attributes:
        demand: which slice, why, and how many regions.
        arrived: regions of it that came since it was first asked for; None where nobody has asked yet.
    """

    demand: Demand
    arrived: int | None = None


@dataclass(frozen=True, slots=True)
class ShownTime:
    """How long images took for one stage of their way to the release.

    Attributes:
        stage: such as ``from sending to ingest``, or the key of one in ``pages.evaluation_words.STAGES``.
        median: hours; None where no image has gone it.
        p90: 90th percentile, hours.
        images: counted.
    """

    stage: str
    median: float | None
    p90: float | None
    images: int = 0


@dataclass(frozen=True, slots=True)
class EvaluationPage:
    """All that the report shows.

    Attributes:
        evaluation: the figures.
        worst: regions, the worst first; ``MOST_REGIONS`` of them are shown.
        suspects: regions whose label may be wrong, the likeliest first; ``MOST_SUSPECTS`` of them are shown.
        suspected: how many there are in all.
        without_suspects: figures of all regions but the suspected ones; None where nothing is suspected.
        pages: images, the worst first; ``MOST_IMAGES`` of them are shown.
        demand: what to collect next, the most pressing first.
        times: stages in their order, all of the way last.
        files: names of the files that lie beside the page, such as ``regions.parquet``.
    """

    evaluation: Evaluation
    worst: tuple[ShownRegion, ...] = ()
    suspects: tuple[ShownSuspect, ...] = ()
    suspected: int = 0
    without_suspects: SliceFigures | None = None
    pages: tuple[DrawnImage, ...] = ()
    demand: tuple[ShownDemand, ...] = ()
    times: tuple[ShownTime, ...] = ()
    files: tuple[str, ...] = ()


MOST_REGIONS = 36
"""Crops of worst regions on the page."""
MOST_SUSPECTS = 24
"""Crops of suspected labels on the page."""
MOST_IMAGES = 24
"""Pictures on the page."""
CROP_SIDE = 320
"""Longest side of a crop, pixels."""
CROP_BYTES = 12_000
"""Most bytes of a crop: all of them together stay under a megabyte in base64."""
PICTURE_SIDE = 560
"""Longest side of a picture, pixels."""
PICTURE_BYTES = 48_000
"""Most bytes of a picture: all of them together stay under 1.6 megabytes in base64."""
