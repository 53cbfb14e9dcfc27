"""What is wrong with the work: what waits too long, is stuck, cannot be read, or is quarantined."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.morning import Forecast, ForecastState, Morning, MorningTrouble, StuckLease, TroubleKind, VerbMorning, Waits
from schemas.submission import Outcome
from stages.morning.limits import IN_SIGHT, LONGEST_WAIT, PEOPLE_IN_SIGHT
from stages.morning.seen import BadTasks, Seen, StraysSeen
from stages.morning.spans import counted, span, span_ko

PEOPLE = "collect"
"""What waits for this verb, waits for annotators."""
NAMED = 5
"""Tasks that are named, at most."""
VERB_OF = {"settle": "ingest", "push": "label"}
"""The verb whose run takes a kind of claimed work over, where it is not the kind's first word."""


def work_troubles(morning: Morning, seen: Seen) -> Iterator[MorningTrouble]:
    """Troubles of what waits, and of what came to nothing."""
    for item in morning.verbs:
        longest = LONGEST_WAIT.get(item.verb)
        if longest and item.waits and item.waits.oldest_at and morning.at - item.waits.oldest_at > longest:
            if item.verb == PEOPLE:
                yield from _people(morning, item.waits, item.forecast)
            else:
                yield from _queue(morning, item, item.waits)
    if count := morning.outcomes.get(Outcome.QUARANTINED, 0):
        yield MorningTrouble(
            TroubleKind.QUARANTINE, "quarantine",
            what=f"{counted(count, 'photograph')} in quarantine: reading them failed in a way that nobody foresaw.",
            repair="`saegim ledger submissions` says why; when that is mended: `saegim ingest retry`",
            what_ko=f"사진 {count:,}장이 격리되어 있습니다. 예상하지 못한 방식으로 읽기에 실패했습니다.",
            repair_ko="`saegim ledger submissions`로 이유를 보고, 고친 뒤: `saegim ingest retry`")
    yield from map(_strays, seen.strays)
    yield from map(_bad_tasks, seen.bad_tasks)
    for stuck in morning.stuck:
        yield _stuck(morning, stuck)


def _queue(morning: Morning, item: VerbMorning, waits: Waits) -> Iterator[MorningTrouble]:
    """Where photographs wait for a verb and no end is in sight: a forecast of a verb that does not run is worth nothing."""
    runs = item.fires is not False or item.at_work is not None
    if runs and item.forecast and item.forecast.ready_at and item.forecast.ready_at - morning.at <= IN_SIGHT:
        return
    verb, waited = item.verb, morning.at - (waits.oldest_at or morning.at)
    yield MorningTrouble(
        TroubleKind.OLD_QUEUE, verb,
        what=f"{counted(waits.items, 'photograph')} waiting for {verb}, the oldest for {span(waited)}, and no end is in sight.",
        repair=f"`saegim run {verb}`, and look what it says; where it only takes long, more workers help",
        since=waits.oldest_at,
        what_ko=f"사진 {waits.items:,}장이 {verb} 실행을 기다립니다. 가장 오래된 것은 {span_ko(waited)}째이고, "
                "끝이 보이지 않습니다.",
        repair_ko=f"`saegim run {verb}`을 실행해 무슨 말을 하는지 보세요. 오래 걸리기만 한다면 작업자를 늘리세요.")


def _people(morning: Morning, waits: Waits, outlook: Forecast | None) -> Iterator[MorningTrouble]:
    """Where tasks wait for annotators and no end is in sight."""
    if outlook and outlook.ready_at and outlook.ready_at - morning.at <= PEOPLE_IN_SIGHT:
        return
    waited = morning.at - (waits.oldest_at or morning.at)
    nobody = outlook is None or outlook.state is ForecastState.NOBODY_WORKS
    yield MorningTrouble(
        TroubleKind.OLD_QUEUE, "annotators",
        what=f"{counted(waits.items, 'task')} waiting for annotators, the oldest for {span(waited)}: "
             + ("nobody has answered any of late." if nobody else "more than they get through in a month."),
        repair="Ask the annotators what keeps them, or add some: `saegim label people add EMAIL`", since=waits.oldest_at,
        what_ko=f"작업 {waits.items:,}건이 라벨러를 기다립니다. 가장 오래된 것은 {span_ko(waited)}째입니다. "
                + ("요즘 아무도 답하지 않았습니다." if nobody else "한 달 안에 끝나지 않습니다."),
        repair_ko="라벨러에게 물어보거나 더 추가하세요: `saegim label people add EMAIL`")


def _strays(strays: StraysSeen) -> MorningTrouble:
    return MorningTrouble(
        TroubleKind.NO_RECIPE, strays.campaign,
        what=f"{counted(strays.photographs, 'photograph')} held unread: their campaign has no file ({strays.why}).",
        repair=f"Write `{strays.file}`: the next ingest takes them in. Or, if the name is a mistake, move them to the "
               "right folder of the raw bucket",
        what_ko=f"사진 {strays.photographs:,}장이 읽히지 않은 채 보류되어 있습니다. 캠페인 파일이 없습니다({strays.why}).",
        repair_ko=f"`{strays.file}` 파일을 쓰면 다음 ingest가 받아들입니다. "
                  "이름이 잘못되었다면 원본 버킷의 올바른 폴더로 옮기세요.")


def _bad_tasks(bad: BadTasks) -> MorningTrouble:
    count = len(bad.tasks)
    some = ", ".join(map(str, bad.tasks[:NAMED])) + (" …" if count > NAMED else "")
    project = f"project {bad.project}" if bad.project else "a project"
    return MorningTrouble(
        TroubleKind.POISONED_TASK, project,
        what=f"Label Studio fails on {count} task{'s' * (count != 1)} of {project} ({some}): what people answered there does not "
             "come home.",
        repair="Open the task in Label Studio; if its page fails too, delete its annotation there, so that it is labelled again. "
               "The next collect looks again",
        since=bad.changed_at,
        what_ko=f"Label Studio가 프로젝트 {bad.project or ''}의 작업 {count}개({some})를 읽지 못합니다. "
                "그 답이 회수되지 않습니다.",
        repair_ko="Label Studio에서 그 작업을 열어 보세요. 페이지도 열리지 않으면 그 라벨을 지우고 다시 라벨링하게 하세요. "
                  "다음 collect가 다시 봅니다.")


def verb_of_claim(kind: str) -> str:
    """The verb whose run takes a kind of claimed work over."""
    return VERB_OF.get(kind, kind.partition(" ")[0])


def _stuck(morning: Morning, stuck: StuckLease) -> MorningTrouble:
    verb = verb_of_claim(stuck.kind)
    since = morning.at - stuck.expired_at
    return MorningTrouble(
        TroubleKind.STUCK_LEASE, stuck.kind,
        what=f"A worker that fell silent {span(since)} ago still holds {stuck.keys:,} piece{'s' * (stuck.keys != 1)} of the work "
             f"of {verb}, and nobody took over.",
        repair=f"`saegim run {verb}` takes them over at once", since=stuck.expired_at,
        what_ko=f"{span_ko(since)} 전에 사라진 작업자가 {verb} 작업 {stuck.keys:,}건을 아직 잡고 있습니다.",
        repair_ko=f"`saegim run {verb}`을 실행하면 바로 이어받습니다.")
