"""What is wrong with runs: failed, dead, late, not completed for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from schemas.morning import Morning, MorningTrouble, TroubleKind, VerbMorning
from schemas.runs import RunState, VerbRun
from stages.morning.limits import LATE, LONGEST_RUN, LONGEST_WITHOUT
from stages.morning.night import reason_of
from stages.morning.reasons import is_refusal, is_throttling
from stages.morning.seen import Seen
from stages.morning.spans import span, span_ko

GATES = "is not published:"
"""In what an export says that a gate stopped: ``stages/export/gates.py``."""
NO_MODEL = "There is no model "
BACKUP = "backup"
"""It is a command of its own, which nothing of Prefect's runs."""


def run_troubles(morning: Morning, seen: Seen) -> Iterator[MorningTrouble]:
    """Troubles of runs, verb by verb, then of the backup, and those of schedules."""
    for item in morning.verbs:
        found = _ended(item, seen) or _not_completed(item, morning, seen)
        if found:
            yield found
    if seen.backup and (found := _ended(seen.backup, seen)):
        yield found
    yield from _schedules(morning, seen)


def _ended(item: VerbMorning, seen: Seen) -> MorningTrouble | None:
    """How the last run ended, where that was not well; one that is noted as at work may be dead, until a later one has ended."""
    last = item.last
    if item.at_work and item.at_work.run_id in seen.dead and not (last and last.started_at > item.at_work.started_at):
        return _dead(item.at_work)
    if last is None or last.state not in (RunState.FAILED, RunState.DEAD):
        return None
    return _dead(last) if last.state is RunState.DEAD else _failed(item, last)


def _dead(run: VerbRun) -> MorningTrouble:
    verb = run.verb
    return MorningTrouble(
        TroubleKind.RUN_DEAD, verb,
        what=f"The last run of {verb} ({run.name}) died on {run.host or 'its machine'}: it was killed, or the machine went away.",
        repair=f"The next run takes its work up. If none comes: `{_command(verb)}`. If that dies too, look whether memory or "
               "disk ran out there",
        since=run.ended_at or run.started_at,
        what_ko=f"{verb}의 마지막 실행({run.name})이 {run.host or '그 컴퓨터'}에서 죽었습니다. "
                "프로세스가 종료되었거나 컴퓨터가 꺼졌습니다.",
        repair_ko=f"다음 실행이 이어서 합니다. 오지 않으면 `{_command(verb)}`. "
                  "또 죽으면 그 컴퓨터의 메모리와 디스크를 확인하세요.")


def _failed(item: VerbMorning, run: VerbRun) -> MorningTrouble:
    verb, reason = item.verb, reason_of(run)
    times = next((failure.runs for failure in item.failures if failure.reason == reason), 1)
    again = f" {times} runs since the evening failed so." if times > 1 else ""
    again_ko = f" 어제 저녁부터 {times}번 그랬습니다." if times > 1 else ""
    kind = _kind(reason)
    repair, repair_ko = _repairs(kind)
    return MorningTrouble(
        kind, verb,
        what=f"The last run of {verb} failed: {reason.removesuffix('.')}.{again}", repair=f"{repair}`{_command(verb)}`",
        since=item.completed.ended_at if item.completed else run.ended_at,
        what_ko=f"{verb}의 마지막 실행이 실패했습니다: {reason.removesuffix('.')}.{again_ko}",
        repair_ko=f"{repair_ko}`{_command(verb)}`")


def _command(verb: str) -> str:
    """What runs a verb."""
    return "saegim backup PLACE" if verb == BACKUP else f"saegim run {verb}"


def _kind(reason: str) -> TroubleKind:
    if NO_MODEL in reason:
        return TroubleKind.MODEL_MISSING
    if GATES in reason:
        return TroubleKind.GATE_FAILED
    if is_throttling(reason):
        return TroubleKind.THROTTLED
    return TroubleKind.TOKEN_REFUSED if is_refusal(reason) else TroubleKind.RUN_FAILED


def _repairs(kind: TroubleKind) -> tuple[str, str]:
    """What to do before the verb is run again, in English and Korean."""
    if kind is TroubleKind.TOKEN_REFUSED:
        return ("Put a valid token or key into the settings of all workers and restart them, then: ",
                "모든 작업자의 설정에 유효한 토큰이나 키를 넣고 다시 시작한 뒤: ")
    if kind is TroubleKind.THROTTLED:
        return ("It goes on by itself when the service has time. If it stays so, start fewer workers, then: ",
                "서비스에 여유가 생기면 저절로 이어집니다. 계속되면 작업자를 줄인 뒤: ")
    if kind is TroubleKind.GATE_FAILED:
        return ("The artifact 'gates' of the run has all that stops it, each with its repair. When that is done: ",
                "실행의 artifact 'gates'에 막는 것과 고치는 방법이 모두 있습니다. 고친 뒤: ")
    if kind is TroubleKind.MODEL_MISSING:
        return ("`saegim models list` shows what there is, `saegim models use NAME@VERSION` chooses one; then: ",
                "`saegim models list`로 있는 모델을 보고 `saegim models use NAME@VERSION`으로 고른 뒤: ")
    return "Do what it says, then: ", "위 문장이 말하는 대로 한 뒤: "


def _not_completed(item: VerbMorning, morning: Morning, seen: Seen) -> MorningTrouble | None:
    """Where a verb that runs by itself has not completed for too long; a long run that is at work stands in for it."""
    longest = LONGEST_WITHOUT.get(item.verb)
    since = item.completed.ended_at if item.completed else seen.noted_from
    if longest is None or item.fires is False or since is None or morning.at - since <= longest:
        return None
    if item.at_work and morning.at - item.at_work.started_at <= LONGEST_RUN:
        return None
    cancelled = item.last is not None and item.last.state is RunState.CANCELLED
    return MorningTrouble(
        TroubleKind.NO_COMPLETED_RUN, item.verb,
        what=f"No run of {item.verb} has completed for {span(morning.at - since)}."
             + (" Its last run was cancelled." if cancelled else ""),
        repair=f"`saegim up` starts what is down; `saegim doctor` says what stands in the way; then: `saegim run {item.verb}`",
        since=since,
        what_ko=f"{item.verb} 실행이 {span_ko(morning.at - since)} 동안 한 번도 끝나지 않았습니다."
                + (" 마지막 실행은 취소되었습니다." if cancelled else ""),
        repair_ko=f"`saegim up`으로 꺼진 것을 켜고, `saegim doctor`로 원인을 본 뒤: `saegim run {item.verb}`")


def late_runs(morning: Morning, seen: Seen) -> dict[str, datetime]:
    """When runs were due that no worker has taken, by their verbs."""
    return {item.verb: item.next_at for item in seen.planned or ()
            if item.fires and item.next_at and morning.at - item.next_at > LATE}


def _schedules(morning: Morning, seen: Seen) -> Iterator[MorningTrouble]:
    if seen.planned is None:
        return
    if not any(item.fires for item in seen.planned):
        if seen.first_sent or any(item.waits and item.waits.items for item in morning.verbs):
            yield MorningTrouble(
                TroubleKind.SCHEDULES_OFF, "schedules", what="All schedules are off: nothing runs by itself.",
                repair="`saegim up` turns them on", what_ko="모든 일정이 꺼져 있습니다. 저절로 실행되는 것이 없습니다.",
                repair_ko="`saegim up`으로 켜세요.")
        return
    if late := late_runs(morning, seen):
        first = min(late.values())
        names = ", ".join(sorted(late, key=lambda verb: late[verb]))
        yield MorningTrouble(
            TroubleKind.LATE_RUNS, "workers",
            what=f"Runs that were due wait for a worker for {span(morning.at - first)}: {names}.",
            repair="`saegim up` starts the workers, or: `prefect worker start --pool cpu` (gpu for prelabel)", since=first,
            what_ko=f"예정된 실행이 {span_ko(morning.at - first)}째 작업자를 기다립니다: {names}.",
            repair_ko="`saegim up`으로 작업자를 켜세요. 또는: `prefect worker start --pool cpu` (prelabel은 gpu)")
