"""The board as a table for spreadsheets, for managers."""

from __future__ import annotations

from collections.abc import Sequence

from pages.portal import PageLanguage
from schemas.board import Board
from schemas.people_list import PersonSeen
from schemas.safe_csv import csv_table

HEADINGS = {
    PageLanguage.KO: ("순위", "이름", "닉네임", "점수", "확정 점수", "잠정 점수", "점수 받은 사진", "보낸 사진", "받은 사진",
                  "중복", "열린 의심", "인정하지 않은 사진", "참가 제외 이유"),
    PageLanguage.EN: ("rank", "name", "nickname", "points", "final", "provisional", "photographs with points", "sent", "accepted",
                  "duplicates", "open flags", "photographs that do not count", "taken out because"),
}


def board_csv(board: Board | None, people: Sequence[PersonSeen], language: PageLanguage) -> str:
    """Everybody on a board by rank, then everybody else by name; points are those of the board.

    Args:
        board: the newest one; None where there is none yet: nobody has a rank.
        people: of the campaign.
        language: of the headings.
    """
    by_name = {one.submitter: one for one in people}
    rows: list[tuple[str | int, ...]] = []
    for line in board.people if board else ():
        one = by_name.pop(line.submitter, PersonSeen(line.submitter, None, None))
        rows.append((line.rank, *_names(one), line.points, line.final, line.points - line.final, line.photographs, *_counts(one)))
    rows += [(0, *_names(one), 0, 0, 0, 0, *_counts(one)) for one in by_name.values()]
    return csv_table(HEADINGS[language], rows)


def _names(one: PersonSeen) -> tuple[str, str]:
    return one.submitter, (one.participant.nickname if one.participant else None) or ""


def _counts(one: PersonSeen) -> tuple[str | int, ...]:
    because = (one.participant.disqualified_because if one.participant else None) or ""
    return one.photographs, one.accepted, one.duplicates, one.open_flags, one.confirmed_flags, because
