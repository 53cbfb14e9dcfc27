"""People: who is taken out reads why, two managers do not overwrite each other, links are shown once."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from httpx2 import Response

from datastore.ledger import accounts, audit, participants
from schemas.accounts import Act, Role
from tests.made_review import flag, photograph
from tests.portal import CAMPAIGN, InProcess, joined, log_in, open_portal
from workbench.people_list import people_of

PEOPLE = f"/c/{CAMPAIGN}/manage/people"
INVITE = f"/c/{CAMPAIGN}/manage/invite"
HOSTILE = "<script>alert('x')</script>"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    made = open_portal(tmp_path)
    made.client.cookies.set("saegim_language", "en")
    joined(made, "kim", nickname="단풍")
    log_in(made, "boss", Role.MANAGER)
    return made


def change(portal: InProcess, act: str, name: str = "kim", seen: str = "", **values: str) -> Response:
    return portal.client.post(PEOPLE, data={"act": act, "name": name, "seen": seen, **values})


def seen_of(portal: InProcess) -> str:
    found = re.search(r'name="name" value="kim"><input type="hidden" name="seen" value="([^"]*)"', portal.client.get(PEOPLE).text)
    assert found
    return found[1]


def because(portal: InProcess, name: str = "kim") -> str | None:
    found = participants.participant(portal.ledger, CAMPAIGN, name)
    return found.disqualified_because if found else None


def acts(portal: InProcess) -> list[Act]:
    return [deed.act for deed in audit.deeds(portal.ledger)]


def test_who_is_taken_out_reads_why_and_can_come_back(portal: InProcess) -> None:
    answer = change(portal, "take_out", because=f" 다른 사람 사진 {HOSTILE} ")
    assert answer.status_code == 303
    assert because(portal) == f"다른 사람 사진 {HOSTILE}"
    page = portal.client.get(PEOPLE).text
    assert HOSTILE not in page
    assert html.escape(HOSTILE, quote=False).replace("'", "&#39;") in page
    assert change(portal, "take_in", seen=seen_of(portal)).status_code == 303
    assert because(portal) is None
    assert acts(portal)[:2] == [Act.REINSTATED, Act.DISQUALIFIED]


def test_somebody_who_sent_without_the_portal_can_be_taken_out(portal: InProcess) -> None:
    photograph(portal.ledger, "사진", submitter="lee")
    assert change(portal, "take_out", "lee", because="복사").status_code == 303
    assert because(portal, "lee") == "복사"


def test_without_a_reason_nobody_is_taken_out(portal: InProcess) -> None:
    for reason in ("", "   ", "x" * 501):
        assert change(portal, "take_out", because=reason).status_code == 422
    assert because(portal) is None


def test_said_twice_it_is_one_deed(portal: InProcess) -> None:
    for _ in range(2):
        assert change(portal, "take_out", because="복사").status_code == 303
    assert acts(portal).count(Act.DISQUALIFIED) == 1


def test_what_another_manager_decided_meanwhile_stays(portal: InProcess) -> None:
    seen = seen_of(portal)
    change(portal, "take_out", seen=seen, because="첫째 이유")
    answer = change(portal, "take_out", seen=seen, because="둘째 이유")
    assert answer.status_code == 409
    assert "Another manager has decided meanwhile" in answer.text
    assert because(portal) == "첫째 이유"


def test_links_are_shown_in_the_answer_and_nowhere_else(portal: InProcess) -> None:
    answer = portal.client.post(INVITE, data={"names": "이지은\n park.jh, 이지은\n", "role": "submitter", "days": "7"})
    assert answer.status_code == 200
    links = re.findall(r'value="(http://testserver/join/[^"]+)"', answer.text)
    assert len(links) == 2, "one a name"
    assert "/join/" not in portal.client.get(PEOPLE).text
    assert "Not joined yet" in portal.client.get(PEOPLE).text
    assert acts(portal).count(Act.INVITED) == 2
    assert {one.submitter for one in people_of(portal.ledger, CAMPAIGN) if not one.has_joined} == {"이지은", "park.jh"}
    assert portal.client.get(INVITE).status_code == 303, "the other language's link leads back to a page"


def test_names_that_are_none_are_told(portal: InProcess) -> None:
    answer = portal.client.post(INVITE, data={"names": f"{HOSTILE}\n../x\nkim\nchoi", "role": "manager"})
    assert HOSTILE not in answer.text
    assert len(re.findall(r'value="http://testserver/join/', answer.text)) == 1
    assert "kim is submitter already" in answer.text
    assert accounts.account(portal.ledger, "choi")
    assert portal.client.post(INVITE, data={"names": "/"}).status_code == 422
    assert portal.client.post(INVITE, data={"names": "a", "days": "100000"}).status_code == 422


def test_roles_change_and_the_last_manager_stays(portal: InProcess) -> None:
    assert change(portal, "role", role="engineer").status_code == 303
    found = accounts.account(portal.ledger, "kim")
    assert found
    assert found.role is Role.ENGINEER
    photograph(portal.ledger, "사진", submitter="boss")
    assert change(portal, "role", "boss", role="submitter").status_code == 422
    assert change(portal, "close", "boss", sure="yes").status_code == 422
    assert change(portal, "role", role="king").status_code == 422


def test_an_account_is_closed_only_on_purpose(portal: InProcess) -> None:
    assert change(portal, "close").status_code == 422
    assert change(portal, "close", sure="yes").status_code == 303
    found = accounts.account(portal.ledger, "kim")
    assert found
    assert found.closed_at
    change(portal, "close", sure="yes")
    assert acts(portal).count(Act.ACCOUNT_CLOSED) == 1


@pytest.mark.parametrize("act", ["take_out", "take_in", "role", "close", "drop"])
def test_people_that_a_campaign_does_not_know_are_not_found(portal: InProcess, act: str) -> None:
    assert change(portal, act, "nobody", because="x", role="engineer", sure="yes").status_code == 404
    assert participants.participant(portal.ledger, CAMPAIGN, "nobody") is None


def test_the_list_is_searched_and_sorted(portal: InProcess) -> None:
    for number in range(3):
        name = photograph(portal.ledger, f"사진 {number}", submitter="lee", minute=number)
        flag(portal.ledger, name)
    page = portal.client.get(f"{PEOPLE}?by=flags").text
    assert page.index("<b>lee</b>") < page.index("<b>kim</b>")
    page = portal.client.get(f"{PEOPLE}?find=단풍&by=nonsense&page=99").text
    assert "<b>kim</b>" in page
    assert "<b>lee</b>" not in page
    assert HOSTILE not in portal.client.get(PEOPLE, params={"find": HOSTILE}).text


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.ANNOTATOR, Role.ENGINEER])
def test_nobody_but_managers_sees_people(portal: InProcess, role: Role) -> None:
    log_in(portal, "someone", role)
    assert portal.client.get(PEOPLE).status_code == 403
    assert change(portal, "take_out", because="x").status_code == 403
    assert portal.client.post(INVITE, data={"names": "me", "role": "manager"}).status_code == 403
    assert because(portal) is None
    assert accounts.account(portal.ledger, "me") is None
