"""DetEval: cases worked by hand, and the figures that the script of Upstage's public courses gives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reading import Attributes, Reading, Region, Unit
from stages.evaluate.deteval import DetEvalCounts, count_deteval
from tests.rates import rates_of
from tests.receipt_predictions import FOLDER, expected_deteval, receipts


def box(left: float, right: float, top: float = 0, bottom: float = 9, *, legible: bool = True) -> Region:
    """Corners are pixels that belong to the box: 0 to 9 is ten pixels."""
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return Region(f"{left}-{right}", corners, "x", Attributes(legible=legible))


def of(*regions: Region) -> Reading:
    return Reading("a" * 64, "model:m@1", "r", 0, Unit.WORD, 1000, 800, regions)


def scores(truth: Reading, other: Reading) -> tuple[object, ...]:
    """Scores of the truth's boxes and of those found, nearly; boxes to be found, found."""
    found = count_deteval(truth, other)
    return pytest.approx(found.recall), pytest.approx(found.precision), found.truth, found.found


def test_by_hand_one_to_one() -> None:
    assert scores(of(box(0, 99)), of(box(0, 99))) == (1, 1, 1, 1)
    assert scores(of(box(0, 99)), of(box(0, 79))) == (1, 1, 1, 1)  # 80 of 100 pixels are enough
    assert scores(of(box(0, 99)), of(box(0, 78))) == (0, 0, 1, 1)
    assert scores(of(box(0, 99)), of(box(0, 249))) == (1, 1, 1, 1)  # two fifths of it are enough
    assert scores(of(box(0, 99)), of(box(0, 250))) == (0, 0, 1, 1)


def test_by_hand_boxes_are_upright() -> None:
    leaning = Region("l", ((0, 4), (99, 0), (99, 5), (0, 9)), "x")
    assert scores(of(leaning), of(box(0, 99))) == (1, 1, 1, 1)


def test_by_hand_a_word_in_parts_scores_less() -> None:
    assert scores(of(box(0, 99)), of(box(0, 49), box(50, 99))) == (0.8, 1.6, 1, 2)
    assert scores(of(box(0, 99)), of(box(0, 49), box(50, 69))) == (0, 0, 1, 2)  # .7 of it are not enough
    assert scores(of(box(0, 99)), of(box(0, 89), box(95, 999))) == (1, 1, 1, 2)  # one part does, the other lies elsewhere


def test_by_hand_words_in_one_box_score_in_full() -> None:
    assert scores(of(box(0, 49), box(50, 99)), of(box(0, 99))) == (2, 1, 2, 1)
    assert scores(of(box(0, 19), box(150, 169)), of(box(0, 169))) == (0, 0, 2, 1)  # 40 of 170 pixels are less than two fifths


def test_by_hand_dont_care_boxes() -> None:
    truth = of(box(0, 99, legible=False), box(200, 299))
    assert scores(truth, of(box(0, 99), box(200, 299))) == (1, 1, 1, 1)
    assert scores(truth, of(box(60, 159))) == (0, 0, 1, 1)  # two fifths on it: not more
    assert scores(truth, of(box(59, 158))) == (0, 0, 1, 0)


def test_by_hand_nothing_to_find_and_nothing_found() -> None:
    assert scores(of(), of()) == (0, 0, 0, 0)
    assert rates_of(count_deteval(of(), of())).hmean is None
    assert scores(of(box(0, 9)), of()) == (0, 0, 1, 0)
    assert scores(of(), of(box(0, 9))) == (0, 0, 0, 1)
    assert rates_of(count_deteval(of(), of(box(0, 9)))).precision == 0


def test_what_crosses_itself_or_is_not_finite_does_not_crash() -> None:
    bow = Region("b", ((0, 0), (40, 20), (40, 0), (0, 20)), "x")
    nan = Region("n", ((0, 0), (float("nan"), 0), (40, 20), (0, float("inf"))), "x")
    assert scores(of(bow), of(bow)) == (1, 1, 1, 1)  # the upright box around it
    assert scores(of(nan, bow), of(nan, bow)) == (1, 1, 2, 2)
    assert scores(of(replace(nan, attributes=Attributes(legible=False))), of(nan)) == (0, 0, 0, 1)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), unique=True, max_size=12), st.booleans())
def test_a_reading_is_all_right_beside_itself(cells: list[tuple[int, int]], legible: bool) -> None:
    regions = of(*(box(50 * x, 50 * x + 39, 50 * y, 50 * y + 9, legible=legible) for x, y in cells))
    expected = len(cells) if legible else 0
    assert scores(regions, regions) == (expected, expected, expected, expected)


@pytest.mark.skipif(not FOLDER.exists(), reason="receipt_predictions/ is not here")
def test_the_figures_of_the_courses_script_total_and_each_image() -> None:
    expected = expected_deteval()
    total = DetEvalCounts()
    names = []
    for receipt in receipts():
        found = count_deteval(receipt.truth, receipt.found)
        for name, value in expected["per_image"][receipt.name].items():
            assert getattr(rates_of(found), name) == pytest.approx(value, abs=1e-9), (receipt.name, name)
        total += found
        names.append(receipt.name)
    assert names == sorted(expected["per_image"])
    for name, value in expected["total"].items():
        assert getattr(rates_of(total), name) == pytest.approx(value, abs=1e-9)
