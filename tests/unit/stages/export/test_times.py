"""How long images took to a release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pages.time_tables import times_table
from schemas.times import Moments, Stage, StageTime
from stages.export.times import stage_times

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


def after(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def test_each_stage_by_itself() -> None:
    images = [Moments(START, after(1 + number), after(11 + number)) for number in range(11)]
    assert stage_times(images, after(24)) == (
        StageTime(Stage.TO_TASK, 6.0, 10.0, 11), StageTime(Stage.TO_ANSWER, 10.0, 10.0, 11),
        StageTime(Stage.TO_RELEASE, 8.0, 12.0, 11), StageTime(Stage.ALL, 24.0, 24.0, 11))


def test_what_is_not_known_or_came_after_the_release_counts_for_no_stage() -> None:
    found = {item.stage: item for item in stage_times(
        [Moments(START, None, None), Moments(None, after(1), after(2)), Moments(START, after(1), after(99))], after(24))}
    assert {stage: item.images for stage, item in found.items()} == {
        Stage.TO_TASK: 1, Stage.TO_ANSWER: 2, Stage.TO_RELEASE: 1, Stage.ALL: 2}


def test_nothing_at_all() -> None:
    assert stage_times([], START)[-1] == StageTime(Stage.ALL, None, None, 0)
    assert times_table("scene-text@7", stage_times([], START)).rows[0] == ("sent → given to people", "–", "–", "0")


def test_times_as_people_say_them() -> None:
    table = times_table("scene-text@7", [StageTime(Stage.ALL, 0.2, 30.0, 1_200), StageTime(Stage.ALL, 47.0, 60.0, 3)])
    assert [row[1:] for row in table.rows] == [("12 min", "30.0 h", "1,200"), ("47.0 h", "2.5 d", "3")]
