"""How often lines are right at each score, and which are marked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.answers import CheckedPrelabel
from schemas.reader import Reader
from schemas.reading import Attributes, Kind, Reading, Region, Unit
from stages.label.calibration import (
    MOST_MARKED,
    PAIRS_NEEDED,
    WORTH_A_MARK,
    Calibration,
    JudgedLine,
    calibrate,
    judged_lines,
    pool,
)
from stages.label.marking import sum_marking

SURE = 0.95
lines = st.builds(JudgedLine, st.just("a"), st.integers(0, 1000).map(lambda value: value / 1000), st.booleans())
some = st.lists(lines, min_size=1, max_size=60)
many = some.map(lambda few: few * (PAIRS_NEEDED // len(few) + 1))


@given(some)
def test_the_chance_grows_with_the_score_and_every_line_counts_once(judged: list[JudgedLine]) -> None:
    steps = pool(judged)
    assert all(one.since < other.since and one.chance < other.chance for one, other in pairwise(steps))
    assert all(0 <= step.chance <= 1 for step in steps)
    assert sum(step.right.of for step in steps) == len(judged)
    assert sum(step.right.part for step in steps) == sum(line.right for line in judged)


@given(some)
def test_it_is_the_nearest_growing_function(judged: list[JudgedLine]) -> None:
    """The best one at a score is the largest, over all beginnings below, of the least mean up to above: the max-min formula."""
    scores = sorted({line.score for line in judged})

    def mean(low: float, high: float) -> float:
        return fmean(line.right for line in judged if low <= line.score <= high)

    found = Calibration(tuple(pool(judged)), 0, sure=False)
    for score in scores:
        best = max(min(mean(low, high) for high in scores if high >= score) for low in scores if low <= score)
        assert found.chance(score) == pytest.approx(best)


@given(many, st.randoms())
def test_the_order_of_the_lines_says_nothing(judged: list[JudgedLine], order: Random) -> None:
    shuffled = [*judged]
    order.shuffle(shuffled)
    assert calibrate(judged, SURE) == calibrate(shuffled, SURE)


@given(many, st.floats(0.1, 0.99))
def test_few_lines_are_marked_and_the_rest_is_right_as_often_as_it_says(judged: list[JudgedLine], sure: float) -> None:
    found = calibrate(judged, sure)
    assert found
    marked = [line.right for line in judged if line.score < found.marked_under]
    rest = [line.right for line in judged if line.score >= found.marked_under]
    assert len(marked) <= MOST_MARKED * len(judged)
    assert found.sure is (sum(rest) >= sure * len(rest))
    assert not marked or 1 - fmean(marked) >= WORTH_A_MARK * (1 - fmean(rest))


@given(some)
def test_a_chance_is_one_for_every_score(judged: list[JudgedLine]) -> None:
    found = Calibration(tuple(pool(judged)), 0, sure=False)
    chances = [found.chance(score / 100) for score in range(101)]
    assert chances == sorted(chances)
    assert all(0 <= chance <= 1 for chance in chances)


def test_under_two_hundred_lines_nothing_is_known() -> None:
    judged = [JudgedLine(str(number), 0.9, True) for number in range(PAIRS_NEEDED)]
    assert calibrate(judged[1:], SURE) is None
    found = calibrate(judged, SURE)
    assert found
    assert (found.marked_under, found.sure) == (0.9, True)


def test_only_what_is_wrong_too_often_is_marked_and_where_nothing_is_sure_the_worst_quarter() -> None:
    good = [JudgedLine("a", 0.99, True)] * 900 + [JudgedLine("a", 0.6, False)] * 100
    found = calibrate(good, SURE)
    assert found
    assert (found.marked_under, found.sure, found.chance(0.6), found.chance(0.99)) == (0.99, True, 0, 1)
    bad = [JudgedLine("a", number / 1000, number % 10 < (2 if number < 250 else 7)) for number in range(1000)]
    found = calibrate(bad, SURE)
    assert found
    assert (found.marked_under, found.sure) == (0.25, False)


def test_nothing_is_marked_where_wrong_lines_have_the_scores_of_right_ones() -> None:
    alike = [JudgedLine("a", number / 1000, number % 10 < (1 if number < 250 else 2)) for number in range(1000)]
    found = calibrate(alike, SURE)
    assert found
    assert (found.marked_under, found.sure) == (0, False)
    assert found.marks(READ) == {}


SQUARES = [((x, 0.0), (x + 40, 0.0), (x + 40, 20.0), (x, 20.0)) for x in (0.0, 100.0, 200.0, 300.0, 400.0, 500.0)]
READ = Reading("a" * 64, "model:m@1", "r", 0, Unit.LINE, 600, 20, tuple(
    Region(name, square, text, score=0.5) for name, square, text in zip("abcdef", SQUARES, "가나다라마바", strict=True)))


def checked(*regions: Region, marked: frozenset[str] | None = None) -> CheckedPrelabel:
    return CheckedPrelabel(replace(READ, reader="person:kim", run="scene_text@1", regions=regions), READ, marked)


def test_a_line_is_right_where_a_legible_region_in_its_place_has_its_text() -> None:
    a, b, c, d, e, _ = READ.regions
    found = judged_lines(checked(
        a,
        replace(b, text="너"),
        replace(c, region_id="drawn without a pre-label", polygon=((201, 1), (241, 1), (241, 20), (201, 20))),
        replace(d, attributes=Attributes(legible=False)),
        replace(e, attributes=Attributes(kind=Kind.STAMP), text="")))
    assert {line.region_id: line.right for line in found} == {
        "a": True, "b": False, "c": True, "d": False, "e": False, "f": False}


def test_what_has_no_score_or_no_text_is_not_judged_and_not_marked() -> None:
    regions = (replace(READ.regions[0], score=None), replace(READ.regions[1], attributes=Attributes(kind=Kind.CHECKBOX)),
               READ.regions[2], replace(READ.regions[3], score=0.9))
    reading = replace(READ, regions=regions)
    assert [line.region_id for line in judged_lines(CheckedPrelabel(reading, reading, None))] == ["c", "d"]
    judged = [JudgedLine("x", score, right) for score, right in ((0.5, False), (0.9, True), (0.9, True), (0.9, True))] * 100
    found = calibrate(judged, SURE)
    assert found
    assert found.marks(reading) == {"c": 0.01}


def test_marks_are_held_against_what_people_changed() -> None:
    a, b, c, d, *_ = READ.regions
    seen = checked(a, replace(b, text="너"), c, d, marked=frozenset({"a", "b", "e"}))
    found = sum_marking("scene_text", Reader("model:m@1"), [seen, checked(*READ.regions)], SURE)
    assert (found.judged, found.calibration) == (12, None)
    assert (found.marked.part, found.marked.of) == (3, 6)
    assert (found.rightly.part, found.rightly.of) == (2, 3)
    assert (found.missed.part, found.missed.of) == (1, 3)
    many_read = sum_marking("scene_text", Reader("model:m@1"), [seen] * 40, SURE)
    assert many_read.calibration
    assert not many_read.calibration.sure
    assert (many_read.right.part, many_read.right.of) == (120, 240)
