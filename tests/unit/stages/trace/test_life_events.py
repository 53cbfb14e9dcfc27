"""Events of a life: every step, in order, with the run that did it, and nobody's name."""

from __future__ import annotations

from dataclasses import replace

from pages.trace_words import STEPS, event_words
from schemas.outcomes import Fate
from schemas.trace import LifeMeasured, TraceEvent, TraceKind, TraceName, TraceStep
from stages.trace.life_events import events_of, run_at, run_within, shown_key, without_asked
from stages.trace.life_regions import regions_of
from tests.made_life import EVALUATION, IMAGE, KIM, LEE, MODEL, REDRAWN, REGION, RUNS, SENT, at, made_life, run

WHOLE = TraceName(TraceKind.IMAGE, IMAGE, IMAGE)


def hidden(name: str) -> str:
    return f"p{len(name)}"


def told(name: TraceName = WHOLE) -> list[TraceEvent]:
    return events_of(made_life(), name, hidden)


def test_every_step_is_told_and_every_sentence_has_its_facts() -> None:
    assert {event.step for event in told()} == set(TraceStep) == set(STEPS)
    for event in told():
        words = event_words(event)
        assert words.en and words.ko and "{" not in words.en + words.ko


def test_what_happened_is_told_in_its_order_also_where_no_time_was_kept() -> None:
    order = [event.step for event in told()]
    life = [TraceStep.PLACE_GIVEN, TraceStep.SENT, TraceStep.DECODED, TraceStep.ACCEPTED, TraceStep.READ, TraceStep.PUSHED,
            TraceStep.ANSWERED, TraceStep.READING_ACCEPTED, TraceStep.RELEASED, TraceStep.MEASURED, TraceStep.LEFT_OUT,
            TraceStep.ON_HOLD]
    assert [order.index(step) for step in life] == sorted(order.index(step) for step in life)
    times = [event.at for event in told() if event.at]
    assert times == sorted(times)


def test_nobodys_name_is_in_what_is_told() -> None:
    said = " ".join(str(event.facts.values()) for event in told())
    for name in ("김하늘", "lee/", "kim@example.org", "lee@example.org"):
        assert name not in said
    assert shown_key("spring/김하늘/a/b.jpg", hidden) == "spring/p3/a/b.jpg"
    assert shown_key("odd", hidden) == "odd"


def test_the_run_that_did_it_is_told_where_one_alone_can_have() -> None:
    by_step = {event.step: event.run for event in told() if event.run}
    assert {step: found.verb for step, found in by_step.items()} == {
        TraceStep.DECODED: "ingest", TraceStep.READ: "prelabel", TraceStep.PUSHED: "label", TraceStep.RELEASED: "export",
        TraceStep.MEASURED: "evaluate"}
    two = (*RUNS, run("ingest", 0.52))
    assert run_at(two, "ingest", at(0.55)) is None
    batch = (*RUNS, run("ingest-batch", 0.52, parent=RUNS[0].run_id))
    assert run_at(batch, "ingest", at(0.55)) == batch[-1]  # its parent was at work too
    assert run_within(RUNS, "prelabel", at(0.6), at(2)) == RUNS[1]
    assert run_within((replace(RUNS[1], counts={}),), "prelabel", at(0.6), at(2)) is None  # it did nothing


def test_what_was_asked_for_is_marked() -> None:
    def marked(kind: TraceKind, name: str) -> set[TraceStep]:
        return {event.step for event in told(TraceName(kind, name, IMAGE)) if event.asked}

    assert marked(TraceKind.TASK, "3/302") == {TraceStep.PUSHED, TraceStep.ANSWERED, TraceStep.SKIPPED, TraceStep.NOT_TAKEN,
                                               TraceStep.TAKEN_BACK}
    assert marked(TraceKind.ANNOTATION, "3/9") == {TraceStep.ANSWERED}
    assert marked(TraceKind.READING, MODEL.reading_id) == {TraceStep.READ}
    assert marked(TraceKind.REGION, REDRAWN) == {TraceStep.MEASURED}
    assert marked(TraceKind.SUBMISSION, SENT.submission_id) == {TraceStep.SENT, TraceStep.COMPARED, TraceStep.ACCEPTED}
    assert not any(event.asked for event in without_asked([TraceEvent(TraceStep.SENT, asked=True)]))


def test_a_region_is_followed_through_its_readings_by_both_of_its_names() -> None:
    [region] = regions_of(made_life(), WHOLE, hidden)
    assert (region.region_id, region.replaces) == (REDRAWN, REGION)
    assert [(text.reader, text.text) for text in region.texts] == [
        ("model:m@1", "서울억"), ("source:public/made", "서울억"), ("person:p15", "서울역"), ("person:p15", "서울역 <b>")]
    assert [(fate.truth, fate.read) for fate in region.fates] == [("서울역 <b>", "서울억")]
    assert regions_of(made_life(), TraceName(TraceKind.REGION, REGION, IMAGE), hidden)[0].asked
    assert regions_of(made_life(), TraceName(TraceKind.READING, KIM.reading_id, IMAGE), hidden)[0].region_id == REGION


def test_a_region_that_nobody_kept_is_told_too_and_the_newest_evaluation_counts() -> None:
    dropped = replace(LEE, regions=())
    newer = LifeMeasured(replace(EVALUATION, made_at=at(9)), ({"region_id": REGION, "other_id": None, "outcome": Fate.MISSED,
                                                               "truth": "서울역", "read": None},))
    life = replace(made_life(), readings=(MODEL, dropped), measured=(*made_life().measured, newer))
    [region] = regions_of(life, TraceName(TraceKind.REGION, REGION, IMAGE), hidden)
    assert region.asked and [fate.fate for fate in region.fates] == [Fate.MISSED]
