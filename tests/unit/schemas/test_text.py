"""One policy for what nobody sees: what goes, what stays, and that texts which look alike are one."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.text import _DROPPED, _PLAIN, _SPACES, normalise

NOTHING = [
    *"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202d\u202e\u2060\u2061\u2064",
    *"\u2066\u2069\u206a\u206f\u2800\u3000\u3164\ufe00\ufe0e\ufe0f\ufeff\uffa0\ufff9\ufffb\ufffc\uffff\0\x1f\x7f\x85\xa0\u2028",
    *"\U0001bca0\U0001d159\U0001d173\U000e0001\U000e0041\U000e007f\U000e0100\U000e01ef\U0001fffe\U00013430",
]
SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2007\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
STAY = [
    "\U0001f469\u200d\U0001f680", "\U0001f469\U0001f3fd\u200d\U0001f680", "\U0001f3f3\ufe0f\u200d\U0001f308", "❤\ufe0f", "☎",
    "☎\ufe0f", "⌚\ufe0e", "1\ufe0f\u20e3", "#\ufe0f\u20e3", "\U0001f1f0\U0001f1f7", "\U0001f44d\U0001f3fb",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "می\u200cخواهم", "क\u094d\u200dष", "क\u094d\u200cष",
    "葛\U000e0100", "㐂\ufe00", "∪\ufe00", "ᠠ\u180b", "\u1112\u1160\u11ab", "\u115f\u1161", "\u115f\u1160\u11a8",
    "\u1112\u119e\u11ab",
    "ㄱㅏ", "ㅋㅋ", "ＡＢＣ１２３", "ｶﾞ", "①㈜㎏", "²", "\u0301", "\u0600١", "\ue000", "\uf8ff", "�", "\U0001fae9", "\u0378",
    "𝄞", "~", "'",
]
"""Each with everything in it; U+0378 and the last pictograph are not assigned in this Python's Unicode."""
ALIKE = [
    ("서울 역", "서울\u200b 역"), ("서울 역", "서울\u00a0역"), ("서울 역", "서울\u3000역"), ("서울 역", " 서울  역 "),
    ("서울 역", "서울\u2028역"), ("서울 역", "서울 \u200b 역"), ("서울 역", "서울\u2800역"), ("서울", "\u202a서울\u202c"),
    ("서울", "서\u3164울"), ("서울", "서\u115f울"), ("서울", "서\u1160울"), ("서울", "서\ufe0f울"), ("서울", "서\u200d울"),
    ("서울", "\u1109\u1165\u110b\u116e\u11af"), ("가", "\u1100\u1160\u1161"), ("각", "가\u1160\u11a8"), ("é", "e\u200b\u0301"),
    ("co-op", "co\u00ad-op"), ("\U0001f600", "\U0001f600\ufe0f"), ("\U0001f3f4", "\U0001f3f4\U000e0067\U000e0062"),
    ("☎", "☎\ufe0e"),
    ("می\u200cخواهم", "می\u200c\u200cخواهم"), ("12", "1\ufe0f2"), ("\U0001f600", "\ud83d\ude00"), ("X�Y", "X\ud83dY"),
    ("\u00c5", "\u212b"),
    ("a", "a\U000e0041"), ("fi", "f\u200ci"), ("fi", "f\u2060i"), ("abc", "\u202eabc"),
]
NEVER_SEEN = "\u00ad\u034f\u061c\u200b\u200e\u202e\u2060\u2069\u3164\ufeff\uffa0\ufff9\ufffc"
tangles = st.text(st.one_of(
    st.sampled_from([*NOTHING, *SPACES, *sorted({char for text in STAY for char in text}), *"\u094d\u0338=가각eبا"]),
    st.characters()), max_size=12)
many = settings(deadline=None, max_examples=600)


def seen(text: str) -> str:
    """What is seen of a text, space aside, letters and their marks apart; by Unicode's words alone."""
    found = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    marks = "".join(char for char in found if char not in "\u2800\ufffc\U0001d159" and not regex.match(
        r"\p{Default_Ignorable_Code_Point}|\p{Cc}|\p{White_Space}|\p{Noncharacter_Code_Point}|(?!\p{PCM})\p{Cf}", char))
    return unicodedata.normalize("NFD", unicodedata.normalize("NFC", marks))


@pytest.mark.parametrize("char", NOTHING, ids=ascii)
def test_what_nobody_sees_is_no_text(char: str) -> None:
    assert normalise(char) == normalise(char * 3) == normalise(f" {char} ") == ""
    assert normalise(f"서{char}울").replace(" ", "") == normalise(f"{char}서울{char}") == "서울"


@pytest.mark.parametrize("char", SPACES, ids=ascii)
def test_white_space_is_one_space(char: str) -> None:
    assert normalise(f"서울{char}역") == normalise(f"{char}서울{char} {char}역{char}") == "서울 역"


@pytest.mark.parametrize("text", STAY, ids=ascii)
def test_what_is_seen_stays(text: str) -> None:
    assert normalise(text) == text
    assert normalise(f"역 {text} 역") == f"역 {text} 역"


@pytest.mark.parametrize(("one", "other"), ALIKE, ids=lambda text: ascii(text))
def test_what_looks_alike_is_one_text(one: str, other: str) -> None:
    assert normalise(one) == normalise(other) == one


@many
@given(tangles)
def test_any_text_has_one_form(text: str) -> None:
    found = normalise(text)
    assert normalise(found) == found
    assert unicodedata.is_normalized("NFC", found)
    assert found == found.strip() and "  " not in found
    found.encode()
    assert seen(found) == seen(text)
    assert bool(found) is bool(seen(text))


@many
@given(tangles, st.integers(0, 12), st.sampled_from(NEVER_SEEN))
def test_what_is_never_seen_makes_no_other_text(text: str, place: int, unseen: str) -> None:
    plain = regex.sub(r"\p{Default_Ignorable_Code_Point}", "", text)
    assert normalise(plain[:place] + unseen + plain[place:]) == normalise(plain)


def test_the_quick_way_meets_nothing_of_the_table() -> None:
    chars = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert not [char for char in chars if _PLAIN.fullmatch(char) and char != " " and (
        _SPACES.search(char) or _DROPPED.search(char))]
