"""Strangers' texts, as people are shown them."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from schemas.shown_text import printable, shortened, visible


@given(st.text(max_size=60))
def test_no_text_hides_or_turns_what_stands_around_it(text: str) -> None:
    shown = visible(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown if char != "\u200d")
    assert visible("강남역 3번") == "강남역 3번"
    assert visible("a b", spaces=True) == "a␣b"


@given(st.text(max_size=60), st.integers(1, 20))
def test_what_is_cut_has_room(text: str, most: int) -> None:
    assert len(shortened(text, most)) == min(len(text), most)
    assert len(printable(text, most)) <= most
    assert printable("\u202e서울\x00역", 5) == "서울역"
