"""Everything that needs hands, the gravest first."""

from __future__ import annotations

from schemas.morning import Morning, MorningTrouble, TroubleKind
from stages.morning.run_troubles import run_troubles
from stages.morning.seen import Seen
from stages.morning.service_troubles import service_troubles
from stages.morning.work_troubles import work_troubles

GRAVEST = (
    TroubleKind.DISK, TroubleKind.SERVICE_SILENT, TroubleKind.TOKEN_REFUSED, TroubleKind.SCHEDULES_OFF, TroubleKind.LATE_RUNS,
    TroubleKind.MODEL_MISSING, TroubleKind.RUN_FAILED, TroubleKind.RUN_DEAD, TroubleKind.NO_COMPLETED_RUN,
    TroubleKind.GATE_FAILED, TroubleKind.THROTTLED, TroubleKind.OLD_QUEUE, TroubleKind.STUCK_LEASE, TroubleKind.POISONED_TASK,
    TroubleKind.QUARANTINE, TroubleKind.BACKUP_OLD, TroubleKind.PREFECT_EVENTS)
"""What causes others comes first: who mends it mends them too."""


def troubles(morning: Morning, seen: Seen) -> list[MorningTrouble]:
    """What needs hands, each thing once.

    Args:
        morning: all but its troubles.
        seen: what else was looked at.
    """
    found: dict[tuple[TroubleKind, str], MorningTrouble] = {}
    for item in (*service_troubles(morning, seen), *run_troubles(morning, seen), *work_troubles(morning, seen)):
        found.setdefault((item.kind, item.about), item)
    return sorted(found.values(), key=lambda item: GRAVEST.index(item.kind))
