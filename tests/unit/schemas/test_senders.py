"""Whose a raw object is, by its key."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.submission import Sender, sender_of


@pytest.mark.parametrize("key", [
    "demo/kim/a.jpg\n", "demo/kim/f\r.jpg", "demo/kim/e\x01.jpg", "demo/kim/h\x1b[31m.jpg", "demo/kim/\x7f.jpg",
    "demo/kim/\x85.jpg", "demo/k\tim/a.jpg", "demo//a.jpg",
    "demo/kim//a.jpg", "/demo/kim/a.jpg", "demo/kim/../lee/c.jpg", "demo/kim/./d.jpg",
    "demo/kim/", "demo/kim/folder/", "demo/kim", "a.jpg", "", "/", " / /a.jpg", "demo/\u3000/a.jpg", "demo/\u200b/a.jpg"])
def test_keys_that_name_nobody_or_cannot_be_named(key: str) -> None:
    assert sender_of(key) is None


@pytest.mark.parametrize("key", [
    "demo/김하늘/1.jpg",
    "demo/\u1100\u1175\u11b7\u1112\u1161\u1102\u1173\u11af/1.jpg", "demo /김하늘/1.jpg", "demo/ 김하늘\u3000/1.jpg"])
def test_one_person_is_one_however_the_name_is_written(key: str) -> None:
    assert sender_of(key) == Sender("demo", "김하늘", "1.jpg")


def test_what_is_another_name_stays_another() -> None:
    assert {sender_of(key) for key in ("demo/Kim/1", "demo/kim/1", "demo/kim2/1", "demo/ｋｉｍ/1")} == {
        Sender("demo", name, "1") for name in ("Kim", "kim", "kim2", "ｋｉｍ")}


PART = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/"), min_size=1)


@given(st.lists(PART, min_size=3, max_size=5))
def test_a_name_does_not_depend_on_its_form(parts: list[str]) -> None:
    composed, decomposed = (sender_of(unicodedata.normalize(form, "/".join(parts))) for form in ("NFC", "NFD"))
    if composed is None or decomposed is None:
        assert composed is decomposed
    else:
        assert (composed.campaign, composed.submitter) == (decomposed.campaign, decomposed.submitter)
