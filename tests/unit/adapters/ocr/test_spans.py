"""Lines of several recognisers: who is trusted with what, words read alone, marks, spaces."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFont

from adapters.ocr import recognition, spaces, spans, words
from adapters.ocr.marks import marks_of, with_mark
from adapters.ocr.recognition import Character, ReadLine
from tests.unit.adapters.ocr.made_lines import FONT, KOREAN, LATIN, drawn, line


def test_between_korean_letters_others_read() -> None:
    unsure = (Character("오", 110, 0.4), Character("류", 140, 0.3))
    read = ReadLine((*line("한글").characters, *unsure, *line("끝", start=190).characters), "ko")
    (span,) = spans.spans_of(read, 220, KOREAN)
    assert [item.text for item in span.inside] == ["오", "류"]
    assert 60 < span.left < 110 and 140 < span.right < 190
    latin = line("PDF", start=110 - span.left, step=15, by="la")
    merged = spans.with_span(read, span, KOREAN, [(latin, LATIN)])
    assert (merged.text, merged.recogniser) == ("한글PDF끝", "ko+la")


@pytest.mark.parametrize("answer", [line("漢字", by="la"), line("PD", score=0.3, by="la"), line("", by="la"), line(".", by="la")])
def test_a_worse_answer_changes_nothing(answer: ReadLine) -> None:
    unsure = (Character("사", 110, 0.75), Character("이", 150, 0.75))
    read = ReadLine((*line("한글").characters, *unsure, *line("끝", start=190).characters), "ko")
    (span,) = spans.spans_of(read, 220, KOREAN)
    moved = ReadLine(tuple(Character(item.text, 110 - span.left, item.score) for item in answer.characters), "la")
    assert spans.with_span(read, span, KOREAN, [(moved, LATIN)]) == read


def test_a_stroke_of_the_neighbour_is_no_letter() -> None:
    read = ReadLine((*line("한다").characters, Character("'", 95, 0.4)), "ko")
    (span,) = spans.spans_of(read, 110, KOREAN)
    answer = ReadLine((Character("t", 2, 0.95), Character(".", 95 - span.left, 0.9)), "la")
    assert spans.with_span(read, span, KOREAN, [(answer, LATIN)]).text == "한다."


@pytest.mark.parametrize(("read_there", "becomes"), [("0", "한글0g끝"), ("6", "한글6의끝")])
def test_a_doubtful_digit_that_both_see_is_no_stroke(read_there: str, becomes: str) -> None:
    read = ReadLine((*line("한글").characters, Character(read_there, 100, 0.92), Character("의", 124, 0.2),
                     *line("끝", start=190).characters), "ko")
    (span,) = spans.spans_of(read, 220, KOREAN)
    answer = ReadLine((Character("0", 100 - span.left, 0.73), Character("g", 124 - span.left, 1.0)), "la")
    assert spans.with_span(read, span, KOREAN, [(answer, LATIN)]).text == becomes


def test_a_letter_that_only_the_first_sees_stays() -> None:
    unsure = (Character("및", 110, 0.7), Character("X", 150, 0.3))
    read = ReadLine((*line("한글").characters, *unsure, *line("끝", start=190).characters), "ko")
    (span,) = spans.spans_of(read, 220, KOREAN)
    answer = ReadLine((Character(".", 100 - span.left, 0.9), Character("K", 150 - span.left, 0.99)), "la")
    assert spans.with_span(read, span, KOREAN, [(answer, LATIN)]).text == "한글.및K끝"


@pytest.mark.parametrize(("answer", "becomes"), [
    ((("o", 0.9), ("f", 0.95)), "한글아끝"),  # 아 looks like it
    ((("I", 0.99), ("P", 1.0)), "한글IP끝"),
    ((("I", 0.99), ("P", 1.0), ("o", 0.79)), "한글IP끝"),  # a stroke of the next syllable
    ((("o", 0.79),), "한글아끝"),
])
def test_short_latin_for_one_syllable_has_to_be_certain(answer: tuple[tuple[str, float], ...], becomes: str) -> None:
    read = ReadLine((*line("한글").characters, Character("아", 110, 0.6), *line("끝", start=160).characters), "ko")
    (span,) = spans.spans_of(read, 190, KOREAN)
    found = [Character(char, 100 + 14 * place - span.left, score) for place, (char, score) in enumerate(answer)]
    assert spans.with_span(read, span, KOREAN, [(ReadLine(tuple(found), "la"), LATIN)]).text == becomes


@pytest.mark.parametrize(("syllables", "at", "answer", "becomes"), [
    ((("니", 0.7),), 96, "4", "한글니끝"),
    ((("니", 0.3),), 96, "4", "한글4끝"),
    ((("니", 0.7),), 110, "4", "한글4끝"),  # a word begins there
    ((("어", 0.78),), 96, "of", "한글어끝"),
    ((("시", 0.7),), 96, "NH", "한글NH끝"),  # two letters are as wide as a syllable
    ((("되", 0.65), ("이", 0.63)), 96, "101", "한글되이끝"),
    ((("되", 0.65), ("이", 0.5)), 96, "101", "한글101끝"),
    ((("되", 0.65), ("2", 0.63)), 96, "101", "한글101끝"),  # the digit counts for nothing
])
def test_a_syllable_withstands_a_narrower_reading(syllables: tuple[tuple[str, float], ...], at: int, answer: str,
                                                  becomes: str) -> None:
    read = ReadLine((*line("한글").characters,
                     *(Character(char, at + 30 * place, score) for place, (char, score) in enumerate(syllables)),
                     *line("끝", start=200).characters), "ko")
    (span,) = spans.spans_of(read, 230, KOREAN)
    found = line(answer, score=0.98, start=at - span.left, step=12, by="la")
    assert spans.with_span(read, span, KOREAN, [(found, LATIN)]).text == becomes


def test_a_line_without_korean_has_no_spans() -> None:
    assert spans.spans_of(line("HELLO"), 300, KOREAN) == []


def test_a_full_stop_alone_does_not_beat_a_korean_line() -> None:
    assert spans.best_of([line("우선순위", score=0.7), line(".", score=0.99)]).text == "우선순위"


@pytest.mark.parametrize(("text", "gap", "spaced"), [
    ("데비안 시스템", 0, "데비안 시스템"),
    ("서울역", 0, "서울역"),
    ("대형출력인쇄", 30, "대형출력인쇄"),  # a sign: all letters stand apart
    ("한 글 은 좋다", 0, "한글은좋다"),  # most do, so nothing tells words from letters
])
def test_spaces_are_where_words_stand_apart(text: str, gap: int, spaced: str) -> None:
    strip = recognition.to_strip(drawn(text, gap=gap)[10:-10], 48, 3200)
    assert spaces.with_spaces(_as_drawn(text, {}, gap), strip).text == spaced


def test_a_doubtful_word_is_what_stands_between_gaps() -> None:
    strip = recognition.to_strip(drawn("데비안 시스템 끝")[10:-10], 48, 3200)
    read = _as_drawn("데비안 시스템 끝", {"시": ("0", 0.4)})
    (word,) = words.doubtful_words(read, strip, KOREAN)
    assert "".join(item.text for item in word.inside) == "0스템"
    ink = strip[:, word.left:word.right].min(axis=(0, 2)) < 128
    assert ink.any() and not ink[0] and not ink[-1]  # no letter is cut
    assert words.doubtful_words(_as_drawn("데비안 시스템 끝", {}), strip, KOREAN) == []
    assert words.doubtful_words(line("0ebi"), strip, KOREAN) == []  # no Hangul: the line is another one's …
    (word, *_) = words.doubtful_words(line("0ebi", score=0.5), strip, KOREAN)  # … unless it says little
    assert [item.text for item in word.inside] == ["0", "e", "b"]


@pytest.mark.parametrize(("before", "alone", "becomes"), [
    ((("으", 0.84), ("교", 0.2), ("쓰", 0.86), ("이", 1.0), ("나", 1.0)), "ROMO나", "ROM이나"),  # what ends the word stays
    ((("니", 0.4), ("이", 0.99), ("e", 0.7)), "sol", "sol"),  # alone between Latin letters it is a Latin one
    ((("0", 0.4), ("키", 1.0), ("지", 1.0), ("이", 1.0), ("럼", 0.6)), "lㅣ지이름", "l키지이름"),
    ((("0", 0.98), ("시", 1.0)), "GN", "0시"),  # it scores worse
])
def test_a_word_read_alone_beside_certain_hangul(before: tuple[tuple[str, float], ...], alone: str, becomes: str) -> None:
    inside = tuple(Character(char, 100 + 40 * place, score) for place, (char, score) in enumerate(before))
    sure = line("한글").characters
    read = ReadLine((*sure, *inside), "ko")
    found = line(alone, score=0.985, start=20.0)
    assert words.with_word(read, words.Word(80, 300, inside), found, 48).text == "한글" + becomes


def test_a_full_stop_is_seen_and_a_stroke_is_none() -> None:
    strip = np.full((48, 200, 3), 255, np.uint8)
    for left, right, top in ((10, 40, 8), (60, 90, 8), (96, 101, 36), (120, 124, 8)):
        strip[top:41, left:right] = 0
    read = ReadLine((Character("한", 25, 0.95), Character("다", 75, 0.95)), "ko")
    (mark,) = marks_of(read, strip, KOREAN, [])
    assert mark.left < 96 and 101 < mark.right < 120
    assert marks_of(read, strip, KOREAN, [mark]) == []  # read anyway
    unsure = ReadLine((Character("한", 25, 0.95), Character("H", 75, 0.95)), "ko")
    assert marks_of(unsure, strip, KOREAN, []) == []
    dot = 98.0 - mark.left
    assert with_mark(read, mark, [line(".", start=dot, score=0.5, by="la")]) == ReadLine(
        (*read.characters, Character(".", 98.0, 0.5)), "ko+la")
    for answer in (line("l", start=dot), line("三", start=dot), line(".", start=dot + 20), line(".", start=dot, score=0.3),
                   line("")):
        assert with_mark(read, mark, [answer]) == read


def test_no_space_stands_before_a_full_stop() -> None:
    strip = np.full((48, 260, 3), 255, np.uint8)
    places = ((10, 40), (44, 74), (90, 94), (120, 150), (154, 184))
    for left, right in places:
        strip[8:41, left:right] = 0
    letters = [Character(char, (left + right) / 2, 0.9) for char, (left, right) in zip("한다.그는", places, strict=True)]
    assert spaces.with_spaces(ReadLine(tuple(letters), "ko"), strip).text == "한다. 그는"


def _as_drawn(text: str, misread: dict[str, tuple[str, float]], gap: int = 0) -> ReadLine:
    """What a recogniser would read on ``drawn(text)`` of 48 pixels: no spaces; letters as ``misread`` has them."""
    font = ImageFont.truetype(FONT, 40)
    scale, x, letters = 48 / (drawn(text).shape[0] - 20), 20.0, []
    for char in text:
        if char != " ":
            read, score = misread.get(char, (char, 0.9))
            letters.append(Character(read, (x + font.getlength(char) / 2) * scale, score))
        x += font.getlength(char) + gap
    return ReadLine(tuple(letters), "ko")
