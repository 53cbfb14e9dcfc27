"""Everything that needs hands, the gravest first; what follows from something else that is told is left out."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.morning import Morning, MorningTrouble, TroubleKind
from stages.morning.run_troubles import late_runs, run_troubles
from stages.morning.seen import Seen
from stages.morning.service_troubles import service_troubles
from stages.morning.work_troubles import verb_of_claim, work_troubles

GRAVEST = (
    TroubleKind.DISK, TroubleKind.SERVICE_SILENT, TroubleKind.TOKEN_REFUSED, TroubleKind.SCHEDULES_OFF, TroubleKind.LATE_RUNS,
    TroubleKind.MODEL_MISSING, TroubleKind.RUN_FAILED, TroubleKind.RUN_DEAD, TroubleKind.NO_COMPLETED_RUN,
    TroubleKind.GATE_FAILED, TroubleKind.THROTTLED, TroubleKind.OLD_QUEUE, TroubleKind.STUCK_LEASE, TroubleKind.POISONED_TASK,
    TroubleKind.QUARANTINE, TroubleKind.NO_RECIPE, TroubleKind.BACKUP_OLD, TroubleKind.PREFECT_EVENTS)
"""What causes others comes first: who mends it mends them too."""
OF_SERVICES = (TroubleKind.TOKEN_REFUSED, TroubleKind.THROTTLED, TroubleKind.RUN_FAILED)
"""How runs fail where a service does not do its part."""
PREFECT = "Prefect"


def troubles(morning: Morning, seen: Seen) -> list[MorningTrouble]:
    """What needs hands, each thing once.

    A run that failed by a service that is told of, a verb without runs while nobody takes any, and what waits for a verb that
    failed, are mended by the same hands.

    Args:
        morning: all but its troubles.
        seen: what else was looked at.
    """
    services = list(service_troubles(morning, seen))
    runs = [item for item in run_troubles(morning, seen) if not _follows_from_services(item, seen)]
    late = late_runs(morning, seen)
    runs = [item for item in runs if not (item.kind is TroubleKind.NO_COMPLETED_RUN and item.about in late)]
    standing = {item.about for item in runs} | set(late)
    services = [item for item in services if not (item.kind is TroubleKind.BACKUP_OLD and item.about in standing)]
    work = [item for item in work_troubles(morning, seen) if not _waits_for(item, standing)]
    found: dict[tuple[TroubleKind, str], MorningTrouble] = {}
    for item in (*services, *runs, *work):
        found.setdefault((item.kind, item.about), item)
    return sorted(found.values(), key=lambda item: GRAVEST.index(item.kind))


def _follows_from_services(item: MorningTrouble, seen: Seen) -> bool:
    bad = [service.name for service in seen.services if service.problem]
    if item.kind is TroubleKind.NO_COMPLETED_RUN:
        return PREFECT in bad  # it says which verbs run by themselves, and makes their runs
    return item.kind in OF_SERVICES and any(f"{name} " in item.what for name in bad)


def _waits_for(item: MorningTrouble, standing: Iterable[str]) -> bool:
    if item.kind is TroubleKind.STUCK_LEASE:
        return verb_of_claim(item.about) in standing
    return item.kind is TroubleKind.OLD_QUEUE and item.about in standing
