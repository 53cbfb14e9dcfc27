"""Nicknames: what boards show of what people type."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.nickname import LONGEST, NicknameTooLong, nickname


@pytest.mark.parametrize(("typed", "shown"), [
    ("  단풍  잎 ", "단풍 잎"),
    ("단풍", "단풍"),
    ("a\u202egnp.exe", "agnp.exe"),
    ("\u200b\u200b", None),
    ("", None),
    ("<b>x</b>", "<b>x</b>"),
    ("a\nb\tc\x00", "a b c"),
    ("e" + "\u0301\u0302\u0303\u0304\u0305\u0306", "é\u0302\u0303\u0304"),
])
def test_what_is_shown(typed: str, shown: str | None) -> None:
    assert nickname(typed) == shown


def test_a_long_one_is_refused_and_not_cut() -> None:
    assert nickname("가" * LONGEST) == "가" * LONGEST
    with pytest.raises(NicknameTooLong, match="21"):
        nickname("가" * (LONGEST + 1))


@given(st.text(max_size=15))
def test_what_is_shown_is_one_line_of_seen_characters_and_stays_as_it_is(typed: str) -> None:
    shown = nickname(typed)
    if shown is None:
        return
    assert nickname(shown) == shown
    assert shown == shown.strip()
    assert not {char for char in shown if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs")}
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
