"""Words of flags: each kind has all of them, in both languages."""

from __future__ import annotations

from pages.flag_words import ASKS, DECISIONS, REASONS, TITLES, because_words, reason_text
from schemas.flags import FlagDecision, FlagKind


def test_each_kind_has_words_in_both_languages() -> None:
    assert set(TITLES) == set(ASKS) == set(REASONS) == set(FlagKind)
    assert set(DECISIONS) == set(FlagDecision)
    said = [*TITLES.values(), *ASKS.values(), *DECISIONS.values(), *(words for reasons in REASONS.values() for words in reasons)]
    for words in said:
        assert any("가" <= char <= "힣" for char in words.ko)
        assert words.en.isascii()


def test_a_proposed_reason_is_read_in_ones_own_language() -> None:
    for reasons in REASONS.values():
        assert reasons, "a manager needs one at hand"
        for words in reasons:
            assert because_words(reason_text(words)) == words


def test_a_text_of_a_managers_own_stays_as_it_is() -> None:
    assert because_words("전광판이 아닙니다 · no") == ("전광판이 아닙니다 · no", "전광판이 아닙니다 · no")
