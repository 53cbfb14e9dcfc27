"""Edited texts keep what was edited, however short they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.diff_texts import cut_to
from stages.diff.texts import pieces
from tests.unit.stages.diff.test_diff import TEXTS

pytestmark = pytest.mark.slow


@given(TEXTS, TEXTS, st.integers(10, 40))
def test_a_long_text_keeps_its_edits_when_it_is_cut(before: str, after: str, most: int) -> None:
    tail = "가나다라마바사" * 60
    found = cut_to(pieces(tail + before + tail, tail + after + tail), most)
    assert sum(max(map(len, piece)) for piece in found) <= 2 * most + 16
    assert any(not piece.same for piece in found) == (before != after)
