"""Every figure and every normalisation of an evaluation, explained in English and Korean where people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from schemas.evaluation import Figure


class Words(NamedTuple):
    """The same in English and in Korean."""

    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class Explained:
    """What a figure or a normalisation is.

    Attributes:
        title: its name in a heading.
        what: its formula in a sentence.
    """

    title: Words
    what: Words


FIGURES: Mapping[str, Explained] = {
    "recall": Explained(
        Words("Recall", "재현율"),
        Words("regions of the truth that were found ÷ regions of the truth. Found: paired one to one, best overlap first, at "
              "an IoU of .5 or more (ICDAR 2015); illegible regions are don't-cares.",
              "찾은 정답 영역 ÷ 정답 영역. 찾음: 겹침이 큰 쌍부터 일대일로, IoU .5 이상 (ICDAR 2015); 읽을 수 없는 영역은 "
              "세지 않습니다.")),
    "precision": Explained(
        Words("Precision", "정밀도"),
        Words("found regions that are in the truth ÷ found regions, paired as for recall.",
              "정답에 있는 검출 영역 ÷ 검출 영역. 짝짓기는 재현율과 같습니다.")),
    "hmean": Explained(
        Words("Detection h-mean", "검출 조화평균"),
        Words("2 × pairs ÷ (regions of the truth + found regions), the harmonic mean of recall and precision.",
              "2 × 쌍 ÷ (정답 영역 + 검출 영역), 재현율과 정밀도의 조화평균입니다.")),
    "hmean-optimal": Explained(
        Words("H-mean, optimal pairing", "조화평균, 최적 짝짓기"),
        Words("as the h-mean, but with the largest possible number of pairs instead of the best overlap first.",
              "조화평균과 같되, 겹침 순서가 아니라 쌍이 가장 많아지도록 짝짓습니다.")),
    "hmean-50-95": Explained(
        Words("H-mean, IoU .5 to .95", "조화평균, IoU .5–.95"),
        Words("mean of the h-means at an IoU of .5, .55, … .95 (as COCO): how closely outlines fit.",
              "IoU .5, .55, … .95에서의 조화평균의 평균 (COCO 방식): 윤곽이 얼마나 꼭 맞는지 봅니다.")),
    "deteval-recall": Explained(
        Words("DetEval recall", "DetEval 재현율"),
        Words("share of the truth's regions that is covered, by areas (ICDAR 2013): one region found in several pieces counts "
              ".8.",
              "넓이로 본, 덮인 정답 영역의 비율 (ICDAR 2013): 여러 조각으로 찾으면 .8로 셉니다.")),
    "deteval-precision": Explained(
        Words("DetEval precision", "DetEval 정밀도"),
        Words("share of what was found that lies on the truth, by areas (ICDAR 2013).",
              "넓이로 본, 정답 위에 놓인 검출 영역의 비율 (ICDAR 2013).")),
    "deteval-hmean": Explained(
        Words("DetEval h-mean", "DetEval 조화평균"),
        Words("harmonic mean of DetEval's recall and precision.", "DetEval 재현율과 정밀도의 조화평균입니다.")),
    "cleval-recall": Explained(
        Words("CLEval recall", "CLEval 재현율"),
        Words("letters of the truth whose places were found, less one for each needless piece, ÷ letters of the truth.",
              "위치를 찾은 정답 글자 수에서 불필요하게 나뉜 조각 수를 뺀 값 ÷ 정답 글자 수.")),
    "cleval-precision": Explained(
        Words("CLEval precision", "CLEval 정밀도"),
        Words("letters whose places were found, less one for each region that was needlessly joined, ÷ letters of what was "
              "found.",
              "위치를 찾은 글자 수에서 불필요하게 합쳐진 수를 뺀 값 ÷ 검출된 글자 수.")),
    "cleval-hmean": Explained(
        Words("CLEval h-mean", "CLEval 조화평균"),
        Words("harmonic mean of CLEval's recall and precision: detection, letter by letter.",
              "CLEval 재현율과 정밀도의 조화평균: 글자 단위 검출입니다.")),
    "cleval-e2e-recall": Explained(
        Words("CLEval end-to-end recall", "CLEval 전체 재현율"),
        Words("as CLEval's recall, of letters that were read right too.", "CLEval 재현율과 같되, 바르게 읽은 글자만 셉니다.")),
    "cleval-e2e-precision": Explained(
        Words("CLEval end-to-end precision", "CLEval 전체 정밀도"),
        Words("as CLEval's precision, of letters that were read right too.", "CLEval 정밀도와 같되, 바르게 읽은 글자만 셉니다.")),
    "cleval-e2e-hmean": Explained(
        Words("CLEval end-to-end h-mean", "CLEval 전체 조화평균"),
        Words("harmonic mean of the two above: found and read, letter by letter.",
              "위 둘의 조화평균: 글자 단위로 찾고 읽은 정도입니다.")),
    "exact": Explained(
        Words("Read right", "완전 일치율"),
        Words("matched texts that equal the truth to the letter ÷ matched texts.", "정답과 글자까지 같은 글 ÷ 짝지어진 글.")),
    "exact-macro": Explained(
        Words("Read right, by image (macro)", "완전 일치율, 사진 평균 (macro)"),
        Words("mean over images of the share of their matched texts that is right: every image counts alike.",
              "사진마다 구한 완전 일치율의 평균: 모든 사진이 같은 무게입니다.")),
    "similarity": Explained(
        Words("1-NED", "1-NED"),
        Words("mean over matched texts of 1 − edits ÷ length of the longer text (ICDAR 2019).",
              "짝지어진 글마다 1 − 편집 수 ÷ 더 긴 글의 길이를 구한 평균 (ICDAR 2019).")),
    "similarity-micro": Explained(
        Words("1-NED, by letter (micro)", "1-NED, 글자 기준 (micro)"),
        Words("1 − edits of all matched texts ÷ lengths of the longer text of each pair: a long text counts more.",
              "1 − 짝지어진 글 전체의 편집 수 ÷ 쌍마다 더 긴 글의 길이의 합: 긴 글일수록 무겁습니다.")),
    "cer": Explained(
        Words("CER", "글자 오류율"),
        Words("letters put in, left out or replaced (Levenshtein) in matched texts ÷ letters of their truth; may exceed 100 %.",
              "짝지어진 글에서 더해지거나 빠지거나 바뀐 글자 수 (Levenshtein) ÷ 정답 글자 수; 100 %를 넘을 수 있습니다.")),
    "cer-macro": Explained(
        Words("CER, by text (macro)", "글자 오류율, 글 평균 (macro)"),
        Words("mean of the CER of each matched text: a short text counts as much as a long one.",
              "글마다 구한 글자 오류율의 평균: 짧은 글도 긴 글과 같은 무게입니다.")),
    "wer": Explained(
        Words("WER", "낱말 오류율"),
        Words("words put in, left out or replaced in matched texts ÷ words of their truth, divided at white space.",
              "짝지어진 글에서 더해지거나 빠지거나 바뀐 낱말 수 ÷ 정답 낱말 수. 낱말은 띄어쓰기로 나눕니다.")),
    "wer-macro": Explained(
        Words("WER, by text (macro)", "낱말 오류율, 글 평균 (macro)"),
        Words("mean of the WER of each matched text.", "글마다 구한 낱말 오류율의 평균.")),
    "read-right": Explained(
        Words("Found and read right", "찾고 바르게 읽음"),
        Words("regions with text that were found and read right to the letter ÷ regions with text.",
              "찾았고 글자까지 바르게 읽은 영역 ÷ 글이 있는 영역.")),
    "e2e": Explained(
        Words("End-to-end h-mean", "전체 조화평균"),
        Words("2 × regions found and read right ÷ (regions with text + regions found): our own protocol, not ICDAR's, which "
              "skips Hangul.",
              "2 × 찾고 바르게 읽은 영역 ÷ (글이 있는 영역 + 검출 영역). 한글을 건너뛰는 ICDAR 방식이 아닌 자체 방식입니다.")),
    "page-cer": Explained(
        Words("Page CER, in reading order", "쪽 글자 오류율, 읽는 순서대로"),
        Words("edits between all texts of an image, row by row, ÷ letters of the truth: detection, recognition and order in "
              "one.",
              "사진의 모든 글을 줄 순서로 이어 비교한 편집 수 ÷ 정답 글자 수: 검출, 인식, 순서를 한꺼번에 봅니다.")),
    "page-cer-unordered": Explained(
        Words("Page CER, any order", "쪽 글자 오류율, 순서 무관"),
        Words("as above, whatever order the texts come in; the difference is what the reading order costs.",
              "위와 같되 글의 순서를 따지지 않습니다; 둘의 차이가 읽는 순서의 몫입니다.")),
    "checked": Explained(
        Words("Check boxes right", "체크박스 정확도"),
        Words("check boxes that were found with the right state ÷ check boxes that were found.",
              "상태까지 맞은 체크박스 ÷ 찾은 체크박스.")),
}
"""By ``Figure.name``."""

NORMALISATIONS: Mapping[str, Explained] = {
    "exact": Explained(
        Words("exact", "그대로"),
        Words("texts as they are stored: NFC, any white space is one space, and it counts. Never NFKC, which changes what is "
              "printed.",
              "저장된 그대로: NFC, 공백은 하나로 보고 셉니다. 인쇄된 글자를 바꾸는 NFKC는 쓰지 않습니다.")),
    "width": Explained(
        Words("width", "전각"),
        Words("as exact, with full-width ASCII (U+FF01–FF5E) and the wide space (U+3000) as their narrow twins.",
              "그대로와 같되, 전각 ASCII (U+FF01–FF5E)와 전각 공백 (U+3000)을 반각으로 봅니다.")),
    "nospace": Explained(
        Words("no spaces", "띄어쓰기 무시"),
        Words("as width, without any white space.", "전각과 같되, 띄어쓰기를 모두 뺍니다.")),
    "nopunct": Explained(
        Words("no punctuation", "문장부호 무시"),
        Words("as no spaces, without punctuation and symbols, but for those that are letters in another print (㈜ ㎏ ℃).",
              "띄어쓰기 무시와 같되, 문장부호와 기호를 뺍니다. 글자를 달리 찍은 것 (㈜ ㎏ ℃)은 남깁니다.")),
    "jaso": Explained(
        Words("jaso", "자소"),
        Words("as no punctuation, with Hangul taken apart into its simple letters: 값 is ㄱ ㅏ ㅂ ㅅ, so one wrong vowel is "
              "one error of four. Initial and final of one letter are alike.",
              "문장부호 무시와 같되, 한글을 홑자소로 나눕니다: 값은 ㄱ ㅏ ㅂ ㅅ, 모음 하나가 틀리면 넷 중 하나입니다. 같은 "
              "글자인 초성과 종성은 같게 봅니다.")),
    "kstr": Explained(
        Words("K-STR", "K-STR"),
        Words("as K-STR-Bench counts: white space gone, syllables taken apart into initial, vowel and final, compounds left "
              "whole; punctuation stays.",
              "K-STR-Bench 방식: 공백을 빼고 음절을 초성, 중성, 종성으로 나누되 겹모음과 겹받침은 나누지 않습니다; "
              "문장부호는 남깁니다.")),
    "paddle": Explained(
        Words("as PaddleOCR counts", "PaddleOCR 방식"),
        Words("spaces gone, nothing else: its acc is our read right, its norm_edit_dis our 1-NED in this column.",
              "띄어쓰기만 뺍니다: PaddleOCR의 acc는 이 열의 완전 일치율, norm_edit_dis는 이 열의 1-NED입니다.")),
}
"""By ``Figure.normalisation``."""


def titled(figure: Figure) -> Words:
    """A figure's name with its normalisation, such as ``CER, no spaces``; what has no words here is told by its key."""
    known = FIGURES.get(figure.name)
    if known is None:
        return Words(figure.key, figure.key)
    how = NORMALISATIONS.get(figure.normalisation)
    if how is None:
        return known.title if not figure.normalisation else Words(
            f"{known.title.en}, {figure.normalisation}", f"{known.title.ko}, {figure.normalisation}")
    return Words(f"{known.title.en}, {how.title.en}", f"{known.title.ko}, {how.title.ko}")
