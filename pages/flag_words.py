"""Flags as people read them: what may be unfair, what a manager may say of it, and why, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from pages.evaluation_explained import Words
from schemas.flags import FlagDecision, FlagKind

TITLES: Mapping[FlagKind, Words] = {
    FlagKind.FARMING: Words("Many alike", "비슷한 사진 여러 장"),
    FlagKind.SCREEN: Words("Photograph of a screen", "화면을 찍은 사진"),
    FlagKind.STOCK: Words("Known picture", "널리 알려진 그림"),
    FlagKind.CAPTURE_DATE: Words("Taken outside the event", "이벤트 기간 밖 촬영"),
}
"""Kind → what stands above the photograph."""

ASKS: Mapping[FlagKind, Words] = {
    FlagKind.FARMING: Words("Is it the same thing again, to collect points?",
                            "점수를 모으려고 같은 것을 되풀이해 찍은 사진인가요?"),
    FlagKind.SCREEN: Words("Does it show a screen rather than the thing itself?", "실물이 아니라 화면을 찍은 사진인가요?"),
    FlagKind.STOCK: Words("Is it a picture that anybody can download?", "누구나 내려받을 수 있는 그림인가요?"),
    FlagKind.CAPTURE_DATE: Words("Was it taken before or after the event?", "이벤트 전이나 후에 찍은 사진인가요?"),
}
"""Kind → what a manager is asked."""

REASONS: Mapping[FlagKind, tuple[Words, ...]] = {
    FlagKind.FARMING: (
        Words("It shows the same thing as other photographs of yours.", "보내신 다른 사진과 같은 것을 찍은 사진이에요."),
        Words("Many nearly equal photographs were sent in a row.", "거의 같은 사진을 잇달아 여러 장 보내셨어요."),
    ),
    FlagKind.SCREEN: (
        Words("It is a photograph of a screen; we collect writing on real things.",
              "화면을 찍은 사진이에요. 실물에 있는 글자를 모으고 있어요."),
    ),
    FlagKind.STOCK: (
        Words("It is a picture from elsewhere, not a photograph of your own.",
              "직접 찍은 사진이 아니라 다른 곳에서 가져온 그림이에요."),
    ),
    FlagKind.CAPTURE_DATE: (
        Words("It was not taken during the event.", "이벤트 기간에 찍은 사진이 아니에요."),
    ),
}
"""Kind → why a photograph does not count, as its owner reads it; the first one is proposed."""

DECISIONS: Mapping[FlagDecision, Words] = {
    FlagDecision.CLEARED: Words("counts", "인정"),
    FlagDecision.CONFIRMED: Words("does not count", "인정하지 않음"),
}
"""What was decided."""

_BETWEEN = " · "
"""Between the Korean and the English text of a reason."""


def reason_text(words: Words) -> str:
    """A reason as it is kept: in both languages, whoever reads it."""
    return f"{words.ko}{_BETWEEN}{words.en}"


def because_words(because: str) -> Words:
    """A reason as it was kept, in each language: the proposed ones are told apart, a manager's own text is the same in both."""
    known = {reason_text(words): words for reasons in REASONS.values() for words in reasons}
    return known.get(because, Words(because, because))
