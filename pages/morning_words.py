"""What the morning page says, in English and Korean: verbs, outcomes, forecasts, the first line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from pages.evaluation_explained import Words
from pages.moments import day_of_year_words, moment_words
from schemas.morning import AnnotatorWork, Forecast, ForecastState, Morning, MorningTrouble, TroubleKind, VerbMorning
from schemas.runs import RunState, VerbRun

VERBS: Mapping[str, Words] = {
    "ingest": Words("Take photographs in", "사진 수집"),
    "prelabel": Words("Read by the model", "모델 판독"),
    "label": Words("Give to annotators", "작업 배정"),
    "collect": Words("Bring labels home", "라벨 회수"),
    "export": Words("Publish a release", "릴리스 발행"),
    "evaluate": Words("Evaluate the model", "모델 평가"),
    "score": Words("Count points", "점수 계산"),
    "watch": Words("Keep watch", "감시"),
    "backup": Words("Back up", "백업"),
}
"""What each verb does; another one is told by its own name."""
WAITING: Mapping[str, Words] = {
    "ingest": Words("photographs", "장"), "prelabel": Words("pictures", "장"), "label": Words("pictures", "장"),
    "collect": Words("tasks for annotators", "건 (라벨러)"), "evaluate": Words("release", "개"),
}
"""What waits for a verb."""
OUTCOMES: Mapping[RunState, Words] = {
    RunState.AT_WORK: Words("at work", "실행 중"),
    RunState.COMPLETED: Words("completed", "완료"),
    RunState.GAVE_WAY: Words("gave way", "양보"),
    RunState.FAILED: Words("failed", "실패"),
    RunState.CANCELLED: Words("cancelled", "취소됨"),
    RunState.DEAD: Words("died", "죽음"),
}
KINDS: Mapping[TroubleKind, Words] = {
    TroubleKind.NO_COMPLETED_RUN: Words("No completed run", "완료된 실행 없음"),
    TroubleKind.RUN_FAILED: Words("Run failed", "실행 실패"),
    TroubleKind.RUN_DEAD: Words("Run died", "실행이 죽음"),
    TroubleKind.LATE_RUNS: Words("Nobody takes runs", "실행할 작업자 없음"),
    TroubleKind.SCHEDULES_OFF: Words("Schedules are off", "일정 꺼짐"),
    TroubleKind.STUCK_LEASE: Words("Work is stuck", "멈춘 작업"),
    TroubleKind.OLD_QUEUE: Words("Waits too long", "너무 오래 기다림"),
    TroubleKind.QUARANTINE: Words("Quarantine", "격리된 사진"),
    TroubleKind.POISONED_TASK: Words("Task cannot be read", "읽을 수 없는 작업"),
    TroubleKind.DISK: Words("Disk nearly full", "디스크 부족"),
    TroubleKind.GATE_FAILED: Words("Release stopped", "릴리스가 막힘"),
    TroubleKind.TOKEN_REFUSED: Words("Access refused", "접근 거부"),
    TroubleKind.SERVICE_SILENT: Words("Service silent", "서비스 응답 없음"),
    TroubleKind.THROTTLED: Words("Service too busy", "서비스 과부하"),
    TroubleKind.MODEL_MISSING: Words("Model missing", "모델 없음"),
    TroubleKind.PREFECT_EVENTS: Words("Prefect is not pruned", "Prefect 기록이 쌓임"),
    TroubleKind.BACKUP_OLD: Words("No fresh backup", "최근 백업 없음"),
    TroubleKind.NO_RECIPE: Words("Campaign without a file", "캠페인 파일 없음"),
}
ABOUT_ALL = (TroubleKind.QUARANTINE, TroubleKind.SCHEDULES_OFF, TroubleKind.BACKUP_OLD, TroubleKind.LATE_RUNS)
"""Of these there is one at most: what they are about need not be named."""
QUARTER = timedelta(minutes=15)
PAGE = Words("Morning", "아침 현황")
NEVER = Words("never", "없음")
NONE = Words("–", "–")


def headline(morning: Morning) -> Words:
    """The first line."""
    count = len(morning.troubles)
    if not count:
        return Words("The night went well", "밤사이 아무 문제 없었습니다")
    return Words("One thing needs you" if count == 1 else f"{count} things need you", f"확인할 일이 {count}가지 있습니다")


def verb_words(verb: str) -> Words:
    """What a verb does."""
    return VERBS.get(verb, Words(verb, verb))


def what(trouble: MorningTrouble) -> Words:
    """What is wrong."""
    return Words(trouble.what, trouble.what_ko or trouble.what)


def repair(trouble: MorningTrouble) -> Words:
    """What to do."""
    return Words(trouble.repair, trouble.repair_ko or trouble.repair)


def code_parts(text: str) -> list[tuple[str, bool]]:
    """The parts of a sentence in which commands stand between backticks, in their order; whether each is a command."""
    return [(part, bool(number % 2)) for number, part in enumerate(text.split("`")) if part]


def age(at: datetime | None, now: datetime) -> Words:
    """How long ago something was; – where nobody knows."""
    return NONE if at is None else span_words(now - at)


def span_words(time: timedelta) -> Words:
    """A span in one unit: minutes below two hours, hours below two days, then days."""
    minutes = max(0, int(time.total_seconds()) // 60)
    if minutes < 120:
        return Words(f"{minutes} min", f"{minutes}분")
    if minutes < 48 * 60:
        return Words(f"{minutes // 60} h", f"{minutes // 60}시간")
    return Words(f"{minutes // 1440} days", f"{minutes // 1440}일")


def moment(at: datetime, now: datetime, zone: str) -> Words:
    """A moment near now: with today or tomorrow in place of its day."""
    local = at.astimezone(ZoneInfo(zone))
    days = (local.date() - now.astimezone(ZoneInfo(zone)).date()).days
    near = {-1: Words("yesterday", "어제"), 0: Words("today", "오늘"), 1: Words("tomorrow", "내일")}.get(days)
    return Words(f"{near.en} {local:%H:%M}", f"{near.ko} {local:%H:%M}") if near else moment_words(at, zone)


def promised(at: datetime, now: datetime, zone: str) -> Words:
    """A moment to come, rounded up: to a quarter of an hour within a day, to an hour beyond."""
    step = QUARTER if at - now < timedelta(days=1) else timedelta(hours=1)
    start = now.replace(minute=0, second=0, microsecond=0)
    return moment(start + ceil((at - start) / step) * step, now, zone)


def outlook(forecast: Forecast, now: datetime, zone: str) -> Words:
    """When what waits is done, as a manager can promise it."""
    if forecast.state is ForecastState.NOTHING_WAITS:
        return Words("nothing waits", "기다리는 것 없음")
    if forecast.state is ForecastState.NOBODY_WORKS:
        return Words("stands still: nobody works at it", "멈춤: 지금 아무도 하고 있지 않음")
    if forecast.state is ForecastState.TOO_FAR or forecast.ready_at is None:
        return Words("in more than 60 days", "60일 넘게 걸림")
    ready = promised(forecast.ready_at, now, zone)
    if forecast.by_at is None:
        return Words(f"ready {ready.en}", f"{ready.ko} 완료 예상")
    by = promised(forecast.by_at, now, zone)
    if by == ready:
        return Words(f"ready {ready.en}", f"{ready.ko} 완료 예상")
    return Words(f"ready {ready.en}, {by.en} at the latest", f"{ready.ko} 완료 예상, 늦어도 {by.ko}")


def waits_words(item: VerbMorning) -> Words:
    """How much waits for a verb."""
    if item.waits is None:
        return NONE
    if not item.waits.items:
        return Words("0", "0")
    of = WAITING.get(item.verb, Words("", ""))
    return Words(f"{item.waits.items:,} {of.en}", f"{item.waits.items:,}{of.ko}")


def hourly(forecast: Forecast | None) -> str:
    """How many are done in an hour in which anybody works; – where nobody does."""
    if forecast is None or forecast.an_hour is None:
        return NONE.en
    return f"{forecast.an_hour:,.0f}" if forecast.an_hour >= 10 else f"{forecast.an_hour:.1f}"


def promise(morning: Morning) -> Words:
    """When all that was sent is labelled, and the release after that, in a sentence; in another what waits for hands before."""
    said, count = _promise(morning), morning.held_up
    if not count:
        return said
    return Words(f"{said.en} {count:,} {'photograph waits' if count == 1 else 'photographs wait'} for hands: held or in "
                 "quarantine.", f"{said.ko} 사람이 봐야 할 사진 {count:,}장이 있습니다(보류 또는 격리).")


def _promise(morning: Morning) -> Words:
    way = morning.way
    if way.state is ForecastState.NOTHING_WAITS:
        if morning.held_up:
            return Words("Everything that was taken in is labelled.", "받아들인 사진은 모두 라벨링되었습니다.")
        return Words("Everything that was sent is labelled.", "보낸 사진은 모두 라벨링되었습니다.")
    if way.state is ForecastState.NOBODY_WORKS:
        return Words(f"{way.items:,} tasks to label; when they are ready cannot be told while a step stands still.",
                     f"라벨링할 작업 {way.items:,}건. 멈춘 단계가 있어 언제 끝날지 말할 수 없습니다.")
    rate = hourly(way)
    said = outlook(way, morning.at, morning.zone)
    fast = Words(f", {rate} an hour", f", 시간당 {rate}건") if way.an_hour else Words("", "")
    begins = Words(f"{way.items:,} {'task' if way.items == 1 else 'tasks'} to label{fast.en}: {said.en}",
                   f"라벨링할 작업 {way.items:,}건{fast.ko}: {said.ko}")
    if morning.release_at is None:
        return Words(f"{begins.en}.", f"{begins.ko}.")
    release = moment(morning.release_at, morning.at, morning.zone)
    return Words(f"{begins.en}. The release after that is planned for {release.en}.",
                 f"{begins.ko}. 그다음 릴리스는 {release.ko} 예정입니다.")


def outcome(run: VerbRun | None) -> Words:
    """How a run ended."""
    return NONE if run is None else OUTCOMES[run.state]


def counts_words(counts: Mapping[str, int]) -> str:
    """Counts as people read them: ``412 accepted, 9 duplicate``."""
    return ", ".join(f"{count:,} {said}" for said, count in counts.items() if count)


def ready(item: VerbMorning, morning: Morning) -> Words:
    """When what waits for a verb is done; when the next release is planned; – where nothing can be told."""
    if item.verb == "export" and morning.prefect and morning.prefect.next_exports:
        planned = moment(morning.prefect.next_exports[0], morning.at, morning.zone)
        return Words(f"planned {planned.en}", f"{planned.ko} 예정")
    if item.waits is None or not item.waits.items:
        return NONE
    if item.verb == "label":
        return Words("as annotators answer", "라벨러가 답하는 대로")  # the queue in Label Studio is kept shallow
    return outlook(item.forecast, morning.at, morning.zone) if item.forecast else NONE


def today(morning: Morning) -> Words:
    """The day, when somebody looked, and what the night is."""
    local = morning.at.astimezone(ZoneInfo(morning.zone))
    day = day_of_year_words(local.date())
    since = moment(morning.since, morning.at, morning.zone)
    return Words(f"{day.en}, {local:%H:%M} ({morning.zone}). The night: since {since.en}.",
                 f"{day.ko} {local:%H:%M} ({morning.zone}). 지난밤: {since.ko}부터.")


def unwell(morning: Morning) -> frozenset[str]:
    """Verbs that something is wrong with, or whose last run was."""
    named = {trouble.about for trouble in morning.troubles}
    return frozenset(item.verb for item in morning.verbs
                     if item.verb in named or (item.last and item.last.state in (RunState.FAILED, RunState.DEAD)))


def person(work: AnnotatorWork) -> str:
    """The annotator's address."""
    return work.reader.partition(":")[2]
