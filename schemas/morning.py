"""What a data manager sees at nine: troubles with their repairs, what each verb did, what waits, and when it will be ready."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from schemas.reader import Reader
from schemas.runs import VerbRun
from schemas.submission import Outcome
from schemas.times import StageTime


class TroubleKind(StrEnum):
    """What may be wrong. Each is red on the morning page, has one repair, and is the name of an alert."""

    NO_COMPLETED_RUN = "no-completed-run"
    """A verb that is scheduled has not completed for too long; a cancelled run is no success."""
    RUN_FAILED = "run-failed"
    RUN_DEAD = "run-dead"
    LATE_RUNS = "late-runs"
    SCHEDULES_OFF = "schedules-off"
    STUCK_LEASE = "stuck-lease"
    OLD_QUEUE = "old-queue"
    """What waits, has waited for too long."""
    QUARANTINE = "quarantine"
    POISONED_TASK = "poisoned-task"
    """An annotation that cannot be read."""
    DISK = "disk"
    GATE_FAILED = "gate-failed"
    TOKEN_REFUSED = "token-refused"  # noqa: S105  a kind, not a token
    SERVICE_SILENT = "service-silent"
    THROTTLED = "throttled"
    MODEL_MISSING = "model-missing"
    PREFECT_EVENTS = "prefect-events"
    """Prefect's database grows, or its events are older than they should be."""
    BACKUP_OLD = "backup-old"
    NO_RECIPE = "no-recipe"
    """Photographs are held, for their campaign has no file."""


@dataclass(frozen=True, slots=True)
class MorningTrouble:
    """Something that needs hands.

    Attributes:
        kind: what is wrong.
        about: which verb, queue or service.
        what: the sentence that people read.
        repair: the line to run, or what to do.
        since: how long it has been so; None where nobody knows.
        what_ko: the sentence in Korean; the English one stands for it where empty.
        repair_ko: what to do in Korean; likewise.
    """

    kind: TroubleKind
    about: str
    what: str
    repair: str
    since: datetime | None = None
    what_ko: str = ""
    repair_ko: str = ""


class ForecastState(StrEnum):
    """Whether a moment can be told."""

    NOTHING_WAITS = "nothing waits"
    READY = "ready"
    NOBODY_WORKS = "nobody works"
    """Nothing was done of late, so that nothing says how fast it goes."""
    TOO_FAR = "too far"
    """Further away than anybody should promise."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When what waits will be done, if it goes on as it did of late.

    Attributes:
        items: how many wait.
        state: whether a moment can be told.
        an_hour: how many are done in an hour in which somebody, or a machine, works; None where nobody did.
        ready_at: when the last one is done, at the usual pace; None unless the state is ``READY``.
        by_at: what can be promised: nine times of ten it is done by then.
    """

    items: int
    state: ForecastState
    an_hour: float | None = None
    ready_at: datetime | None = None
    by_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a verb, or for people.

    Attributes:
        items: how many.
        oldest_at: since when the oldest one waits; None where nothing does, or nobody knows.
    """

    items: int = 0
    oldest_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailureSeen:
    """Runs of a verb that failed for one reason since the evening.

    Attributes:
        reason: the first line of what their runs said.
        runs: how many.
        last_at: when the last one ended.
    """

    reason: str
    runs: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class VerbMorning:
    """How one verb went.

    Attributes:
        verb: its name.
        completed: its last run that completed; None where none ever did.
        last: its last run that ended, other than by giving way.
        at_work: its run that works now.
        failures: since the evening, the most frequent first.
        waits: for it; None where nothing can wait for it.
        forecast: when that is done; None where it takes no time worth telling.
        fires: whether it runs by itself; None where Prefect does not say.
    """

    verb: str
    completed: VerbRun | None = None
    last: VerbRun | None = None
    at_work: VerbRun | None = None
    failures: Sequence[FailureSeen] = ()
    waits: Waits | None = None
    forecast: Forecast | None = None
    fires: bool | None = None


@dataclass(frozen=True, slots=True)
class FreeDisk:
    """Bytes free in the state folder of a machine, when somebody looked last."""

    host: str
    free_bytes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StuckLease:
    """Claims whose holder does not renew them: of one kind by one holder.

    Attributes:
        kind: of work.
        holder: machine and process.
        keys: how many.
        expired_at: when the first of them ran out.
    """

    kind: str
    holder: str
    keys: int
    expired_at: datetime


@dataclass(frozen=True, slots=True)
class AnnotatorWork:
    """What one annotator did in the last seven days."""

    reader: Reader
    answers: int
    hours: float


@dataclass(frozen=True, slots=True)
class PrefectState:
    """What is known of the Prefect server.

    Attributes:
        database_bytes: of its SQLite file; None where that is not on this machine.
        oldest_event_at: None where it tells none.
        fires: whether any of its schedules is on.
        next_exports: when the next releases are planned, the earliest first.
    """

    database_bytes: int | None
    oldest_event_at: datetime | None
    fires: bool
    next_exports: Sequence[datetime] = ()


@dataclass(frozen=True, slots=True)
class NewestRelease:
    """The release that engineers have now."""

    name: str
    rows: int
    published_at: datetime | None
    is_evaluated: bool


@dataclass(frozen=True, slots=True)
class Morning:
    """All that the morning page tells.

    Attributes:
        at: when somebody looked.
        zone: IANA name of the time zone that its moments are told in.
        since: the evening before: what happened since then is the night.
        troubles: what needs hands, the gravest first.
        verbs: in the order of the data's way.
        night: runs since the evening that did something or did not complete, in their order.
        counts: what the runs of the night changed, by verb and by what people read beside it.
        way: when all that was sent so far is labelled.
        release_at: the planned release after that; None where none is known.
        free: of each machine's disk.
        model: in use; empty where nobody knows.
        people: annotators of the last seven days, the most hours first.
        outcomes: of all submissions, by outcome.
        open_flags: that a manager has to decide.
        stuck: leases that nobody renews.
        times: how long photographs took that came into the newest release.
        release: None where there is none, or the object store does not answer.
        prefect: None where it does not answer.
        backup_at: when the last backup was completed.
        answering: whether each service answered, by its name.
        doubtful: held photographs that a manager has to decide: they may repeat others.
    """

    at: datetime
    zone: str
    since: datetime
    troubles: Sequence[MorningTrouble]
    verbs: Sequence[VerbMorning]
    night: Sequence[VerbRun]
    counts: Mapping[str, Mapping[str, int]]
    way: Forecast
    release_at: datetime | None
    free: Sequence[FreeDisk]
    model: str
    people: Sequence[AnnotatorWork]
    outcomes: Mapping[str, int]
    open_flags: int
    stuck: Sequence[StuckLease]
    times: Sequence[StageTime]
    release: NewestRelease | None
    prefect: PrefectState | None
    backup_at: datetime | None
    answering: Mapping[str, bool]
    doubtful: int = 0

    @property
    def held_up(self) -> int:
        """Photographs that wait for hands: held or in quarantine."""
        return self.outcomes.get(Outcome.HELD, 0) + self.outcomes.get(Outcome.QUARANTINED, 0)

    @property
    def is_healthy(self) -> bool:
        """Whether nothing needs hands."""
        return not self.troubles
