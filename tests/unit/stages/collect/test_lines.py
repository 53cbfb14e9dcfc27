"""Pages that are read line by line, typed by several people in any order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.label_tasks import TaskRow, line_subject, lines_subject
from schemas.line_marks import LineMark, MarkedText
from schemas.reading import Attributes, Direction, Effect, ImageKind, Language, Reading, Region, Unit, Writing
from schemas.recipes.annotation_config import AnnotationConfig
from stages.collect.lines import NO_TEXT, DensePage, TypedLine, TypedLines, of_lines, pages_of, whole_page, with_lines
from stages.collect.new_states import NewState

IMAGE = "i" * 64
RUN = "line_text@1"
NAMES = ("a", "b", "c")


def box(top: float) -> tuple[tuple[float, float], ...]:
    return ((10, top), (110, top), (110, top + 40), (10, top + 40))


SHOWN = Reading(IMAGE, "model:m@1", "r", 0, Unit.LINE, 1000, 800, tuple(
    Region(name, box(100 * place), f"model {name}", score=0.5, recogniser="m") for place, name in enumerate(NAMES)))


def said(text: str, *marks: LineMark) -> MarkedText:
    return MarkedText(text, frozenset(marks))


def typed(name: str, text: str, reader: str = "person:kim", revision: int = 1, legible: bool = True) -> NewState[TypedLines]:
    """One line, as version 1 of the screen gives it out."""
    marked = said(text) if legible else said(text, LineMark.ILLEGIBLE)
    return state_of(line_subject(IMAGE, name), [TypedLine(name, marked, revision)], reader, revision)


def state_of(subject: str, lines: list[TypedLine], reader: str = "person:kim", revision: int = 1) -> NewState[TypedLines]:
    task = TaskRow("key", subject, 1, IMAGE, "scene_text", (SHOWN.reading_id,))
    return NewState(revision, revision, "key", revision, reader, False, 3.0, task, (SHOWN,), tuple(lines), None)


def page(by: dict[str, Reading], *, wanted: tuple[str, ...] = NAMES, before: Reading | None = None) -> DensePage:
    return DensePage(IMAGE, "line_text", "scene_text", SHOWN, wanted, by, before)


def read(reader: str, *names: str, revision: int = 1) -> Reading:
    return with_lines(SHOWN, None, [TypedLine(name, said(f"{reader} {name}"), revision) for name in names], reader, RUN)


def test_lines_of_one_person_become_one_reading_of_the_page_in_its_order() -> None:
    kept = of_lines([typed("c", "셋째", revision=2), typed("a", "first", revision=3)], {}, RUN, {})
    [reading] = kept.readings
    assert [(region.region_id, region.text) for region in reading.regions] == [("a", "first"), ("c", "셋째")]
    assert (reading.reader, reading.run, reading.revision) == ("person:kim", RUN, 3)
    assert [(region.score, region.recogniser) for region in reading.regions] == [(None, None)] * 2
    assert [region.attributes.language for region in reading.regions] == [Language.EN, Language.KO]
    assert {row.reading_id for row in kept.rows} == {reading.reading_id}
    assert [row.effort.regions for row in kept.rows if row.effort] == [1, 1]  # each is measured by its own line


def test_what_was_read_before_stays_and_what_is_typed_again_wins() -> None:
    before = read("person:kim", "a", "b")
    [reading] = of_lines([typed("b", "mended", revision=9)], {(IMAGE, "person:kim"): before}, RUN, {}).readings
    assert [region.text for region in reading.regions] == ["person:kim a", "mended"]


def test_an_illegible_line_needs_no_text_and_another_does() -> None:
    kept = of_lines([typed("a", "", legible=False), typed("b", "", revision=2)], {}, RUN, {})
    [reading] = kept.readings
    assert [(region.region_id, region.attributes.legible) for region in reading.regions] == [("a", False), ("b", False)]
    assert [row.problem for row in kept.rows] == [None, f"line 1: {NO_TEXT}"]  # noted, and nobody is asked a third time


def test_one_line_without_text_loses_none_of_the_others() -> None:
    [row] = of_lines([state_of(lines_subject(IMAGE, 0, 3), [
        TypedLine("a", said("첫째"), 1), TypedLine("b", said(""), 1), TypedLine("c", said("셋째"), 1)])], {}, RUN, {}).rows
    assert row.problem == f"line 2: {NO_TEXT}"
    assert row.effort is not None and (row.effort.shown, row.effort.texts, row.effort.regions) == (3, 3, 3)


def test_lines_of_several_tasks_and_people_make_a_page() -> None:
    first = state_of(lines_subject(IMAGE, 0, 2), [TypedLine("a", said("첫째"), 1), TypedLine("b", said("model b"), 1)])
    second = state_of(lines_subject(IMAGE, 2, 3), [TypedLine("c", said("셋째"), 2)], "person:lee", 2)
    kept = of_lines([second, first], {}, RUN, {})
    kim, lee = sorted(kept.readings, key=lambda reading: reading.reader)
    assert [len(reading.regions) for reading in (kim, lee)] == [2, 1]
    assert {row.annotation_id: row.effort.untouched for row in kept.rows if row.effort} == {1: 0, 2: 0}
    whole = whole_page(page({"a": kim, "b": kim, "c": lee}))
    assert whole is not None and [region.text for region in whole.regions] == ["첫째", "model b", "셋째"]


def test_marks_say_what_a_line_is_and_the_rest_is_the_pages() -> None:
    shown = replace(SHOWN, regions=tuple(replace(region, attributes=Attributes(
        direction=Direction.VERTICAL, effects=(Effect.BOUNDARY_VIOLATION, Effect.EMBOSSED))) for region in SHOWN.regions))
    one, two, three = with_lines(shown, None, [
        TypedLine("a", said("하나", LineMark.HANDWRITTEN), 1),
        TypedLine("b", said("둘", LineMark.VERTICAL, LineMark.LINE_THROUGH), 1),
        TypedLine("c", said("셋", LineMark.ILLEGIBLE), 1)], "person:kim", RUN).regions
    ko = Attributes(language=Language.KO, effects=(Effect.EMBOSSED,))
    assert one.attributes == replace(ko, writing=Writing.HANDWRITTEN)
    assert two.attributes == replace(ko, direction=Direction.VERTICAL, effects=(Effect.BOUNDARY_VIOLATION, Effect.EMBOSSED))
    assert three.attributes == replace(ko, legible=False)


def test_skipped_and_foreign_lines_are_rows_alone() -> None:
    skipped = replace(typed("a", "x"), said=None, skipped=True)
    foreign = replace(typed("a", "x"), said=None, task=None, problem="its task names no region of ours")
    kept = of_lines([skipped, foreign], {}, RUN, {})
    assert kept.readings == ()
    assert [(row.skipped, row.problem, row.image_id) for row in kept.rows] == [
        (True, None, IMAGE), (False, "its task names no region of ours", None)]


@given(st.permutations([typed(name, f"{reader} {name}", f"person:{reader}", place) for place, (name, reader) in enumerate(
    [("a", "kim"), ("b", "kim"), ("a", "lee"), ("c", "lee"), ("a", "kim")], 1)]))
def test_in_whatever_order_states_come_the_same_is_kept(states: list[NewState[TypedLines]]) -> None:
    kept = of_lines(states, {}, RUN, {})
    inorder = of_lines(sorted(states, key=lambda state: state.revision), {}, RUN, {})
    assert {reading.reader: reading for reading in kept.readings} == {reading.reader: reading for reading in inorder.readings}
    assert {row.annotation_id: row for row in kept.rows} == {row.annotation_id: row for row in inorder.rows}
    assert pages_of(states).keys() == {(IMAGE, "person:kim"), (IMAGE, "person:lee")}


def test_a_page_is_whole_once_every_line_was_read() -> None:
    kim, lee = read("person:kim", "a", "b"), read("person:lee", "c", revision=4)
    assert whole_page(page({"a": kim, "b": kim})) is None
    assert whole_page(page({}, wanted=())) is None
    whole = whole_page(page({"a": kim, "b": kim, "c": lee}))
    assert whole is not None
    assert whole.reader.startswith("merged:")
    assert (whole.revision, whole.run) == (4, RUN)
    assert [region.text for region in whole.regions] == ["person:kim a", "person:kim b", "person:lee c"]


def test_of_one_persons_page_that_reading_is_the_page() -> None:
    kim = read("person:kim", *NAMES)
    assert whole_page(page(dict.fromkeys(NAMES, kim))) == kim
    part = whole_page(page(dict.fromkeys(("a", "b"), kim), wanted=("a", "b")))  # c was taken out of the queue
    assert part is not None and [region.region_id for region in part.regions] == ["a", "b"]


@pytest.mark.parametrize(("run", "stands"), [("scene_text@3", True), ("line_text@2", False)])
def test_a_page_that_was_labelled_as_a_whole_stands(run: str, stands: bool) -> None:
    before = replace(read("person:kim", *NAMES), run=run)
    assert page({}, before=before).labelled_whole is stands
    assert not page({}).labelled_whole


def test_other_attributes_are_the_pages() -> None:
    shown = replace(SHOWN, regions=(replace(SHOWN.regions[0], attributes=Attributes(language=Language.KO)),))
    [region] = with_lines(shown, None, [TypedLine("a", said("12"), 1)], "person:kim", RUN).regions
    assert region.attributes == Attributes(language=Language.DIGITS)


def test_a_page_is_of_the_kind_that_the_config_says_which_takes_it() -> None:
    documents = AnnotationConfig(name="scene_text", version=1, unit=Unit.LINE, owner="o", title="t",
                                 image_kind=ImageKind.DOCUMENT)
    [reading] = of_lines([typed("a", "줄")], {}, RUN, {"scene_text": documents}).readings
    assert reading.image_kind is ImageKind.DOCUMENT
    [reading] = of_lines([typed("a", "줄")], {}, RUN, {"another": documents}).readings
    assert reading.image_kind is ImageKind.SCENE
