"""Pairs of Korean texts whose letters were taken apart by hand: compound vowels and finals, old Hangul, jamo that stand alone."""

from __future__ import annotations

from typing import NamedTuple


class JasoPair(NamedTuple):
    """1-NED of the pair is 1 − ``edits`` / ``longer``; letters of truth and read stand beside each."""

    truth: str
    read: str
    edits: int
    longer: int


JASO_PAIRS = [
    JasoPair("값", "값", 0, 4),                        # ㄱㅏㅂㅅ
    JasoPair("값", "갑", 1, 4),                        # ㄱㅏㅂㅅ, ㄱㅏㅂ
    JasoPair("과", "고", 1, 3),                        # ㄱㅗㅏ, ㄱㅗ
    JasoPair("과", "가", 1, 3),                        # ㄱㅗㅏ, ㄱㅏ
    JasoPair("왜", "외", 1, 3),                        # ㅇㅗㅐ, ㅇㅗㅣ
    JasoPair("웨", "외", 2, 3),                        # ㅇㅜㅔ, ㅇㅗㅣ
    JasoPair("의", "이", 1, 3),                        # ㅇㅡㅣ, ㅇㅣ
    JasoPair("궈", "거", 1, 3),                        # ㄱㅜㅓ, ㄱㅓ
    JasoPair("귀", "구", 1, 3),                        # ㄱㅜㅣ, ㄱㅜ
    JasoPair("닭", "닥", 1, 4),                        # ㄷㅏㄹㄱ, ㄷㅏㄱ
    JasoPair("닭", "달", 1, 4),                        # ㄷㅏㄹㄱ, ㄷㅏㄹ
    JasoPair("삶", "삼", 1, 4),                        # ㅅㅏㄹㅁ, ㅅㅏㅁ
    JasoPair("앉다", "안다", 1, 6),                    # ㅇㅏㄴㅈㄷㅏ, ㅇㅏㄴㄷㅏ
    JasoPair("많이", "만히", 1, 6),                    # ㅁㅏㄴㅎㅇㅣ, ㅁㅏㄴㅎㅣ
    JasoPair("읽어", "일거", 1, 6),                    # ㅇㅣㄹㄱㅇㅓ, ㅇㅣㄹㄱㅓ
    JasoPair("핥아", "할타", 1, 6),                    # ㅎㅏㄹㅌㅇㅏ, ㅎㅏㄹㅌㅏ
    JasoPair("없음", "업슴", 1, 7),                    # ㅇㅓㅂㅅㅇㅡㅁ, ㅇㅓㅂㅅㅡㅁ
    JasoPair("꿨다", "꾸다", 2, 6),                    # ㄲㅜㅓㅆㄷㅏ, ㄲㅜㄷㅏ
    JasoPair("뛟", "뛰", 3, 5),                        # ㄸㅜㅔㄹㅂ, ㄸㅜㅣ
    JasoPair("괜찮다", "갠찬다", 2, 10),               # ㄱㅗㅐㄴㅊㅏㄴㅎㄷㅏ, ㄱㅐㄴㅊㅏㄴㄷㅏ
    JasoPair("쓰레기", "스레기", 1, 6),                # ㅆㅡㄹㅔㄱㅣ, ㅅㅡㄹㅔㄱㅣ: a doubled consonant is one letter
    JasoPair("까", "가", 1, 2),                        # ㄲㅏ, ㄱㅏ
    JasoPair("각", "깍", 1, 3),                        # ㄱㅏㄱ, ㄲㅏㄱ
    JasoPair("낚시", "낙시", 1, 5),                    # ㄴㅏㄲㅅㅣ, ㄴㅏㄱㅅㅣ
    JasoPair("있다", "잇다", 1, 5),                    # ㅇㅣㅆㄷㅏ, ㅇㅣㅅㄷㅏ
    JasoPair("한글", "한굴", 1, 6),                    # ㅎㅏㄴㄱㅡㄹ, ㅎㅏㄴㄱㅜㄹ
    JasoPair("서울역", "서울액", 1, 8),                # ㅅㅓㅇㅜㄹㅇㅕㄱ, ㅅㅓㅇㅜㄹㅇㅐㄱ
    JasoPair("서울 역", "서울역", 0, 8),               # spaces are no letters
    JasoPair("12,000원", "12.000원", 0, 9),            # 12000ㅇㅜㅓㄴ twice: punctuation is none either
    JasoPair("Ａ관", "A간", 1, 5),                     # Aㄱㅗㅏㄴ, Aㄱㅏㄴ: full width is ASCII
    JasoPair("가", "ㄱㅏ", 0, 2),                      # jamo that stand alone are the same letters
    JasoPair("ㄳ", "ㄱㅅ", 0, 2),                      # and their compounds are split
    JasoPair("각", "\u1100\u1161\u11a8", 0, 3),        # the same in NFD
    JasoPair("\u1112\u119e\u11ab", "한", 1, 3),        # ㅎㆍㄴ, ㅎㅏㄴ
    JasoPair("\u1121\u119e\u11af", "쌀", 3, 4),        # ㅂㅅㆍㄹ, ㅆㅏㄹ
    JasoPair("\u1120\u1173\u11ae", "뜻", 3, 4),        # ㅂㄷㅡㄷ, ㄸㅡㅅ
    JasoPair("나랏말\u110a\u119e미", "나랏말싸미", 1, 12),  # ㄴㅏㄹㅏㅅㅁㅏㄹㅆㆍㅁㅣ, ㄴㅏㄹㅏㅅㅁㅏㄹㅆㅏㅁㅣ
    JasoPair("수\u112b\u1175", "수비", 1, 4),          # ㅅㅜㅸㅣ, ㅅㅜㅂㅣ
    JasoPair("\u1107\u11a1", "배", 2, 3),              # ㅂㆍㅣ, ㅂㅐ
    JasoPair("\ua972\u1161", "바", 2, 4),              # ㅂㅅㄷㅏ, ㅂㅏ; a cluster of Unicode's second block
    JasoPair("넋□", "넉", 1, 4),                       # ㄴㅓㄱㅅ, ㄴㅓㄱ
    JasoPair("□과", "사과", 0, 5),                     # ㄱㅗㅏ, ㅅㅏㄱㅗㅏ: what nobody can read takes 사 and is not counted
    JasoPair("", "", 0, 0),                            # 1 by rule
    JasoPair("", "가", 2, 2),                          # ㄱㅏ
    JasoPair("가", "", 2, 2),
]
"""Form ``jaso``."""

KSTR_PAIRS = [
    JasoPair("치킨", "친친", 2, 6),                    # ㅊㅣㅋㅣㄴ, ㅊㅣㄴㅊㅣㄴ: .666667 in K-STR-Bench's docs/how_to_eval.md
    JasoPair("치킨", "치킨", 0, 5),                    # 1.000000 there
    JasoPair("퀸 노래방", "퀸노래방", 0, 10),          # ㅋㅟㄴㄴㅗㄹㅐㅂㅏㅇ: blanks are ignored
    JasoPair("값", "갑", 1, 3),                        # ㄱㅏㅄ, ㄱㅏㅂ: compounds are not split
    JasoPair("과", "고", 1, 2),                        # ㄱㅘ, ㄱㅗ
    JasoPair("괜찮다", "갠찬다", 2, 8),                # ㄱㅙㄴㅊㅏㄶㄷㅏ, ㄱㅐㄴㅊㅏㄴㄷㅏ
    JasoPair("각", "가ㄱ", 0, 3),                      # initial and final of one letter are one token, and the jamo alone too
    JasoPair("Cafe", "cafe", 1, 4),                    # case stays
    JasoPair("가,", "가", 1, 3),                       # punctuation stays
    JasoPair("Ａ", "A", 1, 1),                         # width stays
    JasoPair("\u1112\u119e\u11ab", "한", 3, 3),        # conjoining jamo are no letters of its table
    JasoPair("□과", "사과", 0, 4),                     # ㄱㅘ, ㅅㅏㄱㅘ: three wildcards take ㅅㅏ
    JasoPair("□", "값값", 3, 6),                       # three of ㄱㅏㅄㄱㅏㅄ are taken
    JasoPair("서□역", "서울역", 0, 8),                 # ㅅㅓㅇㅕㄱ, ㅅㅓㅇㅜㄹㅇㅕㄱ
    JasoPair("가", "□", 3, 3),                         # in what was read it is three letters, none of them right
    JasoPair("", "", 0, 0),
]
"""Form ``kstr``, by the code of K-STR-Bench."""
