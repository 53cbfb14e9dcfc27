"""Texts tell documents of one template apart; they never make two pictures one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reading import Reading, Region, Unit
from schemas.submission import Verdict
from stages.ingest.texts import compare_texts

SAME_PLACE = np.eye(3)


def reading(lines: list[tuple[str, float]], scale: float = 1.0) -> Reading:
    regions = tuple(
        Region(f"r{number}", tuple((scale * x, scale * y) for x, y in (
            (10, 30 * number), (300, 30 * number), (300, 30 * number + 20), (10, 30 * number + 20))), text, score=score)
        for number, (text, score) in enumerate(lines))
    return Reading("a" * 64, "model:m@1", "run", 0, Unit.LINE, round(400 * scale), round(900 * scale), regions)


@pytest.mark.parametrize(("before", "after", "score", "verdict", "changed"), [
    ("03 Mar 2018 18:22", "12 Mar 2018 18:19", 0.99, Verdict.DISTINCT, 4),  # two receipts of one shop
    ("03 Mar 2018 18:22", "12 Mar 2018 18:19", 0.90, Verdict.REVIEW, 0),  # the model itself is in doubt
    ("합계 12,300원", "합계 12,300원", 0.99, Verdict.REVIEW, 0),  # two forms may differ in a tick
    ("Net Total: $8.20", "Nett Totai: S8.20", 0.99, Verdict.REVIEW, 0),  # one receipt, read twice
    ("A03022", "A03047", 0.99, Verdict.REVIEW, 2),
])
def test_figures_make_another_document(before: str, after: str, score: float, verdict: Verdict, changed: int) -> None:
    head = ("새김 마트", 0.99)
    found = compare_texts(reading([head, (before, score)]), reading([head, (after, score)], scale=2.0), SAME_PLACE)
    assert (found.verdict, found.lines, found.alone, found.figures_changed) == (verdict, 2, 0, changed)


def test_lines_meet_where_the_pictures_are_laid_over_each_other() -> None:
    lines = [("2018-03-03 18:22", 1.0), ("합계 4,500", 1.0)]
    below = np.array([[1, 0, 0], [0, 1, 30 / 900], [0, 0, 1]])  # the earlier picture lies a line further down
    assert compare_texts(reading([("머리", 1.0), *lines]), reading(lines), below).edits == 0
    assert compare_texts(reading([("머리", 1.0), *lines]), reading(lines), SAME_PLACE).edits > 0


@given(st.lists(st.tuples(st.text(max_size=20), st.floats(0, 1)), max_size=8))
def test_the_same_reading_is_never_another_document(lines: list[tuple[str, float]]) -> None:
    found = compare_texts(reading(lines), reading(lines), SAME_PLACE)
    assert (found.verdict, found.edits, found.alone, found.figures_changed) == (Verdict.REVIEW, 0, 0, 0)
