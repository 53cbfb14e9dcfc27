"""What people read of their points: each reason in Korean and English, what it means and what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pages.category_words import category_words
from pages.evaluation_explained import Words
from pages.flag_words import because_words
from schemas.points import PHOTOGRAPH, PointEntry, PointReason
from schemas.recipes.campaign import Campaign
from schemas.submission import SENTENCES, Reason


@dataclass(frozen=True, slots=True)
class PointWords:
    """What the owner of a photograph reads of one change of its points.

    Attributes:
        title: in a few words.
        means: one or two sentences: why, and what one can do.
    """

    title: Words
    means: Words


POINT_WORDS: Mapping[PointReason, PointWords] = {
    PointReason.ACCEPTED: PointWords(
        Words("Taken in", "사진 접수"),
        Words("Your photograph has arrived and counts. People will read it; then its points are final.",
              "사진이 잘 도착해 점수를 드렸어요. 사람이 확인하면 확정 점수가 됩니다.")),
    PointReason.CLAIMED: PointWords(
        Words("Bonus for what you said", "고르신 항목 보너스"),
        Words("You said that the picture shows this. It is final once people have seen it too.",
              "사진에 있다고 골라 주신 항목이에요. 사람이 확인하면 확정됩니다.")),
    PointReason.SUGGESTED: PointWords(
        Words("Bonus found by the model", "인식 모델이 찾은 보너스"),
        Words("The model sees this on your picture. It is final once people have seen it too.",
              "인식 모델이 사진에서 찾은 항목이에요. 사람이 확인하면 확정됩니다.")),
    PointReason.CONFIRMED: PointWords(
        Words("Confirmed", "확정"),
        Words("People have read your picture, and it is so. These points stay.",
              "사람이 사진을 확인했어요. 이 점수는 확정입니다.")),
    PointReason.DENIED: PointWords(
        Words("Not on the picture", "사진에 없는 항목"),
        Words("People have read the picture and did not find this on it, so there are no points for it.",
              "사람이 확인해 보니 사진에 이 항목이 없어 점수에 넣지 않았어요. 항목은 사진에 보이는 것만 골라 주세요.")),
    PointReason.FOUND: PointWords(
        Words("Found by people", "확인하다 찾은 보너스"),
        Words("Nobody had claimed it, but people found this on your picture: a bonus for you.",
              "고르지 않으셨지만 사람이 사진에서 찾았어요. 보너스를 드립니다.")),
    PointReason.DUPLICATE: PointWords(
        Words("Sent before", "이미 있는 사진"),
        Words("The same photograph is here already, perhaps smaller or saved again. Another photograph counts.",
              "크기나 파일이 달라도 이미 받은 것과 같은 사진이에요. 다른 사진을 보내 주시면 점수를 드려요.")),
    PointReason.REJECTED: PointWords(
        Words("Not taken", "받지 못한 사진"),
        Words("The picture could not be used. Please take it again.",
              "쓸 수 없는 사진이라 점수를 드리지 못했어요. 다시 찍어 보내 주세요.")),
    PointReason.HELD: PointWords(
        Words("A person is looking at it", "담당자가 확인 중"),
        Words("A person has to look at this photograph first. You need not do anything.",
              "담당자가 먼저 확인해야 하는 사진이에요. 따로 하실 일은 없습니다.")),
    PointReason.WITHDRAWN: PointWords(
        Words("Withdrawn", "거두어 간 사진"),
        Words("The photograph was withdrawn, and its points with it.",
              "사진을 거두어 가서 점수도 함께 빠졌어요.")),
    PointReason.DISQUALIFIED: PointWords(
        Words("Taken out of the event", "참가 제외"),
        Words("You were taken out of this event, so nothing counts. The reason stands at the top; ask the organiser about it.",
              "이번 이벤트에서 제외되어 점수를 세지 않아요. 위에 적힌 이유를 보시고 담당자에게 물어봐 주세요.")),
    PointReason.REINSTATED: PointWords(
        Words("Back in the event", "다시 참가"),
        Words("You take part again, and your points count again.",
              "다시 참가하시게 되어 점수를 돌려드렸어요.")),
    PointReason.CAP_OF_CATEGORY: PointWords(
        Words("Most of this kind reached", "항목별 한도"),
        Words("You have sent as many of this kind as give points. Other kinds still do.",
              "이 항목으로 점수를 받을 수 있는 장수를 다 채우셨어요. 다른 항목은 계속 점수를 드려요.")),
    PointReason.CAP_OF_DAY: PointWords(
        Words("Most of this day reached", "하루 한도"),
        Words("You have sent as many that day as give points. The next day counts anew.",
              "그날 점수를 받을 수 있는 장수를 다 채우셨어요. 다음 날 다시 셉니다.")),
    PointReason.CAP_OF_BURST: PointWords(
        Words("Many in a short time", "짧은 시간에 여러 장"),
        Words("Many photographs in a row give points for the first ones only. Look for another place, then it goes on.",
              "짧은 시간에 이어서 보내신 사진은 앞의 몇 장만 점수를 드려요. 다른 장소에서 찍으면 다시 셉니다.")),
    PointReason.OUTSIDE_THE_DAYS: PointWords(
        Words("Outside the days of the event", "이벤트 기간 밖"),
        Words("It was sent before the event began or after it ended.",
              "이벤트 시작 전이나 끝난 뒤에 보내신 사진이에요.")),
    PointReason.FLAGGED: PointWords(
        Words("Looked at once more", "다시 확인 중"),
        Words("A person looks at this photograph once more. Until then its points are provisional; you need not do anything.",
              "담당자가 이 사진을 한 번 더 확인하고 있어요. 그동안은 잠정 점수이고, 따로 하실 일은 없습니다.")),
    PointReason.FLAG_CONFIRMED: PointWords(
        Words("Does not count", "점수에서 제외"),
        Words("A manager looked at this photograph and found that it does not count. Ask the organiser if you see it otherwise.",
              "담당자가 확인한 결과 점수에 넣지 않기로 했어요. 다르게 생각하시면 담당자에게 알려 주세요.")),
    PointReason.CHANGED: PointWords(
        Words("Counted anew", "다시 계산"),
        Words("Something about this photograph changed, such as its kinds or its reading, and it was counted anew.",
              "고른 항목이나 판독이 바뀌어 점수를 다시 계산했어요.")),
}
"""By ``PointReason``: all of them."""


def entry_words(campaign: Campaign, entry: PointEntry) -> PointWords:
    """What the owner of a photograph reads of one change, with what stands beside its reason.

    Args:
        campaign: whose points they are.
        entry: the change.
    """
    words = POINT_WORDS[entry.reason]
    detail = _detail(campaign, entry)
    if detail is None:
        return words
    if entry.reason is PointReason.REJECTED:
        return PointWords(words.title, detail)
    return PointWords(words.title, Words(f"{detail.en} {words.means.en}", f"{detail.ko} {words.means.ko}"))


def _detail(campaign: Campaign, entry: PointEntry) -> Words | None:
    """The sentence before what a reason means; None where there is nothing to add."""
    first, _, second = entry.detail.partition(" ")
    match entry.reason:
        case PointReason.REJECTED if entry.detail in tuple(Reason):
            korean, english = SENTENCES[Reason(entry.detail)]
            return Words(english, korean)
        case PointReason.DISQUALIFIED | PointReason.FLAG_CONFIRMED if entry.detail:
            said = because_words(entry.detail)
            return Words(_sentence(said.en), _sentence(said.ko))
        case PointReason.ACCEPTED | PointReason.CONFIRMED | PointReason.FLAGGED if entry.detail and entry.rule == PHOTOGRAPH:
            kind = category_words(campaign, entry.detail)
            return Words(f"It counts as: {kind.en}.", f"{kind.ko} 사진으로 세었어요.")
        case PointReason.DENIED if entry.detail and entry.rule == PHOTOGRAPH:
            kind = category_words(campaign, entry.detail)
            return Words(f"It does not count as: {kind.en}.", f"{kind.ko} 사진으로는 세지 않아요.")
        case PointReason.CAP_OF_CATEGORY if second.isdecimal():
            kind = category_words(campaign, first)
            return Words(f"{kind.en}: at most {second}.", f"{kind.ko}: {second}장까지.")
        case PointReason.CAP_OF_DAY if first.isdecimal():
            return Words(f"At most {first} a day.", f"하루 {first}장까지.")
        case PointReason.CAP_OF_BURST if first.isdecimal() and second.isdecimal():
            return Words(f"At most {first} within {second} seconds.", f"{second}초에 {first}장까지.")
    return None


def _sentence(text: str) -> str:
    """A text with a mark at its end, for another sentence follows."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
