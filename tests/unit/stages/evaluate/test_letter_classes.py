"""Which scripts were read wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from schemas.evaluation import LetterClass
from schemas.reading import Attributes, Language, Region
from stages.evaluate.letter_classes import LetterScript, letter_classes, script_of
from stages.evaluate.outcomes import outcomes_of
from tests.made_outcomes import box, image


@pytest.mark.parametrize(("letter", "script"), [
    ("가", LetterScript.HANGUL), ("ㄱ", LetterScript.HANGUL), ("\u1112\u119e", LetterScript.HANGUL), ("é", LetterScript.LATIN),
    ("Z", LetterScript.LATIN), ("7", LetterScript.DIGITS), ("７", LetterScript.DIGITS), (" ", LetterScript.SPACES),
    ("₩", LetterScript.SIGNS), ("·", LetterScript.SIGNS), ("\ufffd", LetterScript.SIGNS), ("漢", LetterScript.OTHER)])
def test_a_letter_has_one_script(letter: str, script: LetterScript) -> None:
    assert script_of(letter) is script


def test_spaces_that_a_model_never_writes_and_latin_in_korean_lines_stand_first() -> None:
    lines = [Region(f"r{place}", box(10, 10 + 50 * place), text, Attributes(language=Language.MIXED))
             for place, text in enumerate(["서울역 EXIT 3", "카페 COFFEE 집", "가나 다라 마바"])]
    reads = ["서울역EXlT3", "카페C0FFEE집", "가나다라마바"]
    found = letter_classes(outcomes_of([image(1, lines, [
        replace(line, text=read) for line, read in zip(lines, reads, strict=True)])]).regions)
    assert found == (LetterClass("spaces", "mixed", 6, 6, 6), LetterClass("Latin", "mixed", 10, 2, 0),
                     LetterClass("Hangul", "mixed", 12, 0, 0), LetterClass("digits", "mixed", 1, 0, 0))


def test_what_nobody_can_read_is_no_letter() -> None:
    line = Region("r", box(10, 10), "가□", Attributes(language=Language.KO))
    found = letter_classes(outcomes_of([image(1, [line], [replace(line, text="가나")])]).regions)
    assert found == (LetterClass("Hangul", "ko", 1, 0, 0),)
