"""What people read where the portal does not give them what they asked for, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.recipes.campaign_parts import Bilingual


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """A page's heading, and what can be done."""

    title: Bilingual
    advice: Bilingual


def _words(title_ko: str, title_en: str, advice_ko: str, advice_en: str) -> RefusalWords:
    return RefusalWords(Bilingual(ko=title_ko, en=title_en), Bilingual(ko=advice_ko, en=advice_en))


REFUSALS: dict[int, RefusalWords] = {
    400: _words("이 주소로는 열 수 없습니다", "This address does not work",
                "받으신 주소를 그대로 열어 주세요. 계속되면 캠페인 담당자에게 알려 주세요.",
                "Open the address as you were given it. If that does not help, tell the organiser."),
    401: _words("로그인이 필요합니다", "You are not logged in",
                "받으신 초대 링크를 이 기기에서 한 번 더 열면 로그인됩니다. 초대 링크가 없거나 기한이 지났다면 캠페인 담당자에게 "
                "요청해 주세요.",
                "Open your invitation link once more on this device and you are logged in. If you have none, or it has expired, "
                "ask the organiser for one."),
    403: _words("이 페이지를 볼 권한이 없습니다", "This page is not for your account",
                "다른 계정으로 로그인했거나 아직 참여하지 않은 캠페인일 수 있습니다.",
                "You may be logged in as somebody else, or you have not joined this campaign yet."),
    404: _words("페이지를 찾을 수 없습니다", "There is no such page",
                "주소가 바뀌었거나 끝난 캠페인일 수 있습니다. 진행 중인 캠페인은 첫 화면에 있습니다.",
                "The address may have changed, or the campaign is gone. The first page lists the campaigns that run."),
    405: _words("이 주소로는 할 수 없는 일입니다", "That cannot be done at this address",
                "뒤로 돌아가 버튼을 다시 눌러 주세요.", "Go back and use the button on the page."),
    410: _words("더 이상 쓸 수 없는 링크입니다", "This link works no more",
                "기한이 지났거나 계정이 닫혔습니다. 캠페인 담당자에게 새 초대 링크를 요청해 주세요.",
                "It has expired, or its account was closed. Ask the organiser for a new invitation."),
    413: _words("보낸 내용이 너무 큽니다", "That is too much at once",
                "사진은 ‘보내기’ 화면에서 보내 주세요. 글은 짧게 줄여 주세요.",
                "Send photographs by the page Send, and keep texts short."),
    422: _words("입력한 내용을 이해하지 못했습니다", "What was entered does not fit",
                "뒤로 돌아가 입력한 내용을 확인해 주세요.", "Go back and check what you entered."),
    429: _words("요청이 너무 많습니다", "Too many requests",
                "잠시 기다렸다가 다시 시도해 주세요. 보내던 사진은 사라지지 않습니다.",
                "Wait a moment and try again. Photographs that you are sending are not lost."),
    500: _words("문제가 생겼습니다", "Something went wrong",
                "저희 쪽 문제입니다. 잠시 후 다시 시도해 주세요. 계속되면 캠페인 담당자에게 알려 주세요.",
                "It is our fault. Try again in a moment; if it stays, tell the organiser."),
    503: _words("지금은 바빠서 답할 수 없습니다", "The portal is busy just now",
                "잠시 후 다시 시도해 주세요. 이미 보낸 사진은 안전합니다.",
                "Try again in a moment. What you have sent is safe."),
}
"""By the status of the answer."""


def refusal_words(status: int) -> RefusalWords:
    """The words for a status; those of 500 or of 400 where it has none of its own."""
    return REFUSALS.get(status) or REFUSALS[500 if status >= 500 else 400]
