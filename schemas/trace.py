"""The life of one thing across all systems: what was asked for, the rows that tell of it, and the events that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from schemas.decision import Decision
from schemas.flags import Flag
from schemas.labelling import Side
from schemas.points import PointEntry
from schemas.reading import Polygon, Reading
from schemas.recorded import ImageRow, SubmissionRow
from schemas.runs import VerbRun
from schemas.stored import StoredEvaluation
from schemas.submission import Compared
from schemas.upload import Upload


class TraceKind(StrEnum):
    """What a name may be the name of."""

    SUBMISSION = "submission"
    IMAGE = "image"
    REGION = "region"
    READING = "reading"
    TASK = "task"
    ANNOTATION = "annotation"


@dataclass(frozen=True, slots=True, order=True)
class TraceName:
    """One thing that the ledger knows.

    Attributes:
        kind: of thing.
        name: its whole id; of a task and an annotation ``PROJECT/NUMBER`` by Label Studio's numbers; of a region its id alone.
        image_id: the image that it belongs to; empty where there is none.
        submission_id: of a submission.
    """

    kind: TraceKind
    name: str
    image_id: str = ""
    submission_id: str = ""


class TraceStep(StrEnum):
    """What happened; ``pages/trace_words.py`` says each in English and Korean."""

    PLACE_GIVEN = "place given"
    SENT = "sent"
    WAITS = "waits"
    DECODED = "decoded"
    COMPARED = "compared"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"
    HELD = "held"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"
    REFUSED = "refused"
    FLAGGED = "flagged"
    ON_HOLD = "on hold"
    POINTS = "points"
    READ = "read"
    LABELS_IMPORTED = "labels imported"
    PUSHED = "pushed"
    PLANNED = "planned"
    ANSWERED = "answered"
    SKIPPED = "skipped"
    NOT_TAKEN = "not taken"
    TAKEN_BACK = "taken back"
    PAIR_COMPARED = "pair compared"
    SECOND_LOOK = "second look"
    READING_ACCEPTED = "reading accepted"
    RELEASED = "released"
    LEFT_OUT = "left out"
    MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One step of a life.

    Attributes:
        step: what happened.
        at: when, in UTC; None where no system kept it.
        facts: what the step's sentence names, by the name that it has there.
        run: the run of a verb that did it, where one alone can have; None where nobody knows.
        asked: whether it is about the very thing that was asked for.
    """

    step: TraceStep
    at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    run: VerbRun | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class RegionText:
    """What one reading has of a region; ``score`` is a model's."""

    reader: str
    run: str
    text: str
    legible: bool
    score: float | None


@dataclass(frozen=True, slots=True)
class RegionFate:
    """What a model made of a region in an evaluation: ``fate`` is one of ``schemas.outcomes.Fate``."""

    release: str
    reader: str
    fate: str
    truth: str
    read: str


@dataclass(frozen=True, slots=True)
class TracedRegion:
    """A region of an image through all readings of it.

    Attributes:
        region_id: as the newest reading names it.
        replaces: the id that it had before it was redrawn; empty where it was not.
        polygon: pixels of the canonical image.
        texts: in order of the readings.
        fates: the newest evaluation of each model.
        asked: whether it is the one that was asked for.
    """

    region_id: str
    replaces: str
    polygon: Polygon
    texts: Sequence[RegionText]
    fates: Sequence[RegionFate]
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """A life.

    Attributes:
        name: of what was asked for.
        events: in their order.
        regions: of its image, as the accepted reading has them, else the newest one.
        image: the image; None where nothing was made of what was sent, or nothing of it is left.
        picture_key: where its picture is; empty where none may be shown.
    """

    name: TraceName
    events: Sequence[TraceEvent]
    regions: Sequence[TracedRegion] = ()
    image: ImageRow | None = None
    picture_key: str = ""


@dataclass(frozen=True, slots=True)
class LifeArrival:
    """A submission that no ingest has settled yet."""

    submission_id: str
    key: str
    size: int
    sent_at: datetime
    decoded: bool


@dataclass(frozen=True, slots=True)
class LifeTask:
    """A task of Label Studio's about an image or a region of it; ``schemas.label_tasks.TaskRow`` has the columns' meanings."""

    project: int | None
    annotation_config: str
    config_version: int
    side: Side
    subject: str
    reason: str | None
    shown: tuple[str, ...]
    posted_at: datetime | None
    task_id: int | None
    lost: bool


@dataclass(frozen=True, slots=True)
class LifeAnnotation:
    """A state of an annotation; ``schemas.answers.AnnotationRow`` has the columns' meanings."""

    project: int | None
    annotation_id: int
    revision: int
    task_id: int
    subject: str | None
    reader: str
    reading_id: str | None
    skipped: bool
    lead_time: float | None
    problem: str | None
    deleted: bool


@dataclass(frozen=True, slots=True)
class LifePair:
    """How far two readings of an image agree; ``schemas.labelling.Agreement`` has the figures' meanings."""

    kind: str
    one: str
    other: str
    regions: float
    cer: float
    attributes: float
    agreed: bool


@dataclass(frozen=True, slots=True)
class LifeRelease:
    """A release that holds an image, or that says why it does not.

    Attributes:
        name: such as ``scene-text@3``.
        at: when it was published, by the storage's clock.
        split: empty where it is left out.
        left_out: why; empty where it is held.
        reader: whose reading it holds, people under pseudonyms.
    """

    name: str
    at: datetime | None
    split: str = ""
    left_out: str = ""
    reader: str = ""


@dataclass(frozen=True, slots=True)
class LifeMeasured:
    """An evaluation that an image is part of, with what became of each region: rows of ``schemas.outcomes.REGION_OUTCOMES``."""

    evaluation: StoredEvaluation
    regions: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Life:
    """All that the systems know of an image, or of a submission without one.

    Attributes:
        submissions: those that its image was made of, and those that repeat it, in order of time.
        uploads: places that the portal gave out, by key.
        waits: submissions that no ingest has settled.
        compared: what each submission was compared with, by its id.
        decisions: what a manager said of the submissions.
        image: None where there is none.
        decoded_at: when its picture was stored, by the storage's clock.
        readings: in the order in which they were made, as far as that is known.
        tasks: about it.
        annotations: all states, in order of time.
        pairs: of readings that were compared.
        second_looks: why a third person decides, by annotation config.
        accepted: ids of the accepted readings by annotation config.
        hold: why it stops a release; None where it does not.
        flags: of the submissions.
        points: entries of the submissions.
        releases: that tell of it, the oldest first.
        measured: evaluations that tell of it, the oldest first.
        runs: of verbs that may have done some of this.
    """

    submissions: Sequence[SubmissionRow] = ()
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    waits: Sequence[LifeArrival] = ()
    compared: Mapping[str, Sequence[Compared]] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    image: ImageRow | None = None
    decoded_at: datetime | None = None
    readings: Sequence[Reading] = ()
    tasks: Sequence[LifeTask] = ()
    annotations: Sequence[LifeAnnotation] = ()
    pairs: Sequence[LifePair] = ()
    second_looks: Mapping[str, str] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    hold: str | None = None
    flags: Sequence[Flag] = ()
    points: Sequence[PointEntry] = ()
    releases: Sequence[LifeRelease] = ()
    measured: Sequence[LifeMeasured] = ()
    runs: Sequence[VerbRun] = ()
