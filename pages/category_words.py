"""What people who send photographs call what a campaign gives points for: friendlier than the names of slices."""

from __future__ import annotations

from collections.abc import Mapping

from pages.evaluation_explained import Words
from pages.slice_words import VALUES
from schemas.points import PHOTOGRAPH
from schemas.recipes.campaign import Campaign

OF_A_PHOTOGRAPH = Words("Each photograph", "사진 한 장")
"""The rule of the points for a photograph itself."""
FRIENDLY: Mapping[str, Words] = {
    "horizontal": Words("Writing across", "가로쓰기"),
    "vertical": Words("Vertical writing", "세로쓰기"),
    "curved": Words("Writing along a curve", "휘어진 글자"),
    "printed": Words("Printed writing", "인쇄된 글자"),
    "handwritten": Words("Handwriting", "손글씨"),
    "embossed": Words("Engraved or raised letters", "새기거나 도드라진 글자"),
    "dot_matrix": Words("LED and dot displays", "전광판·숫자 표시창"),
    "boundary_violation": Words("Lines through the writing", "밑줄이나 칸을 넘은 글자"),
    "reflective": Words("Shiny surfaces", "빛이 반사된 글자"),
    "ko": Words("Korean writing", "한글"),
    "en": Words("English writing", "영어"),
    "mixed": Words("Korean and English together", "한글과 영어가 섞인 글자"),
    "digits": Words("Numbers", "숫자"),
    "other": Words("Other languages", "다른 나라 글자"),
    "checkbox": Words("Check boxes", "체크 칸"),
    "stamp": Words("Stamps and seals", "도장"),
    "signature": Words("Signatures", "서명"),
    "scene": Words("Writing outdoors and indoors", "거리와 실내의 글자"),
    "document": Words("Documents", "문서"),
    "wrinkled": Words("Crumpled paper", "구겨진 종이"),
    "damaged": Words("Torn or worn writing", "찢기거나 닳은 글자"),
    "low_light": Words("Writing in the dark", "어두운 곳의 글자"),
    "blurred": Words("Blurred pictures", "흐린 사진"),
}
"""By the name of a slice or a value of the vocabulary."""


def category_words(campaign: Campaign, rule: str) -> Words:
    """What a rule of a campaign is called on its pages.

    Args:
        campaign: whose file may give it a title of its own.
        rule: ``PHOTOGRAPH``, or the name of a slice.
    """
    if rule == PHOTOGRAPH:
        return OF_A_PHOTOGRAPH
    category = campaign.categories.get(rule)
    if category is not None and category.title is not None:
        return Words(category.title.en, category.title.ko)
    return FRIENDLY.get(rule) or VALUES.get(rule) or Words(rule, rule)
