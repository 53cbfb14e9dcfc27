"""The page of a trace: links to what can be traced itself; strangers' words are text."""

from __future__ import annotations

from pages.trace_page import linked_words, outlines
from pages.trace_words import event_words, fate_words
from schemas.trace import RegionFate, RegionText, TracedRegion, TraceEvent, TraceStep

BOX = ((0.0, 0.0), (90.0, 0.0), (90.0, 30.0), (0.0, 30.0))


def region(**values: object) -> TracedRegion:
    given = {"region_id": "r1", "replaces": "", "polygon": BOX, "texts": (RegionText("person:p", "c@1", "<b>서울", True, None),),
             "fates": ()}
    return TracedRegion(**{**given, **values})  # type: ignore[arg-type]


def test_ids_are_links_and_strangers_words_are_text() -> None:
    event = TraceEvent(TraceStep.REJECTED, None, {"submission": "c0c0c0", "reason": "", "why": "<script>", "other": ""})
    words = linked_words(event, "/c/spring/manage/trace")
    assert '<a href="/c/spring/manage/trace?thing=c0c0c0">c0c0c0</a>' in words.en
    assert "&lt;script&gt;" in words.en and "<script>" not in words.ko
    pushed = TraceEvent(TraceStep.PUSHED, None, {"task": "302", "project": "3", "config": "c@1", "side": "a", "why": "",
                                                 "subject": ""})
    assert "?thing=3/302" in linked_words(pushed, "/here").en


def test_a_rejection_says_what_its_sender_reads() -> None:
    event = TraceEvent(TraceStep.REJECTED, None, {"submission": "c0c0c0", "reason": "empty", "why": "0 bytes", "other": ""})
    assert event_words(event).en.endswith("The file is empty. Please send it again. (0 bytes)")
    assert "빈 파일" in event_words(event).ko


def test_outlines_show_what_was_asked_for_and_what_was_misread() -> None:
    wrong = RegionFate("r@1", "model:m@1", "matched", "서울역", "서울억")
    right = RegionFate("r@1", "model:m@1", "matched", "서울역", "서울역")
    drawn = str(outlines((region(fates=(wrong,)), region(fates=(right,)), region(asked=True, fates=(wrong,))), 1000))
    assert [part.split('"')[0] for part in drawn.split('<g class="')[1:]] == ["wrong", "plain", "asked"]
    assert "&lt;b&gt;서울" in drawn and "<b>" not in drawn
    assert fate_words(wrong).en == "read 서울억 in place of 서울역"
    assert fate_words(RegionFate("r@1", "model:m@1", "missed", "서울역", "")).en == "missed it: 서울역"
