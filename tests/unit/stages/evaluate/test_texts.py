"""Counts of letters and words: by hand, against plain Python, and what must hold for all texts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from schemas.letters import letters, simple_letters
from schemas.normalisation import LADDER, Normalisation, normalised
from schemas.text import normalise
from stages.evaluate.texts import count_letters, count_words
from tests.jaso_pairs import JASO_PAIRS, KSTR_PAIRS, JasoPair
from tests.plain_edits import edits_of_patterns, plain_edits
from tests.text_counts import TextCounts, count_texts

many = settings(deadline=None, max_examples=100)
texts = st.text(st.sampled_from("가각값과ㄱ, .Ａa1\u1112\u119e\u11ab"), max_size=8)
plain = st.text(st.sampled_from("가각값과.a1"), max_size=8)
spaced = st.text(st.sampled_from("가각값과 .a1"), max_size=8).map(normalise)
with_illegible = st.text(st.sampled_from("가각값과 .a□□\u1112\u119e\u11ab"), max_size=7)
BY_LETTER = (Normalisation.EXACT, Normalisation.WIDTH, Normalisation.NOSPACE, Normalisation.NOPUNCT, Normalisation.KSTR)


def count(truth: str, read: str, how: Normalisation = Normalisation.NOSPACE) -> TextCounts:
    return count_texts([truth], [read], how)[0]


def test_forty_pairs_were_taken_apart_by_hand() -> None:
    assert len(JASO_PAIRS) >= 40


@pytest.mark.parametrize(("how", "pair"), [(Normalisation.JASO, pair) for pair in JASO_PAIRS]
                         + [(Normalisation.KSTR, pair) for pair in KSTR_PAIRS])
def test_letters_of_hangul_are_counted_as_by_hand(how: Normalisation, pair: JasoPair) -> None:
    found = count(pair.truth, pair.read, how)
    assert found.edits == pair.edits
    assert found.similarity == pytest.approx(1 - pair.edits / pair.longer if pair.longer else 1, abs=1e-12)


@pytest.mark.parametrize(("truth", "read", "expected"), [
    ("", "", TextCounts(0, 0, 0, 0, 1.0)),
    ("", "서울 역", TextCounts(4, 0, 0, 2, 0.0)),
    ("서울 역", "", TextCounts(4, 4, 2, 2, 0.0)),
    ("서울", "서울", TextCounts(0, 2, 1, 0, 1.0)),
    ("서울", "서울대학교", TextCounts(3, 2, 1, 1, 0.4)),
    ("역", "서울대학교", TextCounts(5, 1, 1, 1, 0.0)),
])
def test_rules_for_empty_texts_and_much_output(truth: str, read: str, expected: TextCounts) -> None:
    assert count(truth, read, Normalisation.EXACT) == expected


def test_a_text_without_letters_in_a_form_is_empty_there() -> None:
    assert count("···", "", Normalisation.NOPUNCT) == TextCounts(0, 0, 1, 1, 1.0)
    assert count("···", "", Normalisation.NOSPACE).edits == 3


@pytest.mark.parametrize(("truth", "read", "edits", "length"), [
    ("서□역", "서울역", 0, 2), ("서□역", "서역", 0, 2), ("서□역", "서□역", 0, 2), ("서□역", "서울대역", 1, 2),
    ("서□역", "서울", 1, 2), ("□□", "가", 0, 0), ("□□", "가나다", 1, 0), ("□", "", 0, 0), ("□", "\u1112\u119e\u11ab", 0, 0),
    ("□가", "", 1, 1), ("a□", "a1", 0, 1), ("□ 남 □ 여", "☑남□여", 0, 2),
])
def test_what_nobody_can_read_takes_none_or_one_character(truth: str, read: str, edits: int, length: int) -> None:
    found = count(truth, read)
    assert (found.edits, found.length) == (edits, length)


def test_a_square_that_was_read_is_a_letter_like_others() -> None:
    assert count("가", "□").edits == 1
    assert count("가나", "가□나").edits == 1


def test_paddle_knows_nothing_of_what_nobody_can_read() -> None:
    assert count("서□역", "서울역", Normalisation.PADDLE) == TextCounts(1, 3, 1, 1, 1 - 1 / 3)


@pytest.mark.parametrize(("truth", "read", "how", "words", "edits"), [
    ("서울 역", "서울역", Normalisation.EXACT, 2, 2),
    ("서울 역", "서울역", Normalisation.NOSPACE, 2, 2),
    ("서울, 역", "서울 역", Normalisation.NOPUNCT, 2, 1),
    ("Ａ동 1호", "A동 1호", Normalisation.EXACT, 2, 1),
    ("Ａ동 1호", "A동 1호", Normalisation.JASO, 2, 0),
    ("Ａ동 1호", "A동 1호", Normalisation.KSTR, 2, 1),
    ("Ａ동 1호", "A동 1호", Normalisation.PADDLE, 2, 1),
    ("서□역 앞", "서울역 앞", Normalisation.EXACT, 2, 0),
    ("□□ 앞", "서울 앞", Normalisation.EXACT, 1, 0),
    ("□□ 앞", "앞", Normalisation.EXACT, 1, 0),
    ("□□ 앞", "서울역 앞", Normalisation.EXACT, 1, 1),
    ("□□ 앞", "저 서울 앞", Normalisation.EXACT, 1, 1),
])
def test_words_are_what_white_space_parts(truth: str, read: str, how: Normalisation, words: int, edits: int) -> None:
    found = count(truth, read, how)
    assert (found.words, found.word_edits) == (words, edits)


def test_more_of_the_one_than_of_the_other_is_refused() -> None:
    for function in (count_texts, count_letters, count_words):
        with pytest.raises(ValueError, match=r"is one for each|shorter|longer"):
            function(["가"], [], Normalisation.EXACT)


def test_no_texts_have_no_counts() -> None:
    assert count_texts([], [], Normalisation.JASO) == []


def test_figures_of_mmocr_are_void_for_korean() -> None:
    """Its three metrics take out all that is no Latin letter, digit or Chinese character before they compare."""
    taken_out = re.compile("[^A-Z^a-z^0-9^\u4e00-\u9fa5]")
    truth = taken_out.sub("", "사업자등록번호".lower())
    read = taken_out.sub("", "시엽차등륵빈호".lower())
    assert truth == read == ""
    assert Levenshtein.normalized_distance(truth, read) == 0
    assert taken_out.sub("", "합계 12,000원") == "12000"
    assert count("사업자등록번호", "시엽차등륵빈호").similarity == pytest.approx(2 / 7)


def test_figures_of_paddle_are_those_of_its_metric() -> None:
    """Sum of normalised distances and equal texts, spaces out (ppocr/metrics/rec_metric.py)."""
    truths = ["서울 역", "", "값, 과", "가"]
    reads = ["서울역", "", "값 . 과", ""]
    found = count_texts(truths, reads, Normalisation.PADDLE)
    pairs = [(truth.replace(" ", ""), read.replace(" ", "")) for truth, read in zip(truths, reads, strict=True)]
    assert [item.similarity for item in found] == pytest.approx([1 - Levenshtein.normalized_distance(*pair) for pair in pairs])
    assert [item.edits == 0 for item in found] == [truth == read for truth, read in pairs] == [True, True, False, False]


@pytest.mark.slow
@many
@given(st.lists(st.tuples(texts, texts), max_size=5), st.sampled_from(Normalisation))
def test_counts_are_those_of_plain_python(pairs: list[tuple[str, str]], how: Normalisation) -> None:
    truths = [truth for truth, _ in pairs]
    reads = [read for _, read in pairs]
    for truth, read, found in zip(truths, reads, count_texts(truths, reads, how), strict=True):
        one = normalised(truth, how)
        other = normalised(read, how)
        assert (found.edits, found.length) == (plain_edits(one, other), len(one))
        assert found.similarity == pytest.approx(1 - found.edits / max(len(one), len(other), 1))
        turned = count(read, truth, how)
        assert (turned.edits, turned.similarity, turned.word_edits) == (found.edits, found.similarity, found.word_edits)
        form = how if how in LADDER[:2] else Normalisation.WIDTH if how in LADDER else Normalisation.EXACT
        words = normalised(truth, form).split()
        assert (found.words, found.word_edits) == (len(words), plain_edits(words, normalised(read, form).split()))


@pytest.mark.slow
@many
@given(with_illegible, with_illegible, st.sampled_from([how for how in Normalisation if how is not Normalisation.PADDLE]))
def test_counts_with_what_nobody_can_read_are_those_of_a_recursion(truth: str, read: str, how: Normalisation) -> None:
    ones = list(normalised(truth, how).replace("□", "□□□" if how is Normalisation.KSTR else "□"))
    others, starts = cut(read, how)
    found = count(truth, read, how)

    def takes(letter: str, left: Sequence[str]) -> int:
        if letter != "□":
            return int(letter == left[0])
        place = len(others) - len(left)
        return next((end - place for end in starts if end > place), 0) if place in starts else 0

    assert found.edits == edits_of_patterns(ones, others, lambda letter: letter == "□", takes)
    assert found.length == len(ones) - ones.count("□")
    assert 0 <= found.similarity <= 1
    assert (found.edits == 0) == (found.similarity == 1)


def cut(read: str, how: Normalisation) -> tuple[str, list[int]]:
    """Letters of what was read, and where its characters start and end."""
    if how is Normalisation.KSTR:
        found = normalised(read, how).replace("□", "□□□")
        return found, list(range(len(found) + 1))
    form = Normalisation.NOPUNCT if how is Normalisation.JASO else how
    characters = [character.translate(simple_letters() if how is Normalisation.JASO else {})
                  for character in letters(normalised(read, form))]
    return "".join(characters), [len("".join(characters[:number])) for number in range(len(characters) + 1)]


@pytest.mark.slow
@many
@given(spaced.filter(bool), spaced, st.sampled_from(BY_LETTER), st.data())
def test_what_nobody_can_read_costs_no_more_than_a_letter(truth: str, read: str, how: Normalisation, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(truth) - 1))
    assert count(truth[:place] + "□" + truth[place + 1:], read, how).edits <= count(truth, read, how).edits


@pytest.mark.slow
@many
@given(plain, st.sampled_from(["", "가", "값", "a", "漢", "\u1112\u119e\u11ab", "□", "."]), plain, st.sampled_from(LADDER))
def test_what_nobody_can_read_is_right_whatever_was_read(before: str, instead: str, after: str, how: Normalisation) -> None:
    assert count(before + "□" + after, before + instead + after, how).edits == 0
