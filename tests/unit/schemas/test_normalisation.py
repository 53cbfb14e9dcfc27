"""Forms of texts: what each rung of the ladder does, and that it does it once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.normalisation import _NOT_PLAIN, LADDER, Normalisation, normalised, normalised_texts
from schemas.text import normalise

CHARS = ("가각값과ㄱㅘㄳㅋ\u1112\u119e\u11ab\u115f\u1160\u1121\ua972Ａ１，～！￦\u3000 \n\t.,()·…□㈜㎏℃™①é\u0301\u0338"
         "<=≮☎❤\ufe0f\u200d\u200c1\u20e3\ufffd漢ｶﾞか\u3099")
tangles = st.text(st.one_of(st.sampled_from(sorted(set(CHARS))), st.characters()), max_size=10)
many = settings(deadline=None, max_examples=100)


@pytest.mark.parametrize(("text", "forms"), [
    ("Ｎo.1  값, 과", ("Ｎo.1 값, 과", "No.1 값, 과", "No.1값,과", "No1값과", "No1ㄱㅏㅂㅅㄱㅗㅏ")),
    ("서울\u3000역", ("서울 역", "서울 역", "서울역", "서울역", "ㅅㅓㅇㅜㄹㅇㅕㄱ")),
    ("㈜새김 ㎏ ℃", ("㈜새김 ㎏ ℃", "㈜새김 ㎏ ℃", "㈜새김㎏℃", "㈜새김㎏℃", "㈜ㅅㅐㄱㅣㅁ㎏℃")),
    ("①½²ｶﾞ", ("①½²ｶﾞ",) * 5),
    ("₩1,000～￦2.5%", ("₩1,000～￦2.5%", "₩1,000~￦2.5%", "₩1,000~￦2.5%", "100025", "100025")),
    ("서□역 (1)", ("서□역 (1)", "서□역 (1)", "서□역(1)", "서□역1", "ㅅㅓ□ㅇㅕㄱ1")),
    ("···", ("···", "···", "···", "", "")),
    ("Café", ("Café",) * 5),
    ("", ("",) * 5),
])
def test_each_rung_does_more(text: str, forms: tuple[str, ...]) -> None:
    assert tuple(normalised(text, rung) for rung in LADDER) == forms


@pytest.mark.parametrize(("text", "kstr", "paddle"), [
    ("값 과, ＡB", "ㄱㅏㅄㄱㅘ,ＡB", "값과,ＡB"),
    ("\u1112\u119e\u11ab ㄱ", "\u1112\u119e\u11abㄱ", "\u1112\u119e\u11abㄱ"),
    ("서□ 역", "ㅅㅓ□ㅇㅕㄱ", "서□역"),
])
def test_forms_of_others_do_what_theirs_do(text: str, kstr: str, paddle: str) -> None:
    assert normalised(text, Normalisation.KSTR) == kstr
    assert normalised(text, Normalisation.PADDLE) == paddle


def test_full_width_is_folded_where_it_is_ascii_and_nowhere_else() -> None:
    wide = "".join(map(chr, range(0xFF01, 0xFF5F)))
    assert normalised(wide, Normalisation.WIDTH) == "".join(map(chr, range(0x21, 0x7F)))
    assert normalised("ｱﾡ￠￦①㎏ﬁⅣ", Normalisation.WIDTH) == "ｱﾡ￠￦①㎏ﬁⅣ"


@pytest.mark.slow
@many
@given(tangles, st.sampled_from(Normalisation))
def test_a_form_is_reached_at_once(text: str, how: Normalisation) -> None:
    found = normalised(text, how)
    assert normalised(found, how) == found
    assert normalised(normalise(text), how) == found


@pytest.mark.slow
@many
@given(tangles)
def test_a_rung_does_what_those_before_it_do(text: str) -> None:
    for before, rung in pairwise(LADDER):
        assert normalised(normalised(text, before), rung) == normalised(text, rung)


@pytest.mark.slow
@many
@given(st.lists(st.one_of(tangles, st.text("가값 ,Ａ1", max_size=6)), max_size=6), st.sampled_from(Normalisation))
def test_many_at_once_are_as_one_by_one(texts: list[str], how: Normalisation) -> None:
    assert normalised_texts(texts, how) == [normalised(text, how) for text in texts]


@pytest.mark.slow
def test_plain_characters_stay_whatever_stands_beside_them() -> None:
    plain = [char for code in range(0x10000) if not _NOT_PLAIN.match(char := chr(code)) and char != "\n"]
    assert len(plain) > 30_000
    text = "".join(f"e{char}가{char}か{char}<" for char in plain if char != " ")
    assert normalise(text) == text
