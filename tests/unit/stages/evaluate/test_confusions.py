"""Letters that were read in place of others."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.evaluation import Confusion
from schemas.normalisation import Normalisation, normalised
from stages.evaluate.confusions import Confused, confusions, count_confusions
from tests.plain_edits import plain_edits

texts = st.lists(st.text(st.sampled_from("가각값과 .a1"), max_size=8), max_size=4)


def confused(truths: list[str], reads: list[str]) -> Confused:
    counter: Confused = Counter()
    count_confusions(truths, reads, counter)
    return counter


def test_spaces_that_are_left_out_come_to_the_top() -> None:
    truths = ["서울특별시 종로구 세종로", "가게 문 엽니다", "해물 파전", "여기 서세요"]
    reads = ["서울특별시종로구세종로", "가게문엽니다", "헤물 파전", "여기서세요"]
    assert confusions(confused(truths, reads)) == [Confusion(" ", "", 5), Confusion("해", "헤", 1, "ㅐ→ㅔ")]


@pytest.mark.parametrize(("truth", "read", "part"), [
    ("나", "너", "ㅏ→ㅓ"), ("값", "갑", "ㅄ→ㅂ"), ("값", "가", "ㅄ→∅"), ("가", "각", "∅→ㄱ"), ("가", "까", "ㄱ→ㄲ"),
    ("과", "고", "ㅘ→ㅗ"), ("가", "너", ""), ("가", "a", ""), ("0", "O", ""), ("\u1112\u119e\u11ab", "한", ""),
])
def test_syllables_that_differ_in_one_part_say_which(truth: str, read: str, part: str) -> None:
    assert confusions(confused([truth], [read])) == [Confusion(truth, read, 1, part)]


def test_letters_that_are_put_in_have_no_truth() -> None:
    assert confusions(confused(["서울", "", "역"], ["서 울", "가", "역"])) == [Confusion("", " ", 1), Confusion("", "가", 1)]


def test_what_nobody_can_read_is_in_no_confusion() -> None:
    assert not confused(["서□역", "□", "□가"], ["서울역", "", "가"])


def test_texts_of_any_length_are_taken() -> None:
    assert not confused(["가" * 3_000], ["나" * 3_000])


def test_it_adds_to_what_was_counted() -> None:
    counter = confused(["가"], ["나"])
    count_confusions(["가"], ["나"], counter)
    assert counter == {("가", "나"): 2}


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(texts, texts)
def test_as_many_as_there_are_edits(truths: list[str], reads: list[str]) -> None:
    both = min(len(truths), len(reads))
    pairs = [(normalised(one, Normalisation.EXACT), normalised(other, Normalisation.EXACT))
             for one, other in zip(truths, reads, strict=False)]
    found = confused(truths[:both], reads[:both])
    assert found.total() == sum(plain_edits(*pair) for pair in pairs)
    assert all(truth != read for truth, read in found)
    assert [item.count for item in confusions(found)] == sorted(found.values(), reverse=True)
