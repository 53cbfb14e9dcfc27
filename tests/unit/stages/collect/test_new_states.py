"""New states of annotations: what is taken back, what becomes a reading, what only a row."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schemas.answers import StandingAnnotation
from schemas.label_tasks import TaskRow
from schemas.reading import Attributes, Language, Reading, Region, Unit
from stages.collect.new_states import NewState, TaskNow, ToKeep, of_images, prelabel, taken_back, with_languages

IMAGE = "i" * 64
TASK = TaskRow("key", IMAGE, 1, IMAGE, "scene_text", ("shown",))


def box(top: float) -> tuple[tuple[float, float], ...]:
    return ((10, top), (110, top), (110, top + 40), (10, top + 40))


A, B = Region("a", box(10), "서울역", score=0.9), Region("b", box(100), "Exit 3", score=0.8)
SHOWN = Reading(IMAGE, "model:m@1", "r", 0, Unit.LINE, 1000, 800, (A, B))


def person(*regions: Region, revision: int = 5) -> Reading:
    return Reading(IMAGE, "person:kim", "scene_text@1", revision, Unit.LINE, 1000, 800, regions)


def state(said: Reading | None, *, skipped: bool = False, problem: str | None = None,
          task: TaskRow | None = TASK) -> NewState[Reading]:
    return NewState(7, 5, "key", 70, "person:kim", skipped, 12.5, task, (SHOWN,), said, problem)


def test_an_annotation_that_is_gone_is_taken_back() -> None:
    kept, gone, elsewhere = (StandingAnnotation(1, 70, "x", "x"), StandingAnnotation(2, 70, "x", "x"),
                             StandingAnnotation(2, 71, "y", "y"))
    assert taken_back([kept, gone, elsewhere], [TaskNow(70, "x", frozenset({1})), TaskNow(71, "y", frozenset({2}))]) == [gone]


def test_of_a_restored_server_what_was_about_another_subject_stays() -> None:
    before = StandingAnnotation(2, 70, "x", "x")
    foreign = replace(before, subject=None, image_id=None)
    assert taken_back([before, foreign], [TaskNow(70, "y", frozenset())]) == [foreign]


def test_a_region_that_was_drawn_or_deleted_and_brought_back_does_not_stand_at_the_end() -> None:
    drawn = Region("drawn", box(55), "3번 출구")
    [reading] = of_images([state(person(B, drawn, A))]).readings
    assert [region.region_id for region in reading.regions] == ["a", "drawn", "b"]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), unique=True), st.sets(st.integers(0, 5)))
def test_what_is_taken_back_is_what_its_task_has_not(collected: list[tuple[int, int]], there: set[int]) -> None:
    standing = [StandingAnnotation(number, task, str(task), str(task)) for number, task in collected]
    now = [TaskNow(task, str(task), frozenset(there)) for task in range(4)]
    gone = taken_back(standing, now)
    assert gone == [item for item in standing if item.annotation_id not in there]
    assert taken_back([item for item in standing if item not in gone], now) == []


def test_a_reading_is_kept_with_what_was_done_to_the_prelabel() -> None:
    kept = of_images([state(person(replace(A, text="서울억", score=None), replace(B, score=None)))])
    [reading] = kept.readings
    [row] = kept.rows
    assert (row.reading_id, row.subject, row.image_id, row.problem) == (reading.reading_id, IMAGE, IMAGE, None)
    assert (row.annotation_id, row.revision, row.task_id, row.lead_time) == (7, 5, 70, 12.5)
    assert row.effort is not None
    assert (row.effort.model, row.effort.texts, row.effort.untouched) == ("model:m@1", 1, 1)
    assert kept.image_ids == {IMAGE}


def test_a_reading_with_a_problem_is_kept_too() -> None:
    kept = of_images([state(person(replace(A, text=""), B))])
    assert len(kept.readings) == 1
    assert "region 1 (a) has no text" in str(kept.rows[0].problem)


def test_skipped_unreadable_and_foreign_states_are_rows_without_a_reading() -> None:
    kept = of_images([state(None, skipped=True), state(None, problem="2 texts"), state(None, problem="no image", task=None)])
    assert kept.readings == ()
    assert [(row.skipped, row.problem, row.image_id, row.reading_id, row.effort) for row in kept.rows] == [
        (True, None, IMAGE, None, None), (False, "2 texts", IMAGE, None, None), (False, "no image", None, None, None)]
    assert kept.image_ids == {IMAGE}


def test_peoples_readings_to_choose_from_are_no_prelabel() -> None:
    assert prelabel([person(A), SHOWN]) == SHOWN
    assert prelabel([person(A)]) is None
    [row] = of_images([replace(state(person(A)), shown=(person(A, B),))]).rows
    assert row.effort is not None and row.effort.model is None


def test_nothing_new_is_nothing_to_keep() -> None:
    assert of_images([]) == ToKeep((), ())


def languages(said: Reading, *shown: Reading) -> list[Language]:
    return [region.attributes.language for region in with_languages(said, shown).regions]


def spoken(region: Region, language: Language, text: str | None = None) -> Region:
    return replace(region, text=region.text if text is None else text, attributes=Attributes(language=language))


def test_the_language_of_a_retyped_text_follows_it_where_nobody_chose_one() -> None:
    shown = replace(SHOWN, regions=(spoken(A, Language.KO), spoken(B, Language.EN)))
    untouched = person(spoken(A, Language.KO), spoken(B, Language.EN))
    assert languages(untouched, shown) == [Language.KO, Language.EN]
    assert languages(person(spoken(A, Language.KO, "1588"), spoken(B, Language.EN, "Exit 4")), shown) == [
        Language.DIGITS, Language.EN]
    assert languages(person(spoken(A, Language.KO, "서울 Station")), shown) == [Language.MIXED]
    assert languages(person(spoken(A, Language.KO, "")), shown) == [Language.KO]  # emptied: it says nothing of its language


def test_a_language_that_somebody_chose_stays() -> None:
    shown = replace(SHOWN, regions=(spoken(A, Language.KO),))
    assert languages(person(spoken(A, Language.EN, "1588")), shown) == [Language.EN]
    by_another = replace(person(spoken(A, Language.OTHER)), reader="person:lee")  # chosen against the text, and shown
    assert languages(person(spoken(A, Language.OTHER, "1588")), by_another) == [Language.OTHER]
    assert languages(person(spoken(replace(A, region_id="new"), Language.KO, "1588")), shown) == [Language.KO]


def test_of_two_readings_shown_the_one_that_was_taken_over_counts() -> None:
    one, other = (replace(SHOWN, regions=(spoken(A, language, text),))
                  for language, text in ((Language.KO, "서울역"), (Language.DIGITS, "1588")))
    assert languages(person(spoken(A, Language.KO, "1588")), one, other) == [Language.KO]
    assert languages(person(spoken(A, Language.DIGITS, "Exit")), one, other) == [Language.EN]


def test_a_language_that_follows_is_no_work_of_the_person() -> None:
    shown = replace(SHOWN, regions=(spoken(A, Language.KO),))
    kept = of_images([replace(state(person(spoken(A, Language.KO, "1588"))), shown=(shown,))])
    assert kept.readings[0].regions[0].attributes.language is Language.DIGITS
    assert kept.rows[0].effort is not None
    assert (kept.rows[0].effort.texts, kept.rows[0].effort.attributes) == (1, 0)
