"""What the work stands on, as the morning page tells it: a name and what is said of it, in English and Korean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pages.evaluation_explained import Words
from pages.manage_words import OUTCOMES
from pages.morning_words import NEVER, age
from schemas.morning import Morning, NewestRelease, PrefectState
from schemas.submission import Outcome
from schemas.times import Stage

GIGABYTE = 1e9
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class MorningFact:
    """A line of the page: what it is about, and what is said of it."""

    about: Words
    said: Words


def facts(morning: Morning) -> Iterator[MorningFact]:
    """All of them, in their order; none of them names a person."""
    if morning.model:
        yield MorningFact(Words("Model in use", "쓰는 모델"), Words(morning.model, morning.model))
    if morning.release:
        yield MorningFact(Words("Newest release", "최신 릴리스"), _release(morning.release, morning))
    whole = next((item for item in morning.times if item.stage is Stage.ALL), None)
    if whole and whole.median is not None and whole.p90 is not None:
        yield MorningFact(
            Words("From sending to that release", "보낸 때부터 릴리스까지"),
            Words(f"{_days(whole.median).en} as a rule, nine of ten within {_days(whole.p90).en}",
                  f"보통 {_days(whole.median).ko}, 열에 아홉은 {_days(whole.p90).ko} 안"))
    if morning.people:
        hours, answers = sum(item.hours for item in morning.people), sum(item.answers for item in morning.people)
        count = len(morning.people)
        yield MorningFact(
            Words("Annotators, last 7 days", "라벨러, 최근 7일"),
            Words(f"{count} {'person' if count == 1 else 'people'}, {hours:,.0f} hours, {answers:,} answers",
                  f"{count}명, {hours:,.0f}시간, 답 {answers:,}건"))
    if morning.outcomes:
        shown = [(OUTCOMES[outcome], morning.outcomes[outcome]) for outcome in Outcome if morning.outcomes.get(outcome)]
        yield MorningFact(Words("All that was ever sent", "지금까지 보낸 사진"),
                          Words(", ".join(f"{count:,} {words.en}" for words, count in shown),
                                ", ".join(f"{words.ko} {count:,}" for words, count in shown)))
    yield MorningFact(Words("Flags to decide", "판정할 의심 사진"), Words(f"{morning.open_flags:,}", f"{morning.open_flags:,}"))
    if morning.doubtful:
        yield MorningFact(Words("Held photographs to decide", "결정할 보류 사진"), Words(
            f"{morning.doubtful:,}: on the page 'Held' of their campaign, or by saegim ingest duplicates",
            f"{morning.doubtful:,}장: 캠페인의 '보류' 페이지에서, 또는 saegim ingest duplicates"))
    for disk in morning.free:
        free = f"{disk.free_bytes / GIGABYTE:,.1f} GB"
        yield MorningFact(Words(f"Free disk on {disk.host}", f"{disk.host}의 남은 디스크"), Words(free, free))
    if morning.prefect:
        yield MorningFact(Words("Prefect's database", "Prefect 데이터베이스"), _prefect(morning.prefect, morning))
    yield MorningFact(Words("Last backup", "마지막 백업"), _ago(morning))


def _release(release: NewestRelease, morning: Morning) -> Words:
    at = age(release.published_at, morning.at)
    evaluated = Words("evaluated", "평가함") if release.is_evaluated else Words("not evaluated yet", "아직 평가 안 함")
    return Words(f"{release.name}, {release.rows:,} pictures, published {at.en} ago, {evaluated.en}",
                 f"{release.name}, 사진 {release.rows:,}장, {at.ko} 전 발행, {evaluated.ko}")


def _prefect(state: PrefectState, morning: Morning) -> Words:
    oldest = age(state.oldest_event_at, morning.at)
    if state.database_bytes is None:
        return Words(f"not on this machine; oldest event {oldest.en} old", f"이 컴퓨터에 없음, 가장 오래된 이벤트 {oldest.ko} 전")
    size = f"{state.database_bytes / MEGABYTE:,.0f} MB"
    return Words(f"{size}, oldest event {oldest.en} old", f"{size}, 가장 오래된 이벤트 {oldest.ko} 전")


def _ago(morning: Morning) -> Words:
    if morning.backup_at is None:
        return NEVER
    at = age(morning.backup_at, morning.at)
    return Words(f"{at.en} ago", f"{at.ko} 전")


def _days(hours: float) -> Words:
    """Hours below two days, days from then on."""
    return Words(f"{hours:.0f} h", f"{hours:.0f}시간") if hours < 48 else Words(f"{hours / 24:.1f} days", f"{hours / 24:.1f}일")
