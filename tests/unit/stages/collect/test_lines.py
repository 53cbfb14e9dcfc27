"""Pages that are read line by line, typed by several people in any order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.label_tasks import TaskRow, line_subject
from schemas.reading import Attributes, Language, Reading, Region, Unit
from stages.collect.lines import NO_TEXT, DensePage, TypedLine, of_lines, pages_of, whole_page, with_lines
from stages.collect.new_states import NewState

IMAGE = "i" * 64
RUN = "line_text@1"
NAMES = ("a", "b", "c")


def box(top: float) -> tuple[tuple[float, float], ...]:
    return ((10, top), (110, top), (110, top + 40), (10, top + 40))


SHOWN = Reading(IMAGE, "model:m@1", "r", 0, Unit.LINE, 1000, 800, tuple(
    Region(name, box(100 * place), f"model {name}", score=0.5, recogniser="m") for place, name in enumerate(NAMES)))


def typed(name: str, text: str, reader: str = "person:kim", revision: int = 1, legible: bool = True) -> NewState[TypedLine]:
    task = TaskRow("key", line_subject(IMAGE, name), 1, IMAGE, "scene_text", (SHOWN.reading_id,))
    return NewState(revision, revision, "key", revision, reader, False, 3.0, task, (SHOWN,),
                    TypedLine(name, text, legible, revision), None)


def page(by: dict[str, Reading], *, wanted: tuple[str, ...] = NAMES, before: Reading | None = None) -> DensePage:
    return DensePage(IMAGE, "line_text", "scene_text", SHOWN, wanted, by, before)


def read(reader: str, *names: str, revision: int = 1) -> Reading:
    return with_lines(SHOWN, None, [TypedLine(name, f"{reader} {name}", True, revision) for name in names], reader, RUN)


def test_lines_of_one_person_become_one_reading_of_the_page_in_its_order() -> None:
    kept = of_lines([typed("c", "셋째", revision=2), typed("a", "first", revision=3)], {}, RUN)
    [reading] = kept.readings
    assert [(region.region_id, region.text) for region in reading.regions] == [("a", "first"), ("c", "셋째")]
    assert (reading.reader, reading.run, reading.revision) == ("person:kim", RUN, 3)
    assert [(region.score, region.recogniser) for region in reading.regions] == [(None, None)] * 2
    assert [region.attributes.language for region in reading.regions] == [Language.EN, Language.KO]
    assert {row.reading_id for row in kept.rows} == {reading.reading_id}
    assert [row.effort.regions for row in kept.rows if row.effort] == [1, 1]  # each is measured by its own line


def test_what_was_read_before_stays_and_what_is_typed_again_wins() -> None:
    before = read("person:kim", "a", "b")
    [reading] = of_lines([typed("b", "mended", revision=9)], {(IMAGE, "person:kim"): before}, RUN).readings
    assert [region.text for region in reading.regions] == ["person:kim a", "mended"]


def test_an_illegible_line_needs_no_text_and_another_does() -> None:
    kept = of_lines([typed("a", "", legible=False), typed("b", "", revision=2)], {}, RUN)
    [reading] = kept.readings
    assert [(region.region_id, region.attributes.legible) for region in reading.regions] == [("a", False)]
    assert sorted((row.problem or "", row.reading_id is None) for row in kept.rows) == [("", False), (NO_TEXT, True)]


def test_skipped_and_foreign_lines_are_rows_alone() -> None:
    skipped = replace(typed("a", "x"), said=None, skipped=True)
    foreign = replace(typed("a", "x"), said=None, task=None, problem="its task names no region of ours")
    kept = of_lines([skipped, foreign], {}, RUN)
    assert kept.readings == ()
    assert [(row.skipped, row.problem, row.image_id) for row in kept.rows] == [
        (True, None, IMAGE), (False, "its task names no region of ours", None)]


@given(st.permutations([typed(name, f"{reader} {name}", f"person:{reader}", place) for place, (name, reader) in enumerate(
    [("a", "kim"), ("b", "kim"), ("a", "lee"), ("c", "lee"), ("a", "kim")], 1)]))
def test_in_whatever_order_states_come_the_same_is_kept(states: list[NewState[TypedLine]]) -> None:
    kept = of_lines(states, {}, RUN)
    inorder = of_lines(sorted(states, key=lambda state: state.revision), {}, RUN)
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
    [region] = with_lines(shown, None, [TypedLine("a", "12", True, 1)], "person:kim", RUN).regions
    assert region.attributes == Attributes(language=Language.DIGITS)
