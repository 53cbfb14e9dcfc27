"""CLEval: cases worked by hand, and every count that its own package gives for 100 Korean receipts."""

from __future__ import annotations

import random
from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reading import Attributes, Polygon, Reading, Region, Unit
from stages.compare import measure_overlaps
from stages.evaluate.cleval import ClevalCounts, count_cleval
from tests.rates import rates_of
from tests.receipt_predictions import DETECTION, DETECTION_RATES, END_TO_END, END_TO_END_RATES, FOLDER, receipts
from tests.scattered_words import scattered


def word(left: float, right: float, text: str = "", *, legible: bool = True, height: float = 10) -> Region:
    return Region(f"{left}-{right}", ((left, 0), (right, 0), (right, height), (left, height)), text, Attributes(legible=legible))


def box(left: float, top: float) -> Polygon:
    return ((left, top), (left + 40, top), (left + 40, top + 10), (left, top + 10))


def of(*regions: Region) -> Reading:
    return Reading("a" * 64, "model:m@1", "r", 0, Unit.WORD, 1000, 800, regions)


def detection(truth: Reading, other: Reading) -> tuple[int, ...]:
    """Truth, found, right, wrong, splits, merges."""
    found: tuple[int, ...] = astuple(count_cleval(truth, other).detection)
    return found


def end_to_end(truth: Reading, other: Reading) -> tuple[int, ...]:
    """The same."""
    found: tuple[int, ...] = astuple(count_cleval(truth, other).end_to_end)
    return found


FOUR = of(word(0, 40, "가나다라"))  # middles of its letters are at 5, 15, 25, 35


def test_by_hand_a_word_that_was_found() -> None:
    assert detection(FOUR, of(word(0, 40))) == (4, 4, 4, 0, 0, 0)


def test_by_hand_a_letter_that_is_missing() -> None:
    assert detection(FOUR, of(word(0, 30))) == (4, 3, 3, 0, 0, 0)
    assert rates_of(count_cleval(FOUR, of(word(0, 30))).detection).recall == pytest.approx(3 / 4)


def test_by_hand_a_word_in_two_parts_loses_one() -> None:
    two = of(word(0, 20, "가나"), word(20, 40, "다라"))
    assert detection(FOUR, two) == (4, 4, 4, 0, 1, 0)
    rates = rates_of(count_cleval(FOUR, two).detection)
    assert (rates.recall, rates.precision) == (0.75, 1)
    assert end_to_end(FOUR, two) == (4, 4, 4, 0, 1, 0)
    assert end_to_end(FOUR, of(*reversed(two.regions))) == (4, 4, 4, 0, 1, 0)  # by place, not by the order of the list


def test_by_hand_two_words_in_one_lose_one() -> None:
    truth = of(word(0, 20, "가나"), word(20, 40, "다라"))
    assert detection(truth, of(word(0, 40, "가나다라"))) == (4, 4, 4, 0, 0, 1)
    rates = rates_of(count_cleval(truth, of(word(0, 40))).detection)
    assert (rates.recall, rates.precision) == (1, 0.75)
    assert end_to_end(truth, of(word(0, 40, "가나다라"))) == (4, 4, 4, 0, 0, 1)


def test_by_hand_a_letter_of_one_word_does_not_serve_another() -> None:
    truth = of(word(0, 10, "가"), word(10, 20, "가"))
    assert end_to_end(truth, of(word(0, 20, "가"))) == (2, 1, 1, 0, 0, 1)
    assert end_to_end(truth, of(word(0, 20, "가가"))) == (2, 2, 2, 0, 0, 1)


def test_by_hand_a_letter_that_two_have_is_found_twice() -> None:
    assert detection(FOUR, of(word(0, 30), word(20, 40))) == (4, 5, 4, 0, 1, 0)


def test_by_hand_what_lies_on_nothing_has_letters_by_its_outline() -> None:
    """Height over width, as the package has it: a long line is one letter, a tall one four."""
    assert detection(FOUR, of(word(200, 240))) == (4, 1, 0, 1, 0, 0)
    assert detection(FOUR, of(word(200, 210, height=40))) == (4, 4, 0, 4, 0, 0)
    assert detection(FOUR, of(word(200, 201, height=400))) == (4, 10, 0, 10, 0, 0)  # ten at most


def test_by_hand_an_outline_that_is_far_too_large_matches_nothing() -> None:
    assert detection(FOUR, of(word(0, 134))) == (4, 1, 0, 1, 0, 0)  # 40 of 134 are less than .3
    assert detection(FOUR, of(word(0, 133))) == (4, 4, 4, 0, 0, 0)


def test_by_hand_letters_read() -> None:
    assert end_to_end(FOUR, of(word(0, 40, "가나마라"))) == (4, 4, 3, 1, 0, 0)
    assert end_to_end(FOUR, of(word(0, 40, "라다나가"))) == (4, 4, 1, 3, 0, 0)
    assert end_to_end(FOUR, of(word(200, 240, "가나다라"))) == (4, 4, 0, 4, 0, 0)


def test_by_hand_spaces_are_letters() -> None:
    assert end_to_end(of(word(0, 30, "가 나")), of(word(0, 30, "가나"))) == (3, 2, 2, 0, 0, 0)


def test_by_hand_dont_care_regions() -> None:
    truth = of(word(0, 40, "가나다라"), word(100, 140, "???", legible=False))
    assert detection(truth, of(word(0, 40), word(100, 140))) == (4, 4, 4, 0, 0, 0)
    assert end_to_end(truth, of(word(0, 40, "가나다라"), word(100, 140, "a"))) == (4, 4, 4, 0, 0, 0)
    assert detection(truth, of(word(100, 240))) == (4, 1, 0, 1, 0, 0)  # two sevenths of it lie there
    two = of(word(0, 20, legible=False), word(20, 40, legible=False))
    assert detection(two, of(word(0, 100))) == (0, 0, 0, 0, 0, 0)  # a fifth on each: more than .3 together


def test_by_hand_a_dont_care_region_has_no_part_in_words_that_lie_on_it() -> None:
    truth = of(word(0, 40, "가나다라"), word(0, 50, legible=False))
    assert detection(truth, of(word(0, 40))) == (4, 4, 4, 0, 0, 0)


def test_by_hand_a_curved_line_has_its_letters_along_it() -> None:
    """Six corners, a line that bends down in its middle: the last letters lie in what was found to the right of the bend."""
    bent = Region("b", ((0, 0), (40, 0), (40, 40), (30, 40), (30, 10), (0, 10)), "가나다라")
    lower = Region("l", ((30, 10), (40, 10), (40, 40), (30, 40)), "")
    assert detection(of(bent), of(bent)) == (4, 4, 4, 0, 0, 0)
    found = detection(of(bent), of(lower))
    assert 1 <= found[2] <= 3


def test_by_hand_nothing_to_find_and_nothing_found() -> None:
    assert detection(of(), of()) == (0,) * 6
    assert rates_of(count_cleval(of(), of()).detection).hmean is None
    assert detection(FOUR, of()) == (4, 0, 0, 0, 0, 0)
    assert end_to_end(of(), of(word(0, 40, "가"))) == (0, 1, 0, 1, 0, 0)
    assert end_to_end(of(word(0, 40, "")), of(word(0, 40, ""))) == (0, 0, 0, 0, 0, 0)


def test_what_crosses_itself_or_is_not_finite_does_not_crash() -> None:
    bow = Region("b", ((0, 0), (40, 20), (40, 0), (0, 20)), "가나")
    nan = Region("n", ((0, 0), (float("nan"), 0), (40, 20), (0, float("inf"))), "다")
    thin = Region("t", ((1, 1), (2, 2)), "라")
    hidden = replace(nan, attributes=Attributes(legible=False))
    found = count_cleval(of(bow, nan, thin, hidden), of(bow, nan, thin))
    assert found.detection.truth == 4
    assert found.detection.right == 2


def test_overlaps_that_were_measured_already_change_nothing() -> None:
    truth, other = scattered(3)
    assert count_cleval(truth, other, measure_overlaps(truth, other)) == count_cleval(truth, other)


cells = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.text("가나 12", min_size=1, max_size=5)),
                 unique_by=lambda cell: cell[:2], max_size=12)


@settings(deadline=None, max_examples=30)
@given(cells)
def test_a_reading_is_all_right_beside_itself(places: list[tuple[int, int, str]]) -> None:
    regions = of(*(replace(word(50 * x, 50 * x + 40, text), polygon=box(50 * x, 20 * y)) for x, y, text in places))
    letters = sum(len(text) for _, _, text in places)
    assert detection(regions, regions) == end_to_end(regions, regions) == (letters, letters, letters, 0, 0, 0)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 500), st.randoms())
def test_the_order_of_regions_does_not_matter_to_detection(number: int, chance: random.Random) -> None:
    truth, other = scattered(number, 8)
    mixed = replace(truth, regions=tuple(chance.sample(truth.regions, len(truth.regions))))
    others = replace(other, regions=tuple(chance.sample(other.regions, len(other.regions))))
    assert detection(mixed, others) == detection(truth, other)


@pytest.mark.skipif(not FOLDER.exists(), reason="receipt_predictions/ is not here")
def test_the_counts_and_figures_of_the_package() -> None:
    total = sum((count_cleval(receipt.truth, receipt.found) for receipt in receipts()), ClevalCounts())
    assert astuple(total.detection) == DETECTION
    assert astuple(total.end_to_end) == END_TO_END
    assert astuple(rates_of(total.detection)) == pytest.approx(DETECTION_RATES, abs=1e-9)
    assert astuple(rates_of(total.end_to_end)) == pytest.approx(END_TO_END_RATES, abs=1e-9)
