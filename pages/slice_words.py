"""What people call slices, scripts and the stages of the way to the dataset, in English and Korean."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pages.evaluation_explained import Words
from schemas.evaluation import SliceFacet, SliceName
from schemas.shown_text import shortened

FACETS: Mapping[str, Words] = {
    "all": Words("all regions", "전체"),
    "named": Words("named slices", "이름 붙인 슬라이스"),
    "direction": Words("direction", "방향"),
    "writing": Words("writing", "글씨"),
    "effects": Words("effects", "특징"),
    "language": Words("language", "언어"),
    "kind": Words("kind of region", "영역 종류"),
    "height": Words("text height", "글자 높이"),
    "image kind": Words("kind of picture", "사진 종류"),
    "condition": Words("condition of the picture", "사진 상태"),
    "campaign": Words("campaign", "캠페인"),
    "submitter": Words("submitter", "보낸 사람"),
    "pair": Words("pairs", "두 조건의 교차"),
}
"""By ``SliceFacet``."""
VALUES: Mapping[str, Words] = {
    "horizontal": Words("horizontal", "가로"),
    "vertical": Words("vertical", "세로"),
    "curved": Words("curved", "곡선"),
    "printed": Words("printed", "인쇄"),
    "handwritten": Words("handwritten", "손글씨"),
    "embossed": Words("embossed", "양각·음각"),
    "dot_matrix": Words("dot matrix", "도트·전광판"),
    "boundary_violation": Words("line through", "선이 지남"),
    "reflective": Words("reflective", "반사"),
    "ko": Words("Korean", "한국어"),
    "en": Words("English", "영어"),
    "mixed": Words("mixed languages", "섞임"),
    "digits": Words("digits", "숫자"),
    "other": Words("other language", "기타 언어"),
    "text": Words("text", "글"),
    "checkbox": Words("check box", "체크박스"),
    "stamp": Words("stamp", "도장"),
    "signature": Words("signature", "서명"),
    "scene": Words("scene", "장면"),
    "document": Words("document", "문서"),
    "wrinkled": Words("wrinkled", "구겨짐"),
    "damaged": Words("damaged", "손상"),
    "low_light": Words("low light", "어두움"),
    "blurred": Words("blurred", "흐림"),
}
"""Values of the vocabulary, as annotators know them."""
SCRIPTS: Mapping[str, Words] = {
    "Hangul": Words("Hangul", "한글"),
    "Latin": Words("Latin letters", "라틴 글자"),
    "digits": Words("digits", "숫자"),
    "spaces": Words("spaces", "띄어쓰기"),
    "punctuation and signs": Words("punctuation and signs", "문장부호와 기호"),
    "other scripts": Words("other scripts", "다른 문자"),
}
"""By ``LetterClass.script``."""
STAGES: Mapping[str, Words] = {
    "ingest": Words("sent → taken in", "보냄 → 수집"),
    "prelabel": Words("taken in → read by a model", "수집 → 모델 판독"),
    "label": Words("read by a model → given to people", "모델 판독 → 작업 배정"),
    "collect": Words("given to people → accepted", "작업 배정 → 확정"),
    "export": Words("accepted → in a release", "확정 → 릴리스"),
    "sent to task": Words("sent → given to people", "보냄 → 작업 배정"),
    "task to answer": Words("given to people → last answer", "작업 배정 → 마지막 답"),
    "answer to release": Words("last answer → in a release", "마지막 답 → 릴리스"),
    "all": Words("all of the way", "전체"),
}
"""Of the way to the dataset, by ``ShownTime.stage``; another stage is told by its own name."""
NAME = 60
"""Most characters of a name that somebody gave."""
GIVEN = (SliceFacet.NAMED, SliceFacet.CAMPAIGN, SliceFacet.SUBMITTER)
"""Facets whose names somebody gave: these stay as they are."""


def slice_words(name: SliceName) -> Words:
    """What people call a slice."""
    if name.facet is SliceFacet.ALL:
        return FACETS[SliceFacet.ALL]
    if name.facet in GIVEN:
        return Words(shortened(name.name, NAME), shortened(name.name, NAME))
    if name.facet is SliceFacet.HEIGHT:
        return Words(name.name, re.sub(r"^below (.*)$", r"\1 미만", re.sub(r"^(.*) and more$", r"\1 이상", name.name)))
    parts = [VALUES.get(part, Words(part, part)) for part in name.name.split(" × ")]
    return Words(" × ".join(part.en for part in parts), " × ".join(part.ko for part in parts))
