"""Scripts that a model reads badly in some texts and well in others are named."""

from __future__ import annotations

from pages.evaluation_numbers import weak_scripts, worse_elsewhere
from schemas.evaluation import EVERYTHING, Evaluation, LetterClass, SliceFigures


def evaluation(*letters: LetterClass) -> Evaluation:
    overall = SliceFigures(EVERYTHING, 1, 1, 1, ())
    return Evaluation("e", "a@1", "test", "model:m@1", "r", "line", 1, "c", (overall,), letters=letters)


def test_latin_in_korean_lines_is_told_where_latin_alone_is_read_well() -> None:
    mixed = LetterClass("Latin", "mixed", 1000, 50, 10)
    english = LetterClass("Latin", "en", 2000, 20, 5)
    hangul = LetterClass("Hangul", "ko", 5000, 300, 0)
    found = evaluation(hangul, mixed, english)
    assert weak_scripts(found) == []
    assert worse_elsewhere(found) == [(mixed, english)]


def test_few_letters_and_few_faults_are_no_weakness() -> None:
    assert worse_elsewhere(evaluation(LetterClass("Latin", "mixed", 99, 50, 0), LetterClass("Latin", "en", 900, 9, 0))) == []
    assert worse_elsewhere(evaluation(LetterClass("Latin", "mixed", 900, 9, 0), LetterClass("Latin", "en", 900, 1, 0))) == []
