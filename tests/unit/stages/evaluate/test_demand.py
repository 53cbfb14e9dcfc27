"""What to collect next."""

from __future__ import annotations

from pages.demand_tables import sentence, sentence_ko
from pages.evaluation_tables import markdown
from schemas.demand import DemandReason
from schemas.evaluation import EVERYTHING, Evaluation, Figure, SliceFacet, SliceFigures, SliceName
from schemas.reading import Attributes, Condition, Direction, Effect, Reading, Region, Unit, Writing
from stages.evaluate.demand import demands, regions_in, rounded, still_of_interest

VERTICAL = SliceName(SliceFacet.DIRECTION, "vertical")


def part(name: SliceName, cer: float | None, half: float | None, regions: int, needed: int | None = None) -> SliceFigures:
    low, high = (None, None) if cer is None or half is None else (cer - half, cer + half)
    return SliceFigures(name, regions, regions, regions, (Figure("cer", "nospace", cer, low, high, regions),), needed)


def evaluation(*parts: SliceFigures, overall: float = 0.1, release: str = "scene-text@3", name: str = "e", run: str = "run"
               ) -> Evaluation:
    everywhere = [SliceName(SliceFacet.DIRECTION, str(value)) for value in Direction]
    everywhere += [SliceName(SliceFacet.WRITING, str(value)) for value in Writing]
    everywhere += [SliceName(SliceFacet.EFFECTS, str(value)) for value in Effect]
    everywhere += [SliceName(SliceFacet.CONDITION, str(value)) for value in Condition]
    given = {item.slice for item in parts}
    rest = [part(item, overall, 0.01, 1000) for item in everywhere if item not in given]
    return Evaluation(name, release, "test", "model:m@1", run, "line", 500, "code",
                      (part(EVERYTHING, overall, 0.01, 2000), *parts, *rest))


def test_a_weak_slice_is_asked_for_with_its_sentence() -> None:
    [found] = demands(evaluation(part(VERTICAL, 0.31, 0.04, 212)))
    assert (found.slice, found.reason, found.regions, found.wanted) == (VERTICAL, DemandReason.WEAK, 212, 640)
    assert round(found.weight, 6) == round((0.35 - 0.1) * 212 / 2000, 6)
    assert sentence(found) == "vertical: CER .31 ± .04 on 212 regions; 640 more halve the interval"
    assert sentence_ko(found) == "vertical: CER .31 ± .04, 영역 212개; 640개 더 모으면 구간이 반으로 줄어듦"


def test_the_artifact_lists_what_to_collect() -> None:
    said = markdown(evaluation(part(VERTICAL, 0.31, 0.04, 212)))
    assert "### What to collect next\n\n1. vertical: CER .31 ± .04 on 212 regions; 640 more halve the interval" in said


def test_slices_are_ranked_by_what_they_may_cost() -> None:
    handwritten = SliceName(SliceFacet.WRITING, "handwritten")
    named = SliceName(SliceFacet.NAMED, "세로 한글")
    blurred = SliceName(SliceFacet.CONDITION, "blurred")
    found = demands(evaluation(part(VERTICAL, 0.31, 0.04, 212), part(handwritten, 0.2, 0.02, 900), part(named, 0.9, 0.05, 20),
                               part(blurred, 0.12, 0.2, 30, needed=480)))
    assert [item.slice for item in found] == [handwritten, VERTICAL, named, blurred]
    assert (found[3].reason, found[3].wanted) == (DemandReason.UNSURE, 450)
    assert "make it large enough to tell" in sentence(found[3])


def test_what_is_as_good_as_all_or_nobody_can_collect_is_not_asked_for() -> None:
    submitter = SliceName(SliceFacet.SUBMITTER, "p-1")
    assert demands(evaluation(part(VERTICAL, 0.12, 0.05, 400), part(submitter, 0.9, 0.01, 400))) == ()
    assert demands(evaluation(part(VERTICAL, 0.05, 0.02, 30, needed=100))) == ()


def test_what_is_not_there_at_all_comes_last() -> None:
    dotted = SliceName(SliceFacet.EFFECTS, "dot_matrix")
    found = demands(evaluation(part(dotted, None, None, 0), part(VERTICAL, 0.31, 0.04, 212)))
    assert [(item.slice, item.reason) for item in found] == [(VERTICAL, DemandReason.WEAK), (dotted, DemandReason.ABSENT)]
    assert sentence(found[1]) == "dot_matrix: no region at all; 100 would show how it is read"


def test_an_evaluation_of_nothing_asks_for_nothing() -> None:
    nothing = Evaluation("e", "a@1", "", "m", "r", "line", 0, "c", (SliceFigures(EVERYTHING, 0, 0, 0, ()),))
    assert demands(nothing) == ()


def test_slices_that_were_asked_for_are_followed_when_they_are_no_more() -> None:
    [asked] = demands(evaluation(part(VERTICAL, 0.31, 0.04, 212)))
    [now] = still_of_interest(evaluation(part(VERTICAL, 0.11, 0.02, 900)), {VERTICAL: asked})
    assert (now.figure, now.regions, now.wanted, now.weight) == (0.11, 900, 640, 0.0)


def test_regions_of_a_slice_in_a_reading() -> None:
    outline = ((0.0, 0.0), (100.0, 0.0), (100.0, 15.0), (0.0, 15.0))
    regions = (Region("a", outline, "가", Attributes(Direction.VERTICAL)), Region("b", outline, "나"),
               Region("c", outline, "", Attributes(Direction.VERTICAL, legible=False)))
    reading = Reading("i", "person:k", "c@1", 1, Unit.LINE, 200, 200, regions, conditions=(Condition.BLURRED,))
    named = [("세로",), (), ("세로",)]
    counts = {VERTICAL: 1, SliceName(SliceFacet.NAMED, "세로"): 1, SliceName(SliceFacet.HEIGHT, "14–20 px"): 2,
              SliceName(SliceFacet.CONDITION, "blurred"): 2, SliceName(SliceFacet.CONDITION, "damaged"): 0, EVERYTHING: 2,
              SliceName(SliceFacet.IMAGE_KIND, "scene"): 2, SliceName(SliceFacet.CAMPAIGN, "demo"): 0}
    assert {name: regions_in(name, reading, named) for name in counts} == counts


def test_numbers_as_people_say_them() -> None:
    assert [rounded(number) for number in (1, 9, 12, 101, 636, 12345)] == [1, 9, 12, 110, 640, 13000]
