"""What a data manager sees at nine: troubles with their repairs. Other records of the morning page stand beside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class MorningTrouble:
    """Something that needs hands.

    Attributes:
        kind: what is wrong.
        about: which verb, queue or service.
        what: the sentence that people read.
        repair: the line to run, or what to do.
        since: how long it has been so; None where nobody knows.
    """

    kind: TroubleKind
    about: str
    what: str
    repair: str
    since: datetime | None = None
