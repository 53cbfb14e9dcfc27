"""The board: who sees whom, what is frozen and what is final, and what of it is a stranger's text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from datastore.ledger import demands, flags, participants
from pages.board_pages import refresh_after
from schemas.accounts import Role
from schemas.board import BoardState, PhotographStanding
from schemas.demand import Demand, DemandReason, DemandRow
from schemas.evaluation import SliceFacet, SliceName
from schemas.flags import Flag, FlagKind
from schemas.points import PHOTOGRAPH
from tests.made_board import WHEN, add_board, add_people, add_photograph, person
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, joined, log_in, open_portal
from workbench.board_page import wanted_now
from workbench.campaigns import load_campaigns

BOARD = f"/c/{CAMPAIGN}/board"
HOSTILE = "<img src=x onerror=alert(1)>"
A_PHOTOGRAPH = "a1" * 16


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))


def page(portal: InProcess, path: str = BOARD, language: str = "ko") -> str:
    portal.client.cookies.set("saegim_language", language)
    answer = portal.client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


def made(portal: InProcess, **values: object) -> None:
    """Kim has a nickname, Lee is hidden, Park chose none."""
    add_people(portal.ledger, [("kim", "단풍", False), ("lee", "비밀이름", True), ("park", None, False)])
    add_board(portal.ledger, [person(1, "kim", 120, 60), person(2, "lee", 90, to_next=31), person(3, "park", 80, to_next=11)],
              **values)  # type: ignore[arg-type]


def test_without_a_board_it_says_what_to_do(portal: InProcess) -> None:
    assert "아직 순위가 없어요" in page(portal)
    assert "There is no board yet" in page(portal, language="en")


def test_strangers_read_nicknames_and_nothing_of_who_hides(portal: InProcess) -> None:
    made(portal)
    text = page(portal)
    assert "단풍" in text
    assert "숨김" in text
    assert "닉네임 없음" in text
    assert "hidden" in page(portal, language="en")
    for secret in ("비밀이름", "kim", "lee", "park"):
        assert secret not in text, "names of accounts, and nicknames of who hides, are nobody's business"


def test_ones_own_line_is_marked_with_the_way_to_the_next_rank_and_to_a_prize(portal: InProcess) -> None:
    add_people(portal.ledger, [(f"p{rank}", f"사람{rank}", False) for rank in range(1, 6)])
    add_board(portal.ledger, [person(rank, f"p{rank}", 200 - 10 * rank) for rank in range(1, 6)])
    log_in(portal, "p4")
    text = page(portal)
    assert text.count('aria-current="true"') == 1
    assert "한 계단 위까지 12점" in text
    assert "상품까지 40점" in text
    assert "12 points to the next rank" in page(portal, language="en")


def test_who_hides_reads_their_own_line_as_others_see_it(portal: InProcess) -> None:
    made(portal)
    log_in(portal, "lee")
    text = page(portal)
    assert "비밀이름" not in text
    assert 'class="own" aria-current="true"' in text


def test_somebody_far_down_sees_themselves_and_their_neighbours(portal: InProcess) -> None:
    add_people(portal.ledger, [(f"p{rank}", f"이름{rank}번", False) for rank in range(1, 301)])
    add_board(portal.ledger, [person(rank, f"p{rank}", 1000 - rank) for rank in range(1, 301)])
    log_in(portal, "p250")
    text = page(portal)
    assert [rank for rank in range(101, 301) if f"이름{rank}번" in text] == [248, 249, 250, 251, 252]
    assert "이름100번" in text
    assert "내 주변" in text
    second = page(portal, f"{BOARD}?page=3")
    assert "내 주변" not in second, "their own line is on this page"
    assert "이름201번" in second
    assert "이름301번" not in page(portal, f"{BOARD}?page=99")


def test_a_search_finds_nicknames_and_ranks_but_nobody_who_hides(portal: InProcess) -> None:
    made(portal)
    assert "1명을 찾았어요" in page(portal, f"{BOARD}?find=단풍")
    assert "0명을 찾았어요" in page(portal, f"{BOARD}?find=비밀")
    assert "0명을 찾았어요" in page(portal, f"{BOARD}?find=lee"), "names of accounts are not searched"
    assert "0명을 찾았어요" in page(portal, f"{BOARD}?find=%25"), "a sign of SQL is a letter like any other"
    assert "1명을 찾았어요" in page(portal, f"{BOARD}?find=2위")
    assert HOSTILE not in page(portal, f"{BOARD}?find={HOSTILE}")


def test_who_was_taken_out_is_shown_to_themselves_alone(portal: InProcess) -> None:
    add_people(portal.ledger, [("kim", "단풍", False), ("choi", "억새", False)])
    participants.disqualify(portal.ledger, CAMPAIGN, "choi", "화면을 찍었습니다", WHEN)
    add_board(portal.ledger, [person(1, "kim", 120), person(0, "choi", 500, disqualified=True)])
    assert "억새" not in page(portal)
    log_in(portal, "choi")
    assert "이번 이벤트에서 제외되었어요" in page(portal)
    assert "화면을 찍었습니다" in page(portal, f"/c/{CAMPAIGN}/mine")


def test_a_nickname_is_text_whatever_it_says(portal: InProcess) -> None:
    add_people(portal.ledger, [("kim", HOSTILE, False)])
    add_board(portal.ledger, [person(1, "kim", 120)])
    text = page(portal)
    assert HOSTILE not in text
    assert "&lt;img src=x" in text


def test_pictures_are_for_those_who_take_part_and_never_flagged_ones(portal: InProcess) -> None:
    made(portal, photographs=[PhotographStanding(A_PHOTOGRAPH, "kim", 15, 15, (PHOTOGRAPH, "vertical")),
                              PhotographStanding("b2" * 16, "lee", 12, 0, (PHOTOGRAPH,)),
                              PhotographStanding("c3" * 16, "lee", 11, 0, (PHOTOGRAPH,))])
    shown = add_photograph(portal.ledger, A_PHOTOGRAPH, "kim")
    flagged = add_photograph(portal.ledger, "b2" * 16, "lee")
    withdrawn = add_photograph(portal.ledger, "c3" * 16, "lee", outcome="withdrawn")
    flags.add_flags(portal.ledger, [Flag("b2" * 16, FlagKind.SCREEN, CAMPAIGN, "a screen", WHEN)])
    stranger = page(portal)
    assert "<img" not in stranger
    assert "사진은 참여하신 분께만" in stranger
    log_in(portal, "someone")
    assert "<img" not in page(portal), "has an account, and takes no part"
    joined(portal, "kim")
    text = page(portal)
    assert f"{shown}.jpg?" in text
    assert "X-Amz-Expires=900" in text
    assert "세로글" in text
    assert flagged not in text
    assert withdrawn not in text
    log_in(portal, "engineer", Role.ENGINEER)
    assert f"{shown}.jpg?" in page(portal)


def test_a_campaign_shows_no_pictures_where_its_file_says_so(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, {"autumn": f"{CAMPAIGN_FILE}board: {{photographs: false}}\n"})
    made(portal, photographs=[PhotographStanding(A_PHOTOGRAPH, "kim", 15, 15, (PHOTOGRAPH,))])
    add_photograph(portal.ledger, A_PHOTOGRAPH, "kim")
    joined(portal, "kim")
    assert "<img" not in page(portal)


def test_a_frozen_board_says_so_and_asks_for_no_new_one(tmp_path: Path) -> None:
    last = (datetime.now(UTC) + timedelta(hours=9)).date()  # Seoul's today: the event ends within 24 hours
    portal = open_portal(tmp_path, {"autumn": CAMPAIGN_FILE.replace("2099-12-31", str(last))})
    made(portal, next_at=datetime.now(UTC) + timedelta(minutes=9))
    text = page(portal)
    assert "순위판을 멈췄어요" in text
    assert "hx-get" not in text
    assert "data-countdown" not in text


def test_a_final_board_leads_to_the_draw(portal: InProcess) -> None:
    made(portal, state=BoardState.FINAL)
    text = page(portal)
    assert "최종 순위예요" in text
    assert f"{'/c/%EA%B0%80%EC%9D%84'}/draw" in text


def test_an_open_board_is_replaced_when_the_next_one_is_due(portal: InProcess) -> None:
    due = datetime.now(UTC) + timedelta(minutes=9)
    made(portal, next_at=due)
    text = page(portal)
    assert f'datetime="{due.isoformat()}"' in text
    assert "/board/part?find=&amp;page=1" in text
    part = page(portal, f"{BOARD}/part")
    assert part.lstrip().startswith('<div id="board"')
    assert "<html" not in part


@pytest.mark.parametrize(("minutes", "seconds"), [(30, 1815), (0, 30), (-0.5, 30), (-5, 60), (-600, 60)])
def test_a_page_asks_for_the_next_board_when_it_is_there_and_a_late_one_once_a_minute(minutes: float, seconds: int) -> None:
    assert refresh_after(WHEN + timedelta(minutes=minutes), WHEN, 0) == seconds
    assert refresh_after(WHEN + timedelta(minutes=minutes), WHEN, 7) == seconds + 7


def test_no_page_asks_for_a_board_that_never_comes() -> None:
    assert refresh_after(None, WHEN, 7) is None


def test_what_is_needed_is_said_with_its_bonus(portal: InProcess) -> None:
    made(portal)
    text = page(portal)
    assert "세로글 사진이 더 필요해요" in text
    assert "+5점" in text
    assert "CER" not in text


def test_what_the_model_reads_badly_is_asked_for_first_and_only_what_a_camera_can_do(portal: InProcess) -> None:
    made(portal)
    asked = [SliceName(SliceFacet.SUBMITTER, "kim"), SliceName(SliceFacet.DIRECTION, "horizontal"),
             SliceName(SliceFacet.CONDITION, "low_light"), SliceName(SliceFacet.DIRECTION, "curved")]
    demands.add_demands(portal.ledger, [
        DemandRow("e" * 16, f"{portal.bench.settings.dataset}@1", WHEN, rank,
                  Demand(name, DemandReason.WEAK, 0.3, 0.02, 300, 100, 0.1))
        for rank, name in enumerate(asked, 1)])
    [campaign] = load_campaigns(portal.bench.settings).by_name.values()
    wanted = wanted_now(portal.bench, campaign, WHEN)
    assert [(item.words.ko, item.points) for item in wanted] == [
        ("어두운 곳의 글자", 0), ("휘어진 글자", 3), ("손글씨", 5), ("세로글", 5)]
    assert "어두운 곳의 글자 사진이 더 필요해요" in page(portal)
