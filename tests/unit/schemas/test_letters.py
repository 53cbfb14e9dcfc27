"""What letters and syllables are made of."""

from __future__ import annotations

import unicodedata

import pytest

from schemas.letters import JAMO, letters, parts_of, simple_letters, syllable_parts

SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]


def test_every_syllable_has_the_parts_that_unicode_gives_it() -> None:
    for syllable in SYLLABLES:
        decomposed = unicodedata.normalize("NFD", syllable)
        parts = parts_of(syllable)
        assert parts is not None
        assert len([part for part in parts if part]) == len(decomposed)
        for part, jamo in zip(parts, decomposed, strict=False):
            assert unicodedata.normalize("NFKD", part).translate(simple_letters()) == jamo.translate(simple_letters())


@pytest.mark.parametrize("text", ["", "a", "ㄱ", "가나", "\u1100", "豈", "\ud7a4"])
def test_nothing_else_has_parts(text: str) -> None:
    assert parts_of(text) is None


def test_a_syllable_and_its_nfd_have_the_same_simple_letters() -> None:
    for syllable in SYLLABLES:
        assert syllable.translate(simple_letters()) == unicodedata.normalize("NFD", syllable).translate(simple_letters())


def test_simple_letters_are_simple() -> None:
    jamo = [chr(code) for first, last in JAMO for code in range(first, last + 1) if unicodedata.name(chr(code), "")]
    assert len(jamo) == 256 + 29 + 23 + 49 + 94
    for char in jamo:
        found = char.translate(simple_letters())
        assert found.translate(simple_letters()) == found
        assert found or "FILLER" in unicodedata.name(char)


@pytest.mark.parametrize(("text", "parts", "simple"), [
    ("값과", "ㄱㅏㅄㄱㅘ", "ㄱㅏㅂㅅㄱㅗㅏ"), ("왜", "ㅇㅙ", "ㅇㅗㅐ"), ("의", "ㅇㅢ", "ㅇㅡㅣ"), ("꽉", "ㄲㅘㄱ", "ㄲㅗㅏㄱ"),
    ("밖", "ㅂㅏㄲ", "ㅂㅏㄲ"), ("ㄳㅘ", "ㄳㅘ", "ㄱㅅㅗㅏ"), ("\u1112\u119e\u11ab", "\u1112\u119e\u11ab", "ㅎㆍㄴ"),
    ("\u1122\u1161", "\u1122\u1161", "ㅂㅅㄱㅏ"), ("\u1197", "\u1197", "ㅡㅣㅜ"), ("\u115f\u1161", "\u115f\u1161", "ㅏ"),
    ("A1 漢", "A1 漢", "A1 漢"), ("ﾡ", "ﾡ", "ﾡ"),
])
def test_hangul_is_taken_apart(text: str, parts: str, simple: str) -> None:
    assert text.translate(syllable_parts()) == parts
    assert text.translate(simple_letters()) == simple


def test_a_letter_is_what_a_person_sees_as_one() -> None:
    assert letters("가\u1112\u119e\u11abe\u0301x") == ["가", "\u1112\u119e\u11ab", "e\u0301", "x"]
    assert letters("") == []
