"""What people answered in Label Studio, as the ledger keeps it: states of annotations, and what was made of them."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.config_version import ConfigVersion
from schemas.labelling import Agreement, AgreementKind, Effort, Side
from schemas.reading import Reading

READINGS_TO_CHOOSE = ("첫째 · first", "둘째 · second")
"""What the readings of a second look are called on its screen and in its sentences, in their order: it does not say whose they
are."""


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """What became of one state of one annotation.

    Attributes:
        annotation_id: Label Studio's.
        revision: when this state came to be, in ms since 1970.
        project: the project's key.
        task_id: Label Studio's.
        subject: what the task is about: an image's id, or IMAGE/REGION; None where it is no task of ours.
        image_id: the image that it is about; None where it is no task of ours.
        reader: who made it.
        reading_id: of the reading that it is; None where it was skipped or cannot be read.
        skipped: the annotator skipped the task.
        lead_time: seconds; None where Label Studio gave none.
        problem: what a check found; None where it is sound.
        effort: what was done to the pre-label; None where there is no reading.
    """

    annotation_id: int
    revision: int
    project: str
    task_id: int
    subject: str | None
    image_id: str | None
    reader: str
    reading_id: str | None
    skipped: bool
    lead_time: float | None
    problem: str | None
    effort: Effort | None


@dataclass(frozen=True, slots=True)
class StandingAnnotation:
    """An annotation that the ledger has collected and that was not taken back, as far as the ledger knows.

    Attributes:
        annotation_id: Label Studio's.
        task_id: of the task that it was given to.
        subject: what that task was about; None where it was no task of ours.
        image_id: the image that it is about; None where it was no task of ours.
    """

    annotation_id: int
    task_id: int
    subject: str | None
    image_id: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest state of one annotation that stands.

    Attributes:
        side: of the project that it was given in.
        run: the annotation config's version of that project.
        subject: what its task is about.
        image_id: the image that it is about.
        annotation_id: Label Studio's.
        revision: when it was last changed, in ms since 1970.
        reader: who gave it.
        reading: None where it was skipped or cannot be read; ``problem`` says the latter.
        skipped: the annotator skipped the task.
        problem: what a check found; None where it is sound.
        shown: ids of the readings that were on the screen, the first one first.
    """

    side: Side
    run: ConfigVersion
    subject: str
    image_id: str
    annotation_id: int
    revision: int
    reader: str
    reading: Reading | None
    skipped: bool = False
    problem: str | None = None
    shown: tuple[str, ...] = ()

    @property
    def sound(self) -> Reading | None:
        """The reading, where nothing is wrong with it."""
        return self.reading if not self.problem else None


@dataclass(frozen=True, slots=True)
class CheckedPrelabel:
    """What a model read on an image, beside what was accepted of it.

    Attributes:
        accepted: the accepted reading.
        by_model: the model's, of the same unit.
        marked: ids of the model's regions that the screen marked, in all tasks that showed this reading; None where none of
            them could mark any.
    """

    accepted: Reading
    by_model: Reading
    marked: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How far two readings of an image agree.

    Attributes:
        kind: what was compared.
        run: the newest version of the annotation config that the image was answered under.
        image_id: the image.
        one: id of the reading of side a; for gold, of the truth.
        other: id of the reading of side b; for gold, of the person who is measured.
        figures: how far they agree.
        agreed: whether every figure reaches its threshold.
    """

    kind: AgreementKind
    run: ConfigVersion
    image_id: str
    one: str
    other: str
    figures: Agreement
    agreed: bool


@dataclass(frozen=True, slots=True)
class SecondLook:
    """An image of which a third person decides.

    Attributes:
        image_id: the image.
        annotation_config: name of the annotation config.
        reason: why; the annotator reads it.
        shown: ids of the readings to choose from; the first one opens.
        doubted: a reading is accepted, and a model makes its label doubtful: that reading stays until the third person decides.
    """

    image_id: str
    annotation_config: str
    reason: str
    shown: tuple[str, ...]
    doubted: bool = False


@dataclass(frozen=True, slots=True)
class StuckLook:
    """A second look that was answered and settles nothing.

    Attributes:
        project_id: Label Studio's number of its project.
        task_id: Label Studio's.
        problem: what is wrong with the answer.
    """

    project_id: int
    task_id: int
    problem: str
