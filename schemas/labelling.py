"""Words of labelling: who labels which images, what people did, how far two of them agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.config_version import ConfigVersion
from schemas.reader import Reader
from schemas.reading import Summary


class Side(StrEnum):
    """Which of an annotation config's Label Studio projects; a person works on one side."""

    A = "a"
    """Every image, but for gold until its truth is known."""
    B = "b"
    """The share of images that a second person labels, and gold."""
    SECOND_LOOK = "second_look"
    """What two people read differently, what a check rejected, and the truth of gold."""


class AgreementKind(StrEnum):
    """What an agreement compares."""

    PAIR = "pair"
    """Two people's readings of one image."""
    GOLD = "gold"
    """The truth of a gold image with a person's reading of it."""


@dataclass(frozen=True, slots=True)
class Annotator:
    """Somebody who labels, and on which side of an annotation config.

    Attributes:
        email: the log-in, in small letters.
        annotation_config: its name.
        side: of that config.
        name: what colleagues read.
    """

    email: str
    annotation_config: str
    side: Side
    name: str


@dataclass(frozen=True, slots=True)
class Share:
    """Whose images an annotation config takes.

    Attributes:
        campaigns: their names.
        others: it takes the images of all campaigns but these.
    """

    campaigns: frozenset[str] = frozenset()
    others: bool = True

    def takes(self, campaign: str) -> bool:
        """Whether it takes the images that were sent to a campaign."""
        return (campaign in self.campaigns) is not self.others


@dataclass(frozen=True, slots=True)
class Waiting:
    """An image that waits for an annotator, with what ordering it needs.

    Attributes:
        image_id: which.
        reading_id: id of its reading by a model.
        summary: of that reading.
        width: of the canonical image, in pixels.
        height: of the canonical image, in pixels.
        cluster_id: images of one thing share it.
        submitter: who sent it; empty where nobody knows.
        campaign: that it was sent to; empty where nobody knows.
    """

    image_id: str
    reading_id: str
    summary: Summary
    width: int
    height: int
    cluster_id: str
    submitter: str
    campaign: str


@dataclass(frozen=True, slots=True)
class PagesGiven:
    """How the images of an annotation config were given out.

    Attributes:
        images: on the picture.
        pages: line by line.
        tasks: about lines of these.
    """

    images: int
    pages: int
    tasks: int


@dataclass(frozen=True, slots=True)
class GoldGiven:
    """How much of a project is gold, planned tasks included.

    Attributes:
        gold: tasks about gold images.
        tasks: all of its tasks.
    """

    gold: int
    tasks: int


@dataclass(frozen=True, slots=True)
class Effort:
    """What a person did to the pre-label that was on the screen.

    Attributes:
        model: the pre-label's reader, such as ``model:ppocr-korean@1``; None where the task had no pre-label.
        shown: regions of the pre-label.
        untouched: of these, those with polygon (to a pixel), text and attributes as shown.
        texts: … whose text was changed.
        moved: … whose polygon was changed.
        attributes: … whose attributes were changed.
        deleted: … that are gone.
        added: regions that the pre-label did not have.
        regions: regions of the person's reading.
        keys: key presses that typing all texts of the reading takes.
        keys_saved: of these, those that the pre-label saved: ``keys`` less what mending the shown texts takes. Negative
            where mending takes more than typing.
    """

    model: str | None
    shown: int
    untouched: int
    texts: int
    moved: int
    attributes: int
    deleted: int
    added: int
    regions: int
    keys: int
    keys_saved: int

    @property
    def edits(self) -> int:
        """Acts of mending: one a text, polygon or set of attributes that was changed, one a region deleted or added."""
        return self.texts + self.moved + self.attributes + self.deleted + self.added


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readings of one image agree.

    Attributes:
        regions: harmonic mean of the shares of either's regions that the other has (matched by overlap), in [0, 1];
            1 where neither has any.
        cer: character edits in the texts of matched regions, over the longer text's characters; 0 without text.
        attributes: share of matched regions' attributes that are the same, in [0, 1]; 1 where nothing matches.
    """

    regions: float
    cer: float
    attributes: float


@dataclass(frozen=True, slots=True)
class Work:
    """One task that one person answered, as the status counts it.

    Attributes:
        annotation_config: in its version.
        side: of the project.
        reader: the person, by e-mail address.
        revision: when it was last changed, in ms since 1970.
        seconds: lead time; None where Label Studio gave none.
        skipped: the person skipped it.
        problem: what a check found; None where it is sound.
        effort: None where it was skipped or cannot be read.
    """

    annotation_config: ConfigVersion
    side: Side
    reader: Reader
    revision: int
    seconds: float | None
    skipped: bool
    problem: str | None
    effort: Effort | None


@dataclass(frozen=True, slots=True)
class CountedAgreement:
    """One agreement, as the status counts it.

    Attributes:
        annotation_config: in its version.
        kind: pair or gold.
        one: reader of side a; for gold, of the truth.
        other: reader of side b; for gold, the person who is measured.
        agreement: the figures.
        agreed: whether they reach the config's thresholds.
        one_prelabelled: whether the first reader saw a pre-label.
        other_prelabelled: whether the other one did.
    """

    annotation_config: ConfigVersion
    kind: AgreementKind
    one: Reader
    other: Reader
    agreement: Agreement
    agreed: bool
    one_prelabelled: bool
    other_prelabelled: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The open work of one Label Studio project.

    Attributes:
        annotation_config: in its version.
        side: of the project.
        project_id: Label Studio's.
        tasks: how many were pushed.
        open: of these, how many nobody has answered.
        a_day: answered tasks a day over the last week; None where there is no history.
    """

    annotation_config: ConfigVersion
    side: Side
    project_id: int
    tasks: int
    open: int
    a_day: float | None

    @property
    def days_left(self) -> float | None:
        """Until all is answered, at the rate of the last week; None where nobody worked."""
        if not self.open:
            return 0.0
        return self.open / self.a_day if self.a_day else None
