"""Flags: a manager decides by one click; what was overtaken is not written; nobody else gets in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from httpx2 import Response
from pydantic import SecretStr

from datastore.ledger import audit
from datastore.ledger import flags as ledger_flags
from pages.flag_words import REASONS, reason_text
from schemas.accounts import Act, Role
from schemas.flags import Flag, FlagDecision, FlagKind
from tests.made_review import flag, photograph
from tests.portal import CAMPAIGN, InProcess, log_in, open_portal

PAGE = f"/c/{CAMPAIGN}/manage/flags"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    made = open_portal(tmp_path, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))
    made.client.cookies.set("saegim_language", "en")
    log_in(made, "boss", Role.MANAGER)
    return made


def three(portal: InProcess) -> list[str]:
    """Three photographs with a flag each, in the order in which a manager sees them."""
    names = [photograph(portal.ledger, name, minute=minute) for minute, name in enumerate(["하나", "둘", "셋"])]
    for name in names:
        flag(portal.ledger, name)
    return names


def say(portal: InProcess, name: str, what: str, seen: str = "", alike: Sequence[str] = (), **values: str) -> Response:
    return portal.client.post(PAGE, data={"flag": f"{name}.screen", "say": what, "seen": seen, "alike": list(alike), **values})


def flag_of(portal: InProcess, name: str) -> Flag:
    [found] = ledger_flags.flags_of_submissions(portal.ledger, [name])[name]
    return found


def seen_on(page: str) -> str:
    return str(re.findall(r'name="seen" value="([^"]*)"', page)[-1])


def deeds(portal: InProcess) -> list[str]:
    return [deed.detail for deed in audit.deeds(portal.ledger) if deed.act is Act.FLAG_DECIDED]


def test_the_next_one_follows_and_the_last_one_can_be_taken_back(portal: InProcess) -> None:
    first, second, third = three(portal)
    page = portal.client.get(PAGE).text
    assert "3 left" in page
    assert f"{first}.screen" in page
    assert "moire 0.81" in page
    answer = say(portal, first, "counts")
    assert answer.status_code == 303
    page = portal.client.get(answer.headers["location"]).text
    assert "2 left" in page
    assert f'value="{second}.screen"><input type="hidden" name="seen" value="">' in page, "the next one is shown"
    assert "Undo" in page
    assert flag_of(portal, first).decision is FlagDecision.CLEARED
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    answer = say(portal, first, "open", seen)
    assert answer.headers["location"].endswith(f"?at={first}.screen"), "it is looked at again"
    assert flag_of(portal, first).decision is None
    assert deeds(portal) == ["screen: taken back", "screen: cleared"]
    assert third


def test_a_photograph_does_not_count_for_a_reason_that_its_owner_reads(portal: InProcess) -> None:
    first, second, third = three(portal)
    say(portal, first, "counts_not:0")
    assert flag_of(portal, first).because == reason_text(REASONS[FlagKind.SCREEN][0])
    say(portal, second, "counts_not:own", own=f" 화면입니다 {HOSTILE} ")
    assert flag_of(portal, second).because == f"화면입니다 {HOSTILE}"
    for what, own in (("counts_not:own", ""), ("counts_not:7", ""), ("counts_not", ""), ("counts_not:own", "x" * 501)):
        assert say(portal, third, what, own=own).status_code == 422
        assert flag_of(portal, third).decision is None
    page = portal.client.get(f"{PAGE}?show=decided").text
    assert HOSTILE not in page
    assert "&lt;img src=x" in page
    assert "photograph of a screen" in page
    assert "화면을 찍은" not in page, "a proposed reason is read in one's own language"


def test_said_twice_it_changes_nothing(portal: InProcess) -> None:
    first, *_ = three(portal)
    say(portal, first, "counts_not:0")
    before = flag_of(portal, first)
    assert say(portal, first, "counts_not:0").status_code == 303, "a second click is no error"
    assert flag_of(portal, first) == before
    assert len(deeds(portal)) == 1


def test_what_another_manager_decided_meanwhile_stays(portal: InProcess) -> None:
    first, *_ = three(portal)
    seen = seen_on(portal.client.get(PAGE).text)
    log_in(portal, "other", Role.MANAGER)
    say(portal, first, "counts_not:0", seen)
    log_in(portal, "boss")
    answer = say(portal, first, "counts", seen)
    assert answer.status_code == 409
    assert "Another manager has decided meanwhile" in answer.text
    assert "other" in answer.text
    assert flag_of(portal, first).decided_by == "other"
    assert len(deeds(portal)) == 1
    assert say(portal, first, "counts", seen_on(answer.text)).status_code == 303, "who has seen it may decide otherwise"
    assert flag_of(portal, first).decision is FlagDecision.CLEARED


def test_those_of_one_person_are_decided_together_only_where_that_is_asked_for(portal: InProcess) -> None:
    first, second, third = three(portal)
    elsewhere = photograph(portal.ledger, "다른 캠페인", campaign="summer")
    flag(portal.ledger, elsewhere, campaign="summer")
    say(portal, third, "counts")
    others = [f"{name}.screen" for name in (second, third, elsewhere)]
    say(portal, first, "counts_not:0", alike=others)
    assert flag_of(portal, second).decision is None
    say(portal, first, "open", seen_on(portal.client.get(f"{PAGE}?at={first}.screen").text))
    say(portal, first, "counts_not:0", alike=others, together="yes")
    assert flag_of(portal, second).decision is FlagDecision.CONFIRMED
    assert flag_of(portal, third).decision is FlagDecision.CLEARED, "it was decided already"
    assert flag_of(portal, elsewhere).decision is None, "it belongs to another campaign"


def test_left_for_later_it_comes_again_at_the_end(portal: InProcess) -> None:
    first, second, third = three(portal)
    for now, then in ((first, second), (second, third), (third, first)):
        assert f'value="{then}.screen"><input type="hidden" name="seen"' in portal.client.get(f"{PAGE}?after={now}.screen").text
    for name in (second, third):
        say(portal, name, "counts")
    assert f'value="{first}.screen"' in portal.client.get(f"{PAGE}?after={first}.screen").text, "the only one left"


@pytest.mark.parametrize("name", ["", "nothing", "nothing.screen", "../../x.screen", "%00.screen", f"{'a' * 32}.farming"])
def test_flags_that_are_not_there_are_not_found(portal: InProcess, name: str) -> None:
    three(portal)
    assert portal.client.post(PAGE, data={"flag": name or "x", "say": "counts"}).status_code == 404
    # U+0000 is refused at the door: no database takes it.
    assert portal.client.get(f"{PAGE}?after={name}&done={name}").status_code == (404 if "%00" in name else 200)
    assert portal.client.get(PAGE, params={"at": name}).status_code in (200, 404)


@pytest.mark.parametrize("what", ["", "maybe", "cleared", "counts;drop"])
def test_words_that_are_none_are_not_found(portal: InProcess, what: str) -> None:
    first, *_ = three(portal)
    assert say(portal, first, what or "x").status_code == 404
    assert flag_of(portal, first).decision is None


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.ANNOTATOR, Role.ENGINEER])
def test_nobody_but_managers_decides(portal: InProcess, role: Role) -> None:
    first, *_ = three(portal)
    log_in(portal, "someone", role)
    assert portal.client.get(PAGE).status_code == 403
    assert say(portal, first, "counts").status_code == 403
    portal.client.cookies.clear()
    assert portal.client.get(PAGE).status_code == 401
    assert say(portal, first, "counts").status_code == 401
    assert flag_of(portal, first).decision is None


def test_another_sites_page_decides_nothing(portal: InProcess) -> None:
    first, *_ = three(portal)
    answer = portal.client.post(PAGE, data={"flag": f"{first}.screen", "say": "counts"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert flag_of(portal, first).decision is None


def test_four_hundred_are_shown_one_at_a_time(portal: InProcess) -> None:
    for number in range(40):
        name = photograph(portal.ledger, f"사진 {number}", submitter=f"p{number % 3}", minute=number)
        flag(portal.ledger, name)
    page = portal.client.get(PAGE).text
    assert "40 left" in page
    shown = page.count("<img") - page.count('loading="lazy"')
    assert shown <= 4, "this one and the next one, not all of them"
    assert page.count('loading="lazy"') == 13, "those of the same person wait until they are asked for"
