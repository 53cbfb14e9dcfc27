"""The manager's overview, the demand, the draw, the board as a table, the log: who sees them, and what each changes."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from httpx2 import Response

from datastore.ledger import audit, demands, participants
from schemas.accounts import Act, Role
from schemas.board import BoardState
from schemas.demand import Demand, DemandReason, DemandRow
from schemas.evaluation import SliceFacet, SliceName
from schemas.safe_csv import BYTE_ORDER_MARK
from schemas.submission import Outcome
from tests.made_board import add_board, add_people, person
from tests.made_review import flag, held, photograph
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, log_in, open_portal
from workbench.campaigns import load_campaigns
from workbench.demand_proposals import demand_proposals
from workbench.draw import commit_secret, drawn

MANAGE = f"/c/{CAMPAIGN}/manage"
PATHS = ["", "/flags", "/held", "/duplicates", "/demand", "/people", "/draw", "/log", "/board.csv"]
OVER = CAMPAIGN_FILE.replace("last_day: 2099-12-31", "last_day: 2026-11-20")
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return opened(tmp_path)


def opened(folder: Path, text: str = CAMPAIGN_FILE) -> InProcess:
    made = open_portal(folder, {"autumn": text}, datasets=folder / "datasets", dataset="scene-text")
    made.client.cookies.set("saegim_language", "en")
    log_in(made, "boss", Role.MANAGER)
    return made


def acts(portal: InProcess) -> list[Act]:
    return [deed.act for deed in audit.deeds(portal.ledger)]


def ask(portal: InProcess) -> None:
    """An evaluation asks for vertical writing."""
    demand = Demand(SliceName(SliceFacet.DIRECTION, "vertical"), DemandReason.WEAK, 0.31, 0.04, 212, 640, 1.0)
    demands.add_demands(portal.ledger, [DemandRow("e1", "scene-text@1", datetime(2026, 11, 1, tzinfo=UTC), 1, demand)])


@pytest.mark.parametrize("path", PATHS)
def test_each_page_is_there_for_managers_and_for_nobody_else(portal: InProcess, path: str) -> None:
    flag(portal.ledger, photograph(portal.ledger, "사진", submitter=HOSTILE))
    held(portal.ledger, "닮음", "사진")
    ask(portal)
    for language in ("ko", "en"):
        portal.client.cookies.set("saegim_language", language)
        answer = portal.client.get(MANAGE + path)
        assert answer.status_code == 200
        assert HOSTILE not in answer.text or path == "/board.csv"
    for role, status in ((Role.SUBMITTER, 403), (Role.ANNOTATOR, 403), (Role.ENGINEER, 200 if path in ("", "/demand") else 403)):
        log_in(portal, f"a-{role}", role)
        assert portal.client.get(MANAGE + path).status_code == status
    portal.client.cookies.clear()
    assert portal.client.get(MANAGE + path).status_code == 401
    log_in(portal, "boss")
    assert portal.client.get(f"/c/nothing/manage{path}").status_code == 404


def test_the_overview_says_what_waits_where(portal: InProcess) -> None:
    flag(portal.ledger, photograph(portal.ledger, "사진"))
    held(portal.ledger, "닮음", "사진")
    page = portal.client.get(MANAGE).text
    assert re.search(r"<b>1</b>\s*<a href=\"[^\"]*/flags\">flags to decide", page)
    assert re.search(r"<b>1</b>\s*<a href=\"[^\"]*/held\">held photographs", page)
    assert "<rect" in page
    assert "secret of the draw is not there yet" in page
    assert "Running" in page


def test_engineers_see_nothing_to_press(portal: InProcess) -> None:
    ask(portal)
    log_in(portal, "dev", Role.ENGINEER)
    for path in ("", "/demand"):
        page = portal.client.get(MANAGE + path).text
        assert "<button" not in page
        assert "/manage/flags" not in page
    assert portal.client.post(f"{MANAGE}/demand", data={
        "slice_name": "vertical", "points": "9", "first_day": "2027-01-04", "last_day": "2027-01-10"}).status_code == 403


def accept(portal: InProcess, points: str = "9", name: str = "vertical", first: str = "2027-01-04") -> Response:
    return portal.client.post(f"{MANAGE}/demand", data={
        "slice_name": name, "points": points, "first_day": first, "last_day": "2027-01-10"})


def test_an_accepted_demand_is_in_the_file_and_wants_a_commit(portal: InProcess) -> None:
    ask(portal)
    file = portal.bench.settings.campaigns / "autumn.yaml"
    answer = accept(portal)
    assert answer.status_code == 200
    assert "A file has changed" in answer.text
    assert "git add" in answer.text
    assert "points: 9" in file.read_text(encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    answer = accept(portal)
    assert "says so already" in answer.text
    assert file.read_text(encoding="utf-8") == before
    assert acts(portal) == [Act.DEMAND_ACCEPTED]
    answer = accept(portal, "12")
    assert answer.status_code == 422, "somebody has given other points for the same days"
    assert "9 points" in answer.text


@pytest.mark.parametrize(("points", "name", "first"), [
    ("0", "vertical", "2027-01-04"), ("1e9", "vertical", "2027-01-04"), ("9", HOSTILE, "2027-01-04"),
    ("9", "vertical", "2027-01-11"), ("9", "vertical", "yesterday"), ("9", "curved", "2027-01-04")])
def test_what_cannot_be_given_is_refused(portal: InProcess, points: str, name: str, first: str) -> None:
    ask(portal)
    before = (portal.bench.settings.campaigns / "autumn.yaml").read_text(encoding="utf-8")
    answer = accept(portal, points, name, first)
    assert answer.status_code == 422
    assert HOSTILE not in answer.text
    assert (portal.bench.settings.campaigns / "autumn.yaml").read_text(encoding="utf-8") == before
    assert not acts(portal)


def test_a_week_is_proposed_as_far_as_the_campaign_runs(tmp_path: Path) -> None:
    portal = opened(tmp_path, CAMPAIGN_FILE.replace("2099-12-31", "2026-12-02"))
    ask(portal)
    found = load_campaigns(portal.bench.settings).by_name[CAMPAIGN]
    for now, days in ((datetime(2026, 11, 25, tzinfo=UTC), ("2026-11-30", "2026-12-02")),
                      (datetime(2026, 12, 1, 3, tzinfo=UTC), ("2026-12-01", "2026-12-02"))):
        [item] = demand_proposals(portal.bench, found, now)
        assert item.bonus
        assert (str(item.bonus.first_day), str(item.bonus.last_day)) == days
    [item] = demand_proposals(portal.bench, found, datetime(2026, 12, 9, tzinfo=UTC))
    assert item.bonus is None


def step(portal: InProcess, act: str, **values: str) -> Response:
    return portal.client.post(f"{MANAGE}/draw", data={"act": act, **values})


def test_each_step_of_the_draw_says_first_what_cannot_be_undone(portal: InProcess) -> None:
    assert "This cannot be undone" in step(portal, "commit").text
    assert drawn(portal.ledger, CAMPAIGN) is None, "it only asked"
    for _ in range(2):
        assert step(portal, "commit", sure="yes").status_code == 303
    made = drawn(portal.ledger, CAMPAIGN)
    assert made
    assert made.commitment in portal.client.get(f"{MANAGE}/draw").text
    assert acts(portal) == [Act.COMMITTED]
    for act in ("close", "draw"):
        answer = step(portal, act, sure="yes", value="x", because="x")
        assert answer.status_code == 409, "it runs still"
        assert "Nothing was written" in answer.text
    assert step(portal, "again", sure="yes").status_code == 404


def test_the_list_is_frozen_and_the_draw_is_made_once(tmp_path: Path) -> None:
    portal = opened(tmp_path, OVER)
    now = datetime.now(UTC)
    commit_secret(portal.bench, load_campaigns(portal.bench.settings).by_name[CAMPAIGN], now=datetime(2026, 11, 1, tzinfo=UTC))
    for sent, name in enumerate(("kim", "lee", "park", "choi", "jung", "han"), 1):
        participants.join(portal.ledger, CAMPAIGN, name, 1, now)
        for number in range(sent):
            photograph(portal.ledger, f"사진 {name} {number}", submitter=name, minute=-5000 + 60 * number)
    page = step(portal, "close").text
    assert "This cannot be undone" in page
    answer = step(portal, "close", sure="yes")
    assert answer.status_code == 409, "points are counted first, and nobody has read these pictures"
    assert "210 points are provisional" in answer.text
    assert 'name="because"' in answer.text, "the reason can be given right there"
    for _ in range(2):
        assert step(portal, "close", sure="yes", because=f"행사가 끝났습니다 {HOSTILE}").status_code == 303
    assert HOSTILE not in portal.client.get(f"{MANAGE}/draw").text
    page = step(portal, "draw", value=" 8f3a ").text
    assert "letter by letter" in page
    assert 'value="8f3a"' in page
    for _ in range(2):
        assert step(portal, "draw", sure="yes", value="8f3a").status_code == 303
    assert step(portal, "draw", sure="yes", value="other").status_code == 409, "a draw is made once"
    page = portal.client.get(f"{MANAGE}/draw").text
    made = drawn(portal.ledger, CAMPAIGN)
    assert made
    assert len(made.winners) == 2
    assert len(re.findall(r"<li><b>(kim|lee|park|choi|jung|han)</b>", page)) == 2, "the manager sees who has the prizes"
    assert [act for act in acts(portal) if act in (Act.CLOSED, Act.DREW)] == [Act.DREW, Act.CLOSED]


def test_nobody_else_takes_a_step_of_the_draw(portal: InProcess) -> None:
    for role in (Role.SUBMITTER, Role.ENGINEER):
        log_in(portal, f"a-{role}", role)
        assert step(portal, "commit", sure="yes").status_code == 403
    assert drawn(portal.ledger, CAMPAIGN) is None


def test_the_board_goes_into_a_spreadsheet_without_formulas(portal: InProcess) -> None:
    add_people(portal.ledger, [("kim", "=HYPERLINK(1)", False), ("lee", "@SUM", True)])
    add_board(portal.ledger, [person(1, "kim", 120, 60), person(0, "lee", 90, disqualified=True)], state=BoardState.OPEN)
    participants.disqualify(portal.ledger, CAMPAIGN, "lee", "+82 복사", datetime.now(UTC))
    photograph(portal.ledger, "사진", Outcome.ACCEPTED, submitter="park")
    portal.client.cookies.set("saegim_language", "ko")
    answer = portal.client.get(f"{MANAGE}/board.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8")
    assert text.startswith(BYTE_ORDER_MARK), "Excel reads Korean by it"
    rows = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))
    assert rows[0][:4] == ["순위", "이름", "닉네임", "점수"]
    assert [row[:4] for row in rows[1:]] == [
        ["1", "kim", "'=HYPERLINK(1)", "120"], ["0", "lee", "'@SUM", "90"], ["0", "park", "", "0"]]
    assert rows[2][-1] == "'+82 복사"
    assert acts(portal) == [Act.EXPORTED]


def test_the_log_is_paged_and_escaped(portal: InProcess) -> None:
    for number in range(150):
        audit.add_deed(portal.ledger, "boss", Role.MANAGER, Act.DISQUALIFIED, CAMPAIGN, f"person-{number}-", HOSTILE)
    audit.add_deed(portal.ledger, "boss", Role.MANAGER, Act.ROLE_CHANGED, None, "elsewhere", "submitter → engineer")
    page = portal.client.get(f"{MANAGE}/log").text
    assert HOSTILE not in page
    assert "person-149-" in page
    assert "person-49-" not in page
    assert "elsewhere" not in page
    older = re.search(r'href="[^"]*(\?before=\d+)"', page)
    assert older
    page = portal.client.get(f"{MANAGE}/log{older[1]}").text
    assert "person-49-" in page
    assert "person-50-" not in page
    assert "elsewhere" in portal.client.get(f"{MANAGE}/log?everything=true").text
