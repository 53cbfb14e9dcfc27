"""What a trace says, in English and Korean: one sentence a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pages.evaluation_explained import Words
from schemas.outcomes import Fate
from schemas.submission import SENTENCES, Reason
from schemas.trace import RegionFate, TraceEvent, TraceKind, TraceStep

KINDS: Mapping[TraceKind, Words] = {
    TraceKind.SUBMISSION: Words("Submission", "제출 사진"),
    TraceKind.IMAGE: Words("Image", "이미지"),
    TraceKind.REGION: Words("Region", "영역"),
    TraceKind.READING: Words("Reading", "읽은 결과"),
    TraceKind.TASK: Words("Task", "작업"),
    TraceKind.ANNOTATION: Words("Annotation", "라벨"),
}
STEPS: Mapping[TraceStep, Words] = {
    TraceStep.PLACE_GIVEN: Words("The portal gave it the place {key}", "포털이 자리를 주었습니다: {key}"),
    TraceStep.SENT: Words("{who} sent it to {campaign}: {key}, {size} bytes (submission {submission})",
                          "{who} 님이 {campaign}에 보냈습니다: {key}, {size}바이트 (제출 {submission})"),
    TraceStep.WAITS: Words("It waits for the next ingest ({state})", "다음 수집을 기다립니다 ({state})"),
    TraceStep.DECODED: Words("Its picture was made: {width} × {height}, {media_type}, image {image}",
                             "이미지를 만들었습니다: {width} × {height}, {media_type}, 이미지 {image}"),
    TraceStep.COMPARED: Words("Submission {submission} was compared with image {other}: {verdict}",
                              "제출 {submission}을(를) 이미지 {other}와(과) 비교했습니다: {verdict}"),
    TraceStep.ACCEPTED: Words("Submission {submission} was accepted", "제출 {submission}: 받았습니다"),
    TraceStep.DUPLICATE: Words("Submission {submission} repeats submission {other}",
                               "제출 {submission}: 제출 {other}의 중복입니다"),
    TraceStep.REJECTED: Words("Submission {submission} was rejected: {why}", "제출 {submission}: 받지 않았습니다: {why}"),
    TraceStep.HELD: Words("Submission {submission} is held until somebody decides: {why}",
                          "제출 {submission}: 판정을 기다리며 보류 중입니다: {why}"),
    TraceStep.QUARANTINED: Words("Submission {submission} is quarantined: {why}", "제출 {submission}: 격리했습니다: {why}"),
    TraceStep.WITHDRAWN: Words("Submission {submission} was withdrawn: {why}", "제출 {submission}: 철회되었습니다: {why}"),
    TraceStep.DECIDED: Words("A manager said ({number}): {kind}, submission {submission} {other}",
                             "관리자 판정 ({number}): {kind}, 제출 {submission} {other}"),
    TraceStep.REFUSED: Words("Nobody takes this image any more, {outcome}: {why}",
                             "더는 쓰지 않는 이미지입니다, {outcome}: {why}"),
    TraceStep.FLAGGED: Words("Flagged as {kind} ({decision}): {why}", "의심 사진 표시 {kind} ({decision}): {why}"),
    TraceStep.ON_HOLD: Words("On hold now, it stops every release: {why}", "지금 보류되어 모든 배포를 멈춥니다: {why}"),
    TraceStep.POINTS: Words("{points} points for {who} ({rule}, {reason})", "{who} 님 점수 {points} ({rule}, {reason})"),
    TraceStep.READ: Words("{reader} read {regions} regions (run {run}, reading {reading})",
                          "{reader} 모델이 영역 {regions}개를 읽었습니다 (실행 {run}, 읽은 결과 {reading})"),
    TraceStep.LABELS_IMPORTED: Words("Labels of {reader} came with it: {regions} regions (reading {reading})",
                                     "{reader}의 라벨을 가져왔습니다: 영역 {regions}개 (읽은 결과 {reading})"),
    TraceStep.PUSHED: Words("Pushed to Label Studio as task {task} of project {project} ({config}, side {side}) {subject} {why}",
                            "Label Studio 프로젝트 {project}의 작업 {task}(으)로 올렸습니다 ({config}, {side}) {subject} {why}"),
    TraceStep.PLANNED: Words("A task is planned ({config}, side {side}) {subject} {why}",
                             "작업이 올라갈 차례를 기다립니다 ({config}, {side}) {subject} {why}"),
    TraceStep.ANSWERED: Words("{who} labelled task {task} in {seconds} s: {regions} regions (annotation {annotation}, reading "
                              "{reading})", "{who} 님이 작업 {task}을(를) {seconds}초에 라벨링했습니다: 영역 {regions}개 (라벨 "
                              "{annotation}, 읽은 결과 {reading})"),
    TraceStep.SKIPPED: Words("{who} skipped task {task} after {seconds} s (annotation {annotation})",
                             "{who} 님이 작업 {task}을(를) {seconds}초 뒤 건너뛰었습니다 (라벨 {annotation})"),
    TraceStep.NOT_TAKEN: Words("{who} answered task {task} in {seconds} s, and a check found: {why} (annotation {annotation})",
                               "{who} 님이 작업 {task}에 {seconds}초에 답했고 검사에서 걸렸습니다: {why} (라벨 {annotation})"),
    TraceStep.TAKEN_BACK: Words("{who} took annotation {annotation} back", "{who} 님이 라벨 {annotation}을(를) 지웠습니다"),
    TraceStep.PAIR_COMPARED: Words("{one} and {other} were compared: regions {regions}, CER {cer}: {agreed}",
                                   "{one}와(과) {other} 비교: 영역 {regions}, CER {cer}: {agreed}"),
    TraceStep.SECOND_LOOK: Words("A third person decides ({config}): {why}", "세 번째 사람이 판정합니다 ({config}): {why}"),
    TraceStep.READING_ACCEPTED: Words("The reading of {reader} is the accepted one under {config} (reading {reading})",
                                      "{reader}의 결과를 {config}의 정답으로 받았습니다 (읽은 결과 {reading})"),
    TraceStep.RELEASED: Words("In {release}, split {split}, as {reader} read it",
                              "{release}의 {split}에 들어 있습니다 ({reader}의 결과)"),
    TraceStep.LEFT_OUT: Words("{release} leaves it out: {why}", "{release}에서 빠졌습니다: {why}"),
    TraceStep.MEASURED: Words("{reader} was measured on {release}: {matched} found, {wrong} of them misread, {missed} missed, "
                              "{extra} that are not there (evaluation {evaluation})",
                              "{release}에서 {reader} 평가: {matched}개 찾음, 그중 {wrong}개 잘못 읽음, {missed}개 놓침, 없는 것 "
                              "{extra}개 (평가 {evaluation})"),
}
"""Each names facts of its event."""
FATES: Mapping[str, Words] = {
    Fate.MATCHED: Words("read {read}, which is right", "맞게 읽음: {read}"),
    Fate.MISSED: Words("missed it: {truth}", "놓침: {truth}"),
    Fate.EXTRA: Words("read {read} where nothing is", "없는 것을 읽음: {read}"),
}
MISREAD = Words("read {read} in place of {truth}", "{truth} 대신 {read}(으)로 읽음")
NO_TIME = Words("–", "–")
"""In place of a moment that no system kept."""


class Sentence(NamedTuple):
    """What is said in one language, with places for the facts of the event.

    Attributes:
        text: names facts in braces.
        why: stands in place of the fact ``why``; empty where that stays.
    """

    text: str
    why: str


def sentences_of(event: TraceEvent) -> tuple[Sentence, Sentence]:
    """The sentence of an event in English and in Korean."""
    words = STEPS[event.step]
    reason = event.facts.get("reason", "")
    known = SENTENCES.get(Reason(reason)) if reason in tuple(Reason) else None
    detail = f" ({event.facts['why']})" if event.facts.get("why") else ""
    return (Sentence(words.en, known[1] + detail if known else ""), Sentence(words.ko, known[0] + detail if known else ""))


def event_words(event: TraceEvent) -> Words:
    """The sentence of an event."""
    english, korean = (_tidy(item.text.format(**{**event.facts, **({"why": item.why} if item.why else {})}))
                       for item in sentences_of(event))
    return Words(english, korean)


def is_right(fate: RegionFate) -> bool:
    """Whether a model found a region and read what is written there."""
    return fate.fate == Fate.MATCHED and fate.truth == fate.read


def fate_words(fate: RegionFate) -> Words:
    """What a model made of a region."""
    words = MISREAD if fate.fate == Fate.MATCHED and not is_right(fate) else FATES[fate.fate]
    told = {"read": fate.read or "–", "truth": fate.truth or "–"}
    return Words(words.en.format(**told), words.ko.format(**told))


def run_words(event: TraceEvent) -> str:
    """The run that did it: its verb, and its name as Prefect's pages have it; empty where nobody knows."""
    return f"{event.run.verb} {event.run.name}" if event.run else ""


def _tidy(text: str) -> str:
    """Without what stood before a fact that there is none of."""
    return text.rstrip(" :")
