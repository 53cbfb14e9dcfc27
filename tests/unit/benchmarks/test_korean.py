"""What counts as wrong Latin inside Hangul words."""

from __future__ import annotations

import pytest

from benchmarks.korean import wrong_latin


@pytest.mark.parametrize(("text", "read", "wrong"), [
    ("아니면", "of니면", 2),
    ("부팅과정에서 한다", "부 Lf정o서 한다", 3),
    ("김치찌개", "김치피7H", 2),
    ("대략 밖에", "대략밖o에", 1),  # between two syllables of a word
    ("가 나", "가1나", 0),  # between words: that may be a number
    ("PDF를 연다", "PDF을 연다", 0),
    ("PDF를 연다", "PDT를 연다", 0),  # wrong, and Latin is there
    ("PDF를", "PDFe", 1),
    ("글꼴", "글", 0),
])
def test_latin_that_stands_for_hangul_is_counted(text: str, read: str, wrong: int) -> None:
    assert wrong_latin(text, read) == wrong
