"""Coming in by an invitation, the consent, going out again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from apps.portal.visit import SESSION
from datastore.ledger import accounts, audit, participants
from schemas.accounts import Account, Act, Role
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, joined, log_in, open_portal
from workbench.accounts import Actor, close, invite
from workbench.invitations import invitation_link
from workbench.joining import JoinProblem, rename

HERE = f"/c/{quote(CAMPAIGN)}"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path)


def link(portal: InProcess, name: str = "민수", campaign: str | None = CAMPAIGN, days: float = 30) -> str:
    return invitation_link(portal.bench.settings, name, Role.SUBMITTER, campaign, days).removeprefix("http://testserver")


def who(portal: InProcess) -> str:
    """Whose page of accounts the client sees; nobody's where it is asked to log in."""
    answer = portal.client.get("/account")
    return answer.text.split("<dd>")[1].split("</dd>")[0] if answer.status_code == 200 else ""


def test_the_first_page_lists_what_runs(tmp_path: Path) -> None:
    over = CAMPAIGN_FILE.replace("가을", "여름").replace("2099-12-31", "2026-01-02")
    coming = CAMPAIGN_FILE.replace("가을", "겨울").replace("2026-01-01", "2099-01-01")
    page = open_portal(tmp_path, {"a": CAMPAIGN_FILE, "b": over, "c": coming}).client.get("/").text
    assert "가을 글자 모으기" in page
    assert page.index("가을 글자 모으기") < page.index("예정") < page.index("겨울 글자 모으기")
    assert "여름 글자 모으기" not in page


def test_reading_an_invitation_changes_nothing(portal: InProcess) -> None:
    page = portal.client.get(link(portal))
    assert page.status_code == 200
    assert "보낸 사진을 글자 인식 연구에 쓰는 데 동의합니다." in page.text
    assert not page.cookies
    assert accounts.all_accounts(portal.ledger) == []
    assert participants.participants_of(portal.ledger, CAMPAIGN) == []


def test_who_agrees_is_logged_in_and_takes_part(portal: InProcess) -> None:
    answer = portal.client.post(link(portal), data={"agree": "1", "nickname": " 글자 사냥꾼 ", "hidden": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/")
    assert who(portal) == "민수"
    person = participants.participant(portal.ledger, CAMPAIGN, "민수")
    assert person is not None
    assert (person.nickname, person.hidden, person.consent_version) == ("글자 사냥꾼", True, 1)
    assert person.consented_at
    assert [(deed.act, deed.who, deed.detail) for deed in audit.deeds(portal.ledger)] == [(Act.JOINED, "민수", "consent 1")]


@pytest.mark.parametrize("agree", [{}, {"agree": "2"}], ids=["nothing", "another version"])
def test_who_does_not_agree_to_this_text_is_not_let_in(portal: InProcess, agree: dict[str, str]) -> None:
    answer = portal.client.post(link(portal), data=agree)
    assert answer.status_code == 422
    assert "동의가 필요해요" in answer.text
    assert who(portal) == ""
    assert accounts.all_accounts(portal.ledger) == []


def test_the_link_logs_the_same_person_in_on_another_device(portal: InProcess) -> None:
    address = link(portal)
    portal.client.post(address, data={"agree": "1", "nickname": "첫째"})
    portal.client.cookies.clear()
    assert "민수 계정으로 계속하기" in portal.client.get(address).text
    assert portal.client.post(address).status_code == 303
    assert who(portal) == "민수"
    person = participants.participant(portal.ledger, CAMPAIGN, "민수")
    assert person and person.nickname == "첫째"


def test_a_link_raises_nobody_to_another_role(portal: InProcess) -> None:
    log_in(portal, "민수", Role.SUBMITTER)
    portal.client.cookies.clear()
    late = invitation_link(portal.bench.settings, "민수", Role.MANAGER).removeprefix("http://testserver")
    assert portal.client.post(late).status_code == 303
    assert portal.client.get("/account").status_code == 200
    account = accounts.account(portal.ledger, "민수")
    assert account and account.role is Role.SUBMITTER


def forged(portal: InProcess) -> str:
    address = link(portal)
    return address[:-3] + ("aaa" if address[-3:] != "aaa" else "bbb")


def expired(portal: InProcess) -> str:
    return link(portal, days=-0.001)


def closed(portal: InProcess) -> str:
    address = invite(portal.bench.settings, portal.ledger, "민수", Role.SUBMITTER, CAMPAIGN, Actor()).removeprefix("http://testserver")
    close(portal.ledger, "민수", Actor())
    return address


def of_another_secret(portal: InProcess) -> str:
    other = portal.bench.settings.model_copy(update={"portal_secret": type(portal.bench.settings.portal_secret)("another" * 5)})
    return invitation_link(other, "민수").removeprefix("http://testserver")


def session_cookie(portal: InProcess) -> str:
    log_in(portal, "민수")
    cookie = portal.client.cookies[SESSION]
    portal.client.cookies.clear()
    return f"/join/{cookie}"


def test_a_link_that_is_worth_nothing_says_so(portal: InProcess) -> None:
    """In both languages, whoever asks, and nobody is logged in by it."""
    told = {"ko": "더 이상 쓸 수 없는 링크입니다", "en": "This link works no more"}
    for address in [made(portal) for made in (forged, expired, of_another_secret, session_cookie, closed)] + [
            "/join/x", "/join/%0d%0a", f"/join/{'x' * 5000}"]:
        for language, words in told.items():
            asks = {"accept-language": language}
            for answer in (portal.client.get(address, headers=asks),
                           portal.client.post(address, data={"agree": "1"}, headers=asks)):
                assert answer.status_code == 410, address
                assert words in answer.text
                assert "set-cookie" not in answer.headers
    assert portal.client.get("/join/%00").status_code == 404  # refused at the door: no database takes it


def test_another_version_of_the_consent_asks_again_before_sending(portal: InProcess, tmp_path: Path) -> None:
    joined(portal, "민수")
    assert portal.client.get(f"{HERE}/send").status_code == 200
    newer = CAMPAIGN_FILE.replace("version: 1", "version: 2")
    (tmp_path / "campaigns" / "autumn.yaml").write_text(newer, encoding="utf-8")
    assert f'href="{HERE}/join"' in portal.client.get(f"{HERE}/send").text
    photograph = {"client_id": "one-photograph", "file_name": "a.jpg", "media_type": "image/jpeg", "size": 1000}
    asked = portal.client.post(f"{HERE}/send/places", json={"photographs": [photograph]}).json()["places"]
    assert "form" not in asked[0]
    assert portal.client.get(f"{HERE}/mine").status_code == 200
    assert "동의문이 바뀌었어요" in portal.client.get(f"{HERE}/join").text
    assert portal.client.post(f"{HERE}/join", data={"agree": "1"}).status_code == 422
    assert portal.client.post(f"{HERE}/join", data={"agree": "2"}).headers["location"] == f"{HERE}/send"
    assert f'href="{HERE}/join"' not in portal.client.get(f"{HERE}/send").text


def test_only_who_is_invited_joins(portal: InProcess) -> None:
    log_in(portal, "남")
    for answer in (portal.client.get(f"{HERE}/join"), portal.client.post(f"{HERE}/join", data={"agree": "1"})):
        assert answer.status_code == 403
    assert participants.participants_of(portal.ledger, CAMPAIGN) == []
    invite(portal.bench.settings, portal.ledger, "남", Role.SUBMITTER, CAMPAIGN, Actor())
    assert portal.client.post(f"{HERE}/join", data={"agree": "1"}).status_code == 303


def test_addresses_of_the_company_join_without_an_invitation(portal: InProcess) -> None:
    log_in(portal, "kim")
    accounts.set_address(portal.ledger, "kim", "kim@example.com")
    assert portal.client.post(f"{HERE}/join", data={"agree": "1"}).status_code == 303
    log_in(portal, "lee")
    accounts.set_address(portal.ledger, "lee", "lee@example.com.evil.org")
    assert portal.client.post(f"{HERE}/join", data={"agree": "1"}).status_code == 403


def test_nobody_joins_what_is_over_or_has_no_consent(tmp_path: Path) -> None:
    over = CAMPAIGN_FILE.replace("2099-12-31", "2026-01-02")
    silent = CAMPAIGN_FILE.partition("consent:")[0].replace("가을", "겨울")
    portal = open_portal(tmp_path, {"a": over, "b": silent})
    assert portal.client.post(link(portal), data={"agree": "1"}).status_code == 303
    person = participants.participant(portal.ledger, CAMPAIGN, "민수")
    assert person and person.consented_at is None
    assert "끝났어요" in portal.client.get(f"{HERE}/join").text
    portal.client.post(link(portal, campaign="겨울"))
    assert "동의문이 준비되지 않았어요" in portal.client.get(f"/c/{quote('겨울')}/join").text


def test_a_nickname_is_changed_and_nobody_takes_another_ones(portal: InProcess) -> None:
    joined(portal, "영희", nickname="Tiger")
    joined(portal, "민수")
    change = f"{HERE}/name"
    assert portal.client.post(change, data={"nickname": "곰"}).headers["location"] == "/account?saved=1"
    for taken in ("tiger", "영희", "영희"):
        answer = portal.client.post(change, data={"nickname": taken})
        assert answer.status_code == 422
        assert "이미 다른 분이 쓰는 이름이에요" in answer.text
    assert "20자까지" in portal.client.post(change, data={"nickname": "가" * 21}).text
    person = participants.participant(portal.ledger, CAMPAIGN, "민수")
    assert person and (person.nickname, person.hidden) == ("곰", False)
    assert [deed.act for deed in audit.deeds(portal.ledger)] == [Act.RENAMED]


@pytest.mark.parametrize("alike", ["ＴＩＧＥＲ", "ⓣiger", "ｔｉｇｅｒ", "TIGER"])
def test_what_looks_like_a_nickname_is_that_nickname(portal: InProcess, alike: str) -> None:
    joined(portal, "영희", nickname="Tiger")
    joined(portal, "민수")
    assert portal.client.post(f"{HERE}/name", data={"nickname": alike}).status_code == 422


def test_of_those_who_ask_for_a_nickname_at_once_one_gets_it(portal: InProcess) -> None:
    people = [joined(portal, f"사람{number}") for number in range(6)]
    together = threading.Barrier(len(people))

    def ask(account: Account) -> JoinProblem | None:
        together.wait(10)
        return rename(portal.bench, CAMPAIGN, account, "호랑이", hidden=False)

    with ThreadPoolExecutor(len(people)) as pool:
        said = list(pool.map(ask, people))
    assert said.count(None) == 1 and said.count(JoinProblem.TAKEN_NICKNAME) == 5
    assert [item.nickname for item in participants.participants_of(portal.ledger, CAMPAIGN)].count("호랑이") == 1


def test_leaving_forgets_the_nickname(portal: InProcess) -> None:
    joined(portal, "민수", nickname="곰")
    assert portal.client.post(f"{HERE}/leave").status_code == 303
    person = participants.participant(portal.ledger, CAMPAIGN, "민수")
    assert person and (person.nickname, person.hidden, person.consented_at) == (None, True, None)
    assert portal.client.get(f"{HERE}/mine").status_code == 403
    assert audit.deeds(portal.ledger)[0].act is Act.LEFT
    assert portal.client.post(f"{HERE}/join", data={"agree": "1", "nickname": "곰"}).status_code == 303


def test_logging_out_ends_this_browser_alone(portal: InProcess) -> None:
    portal.client.post(link(portal, campaign=None))
    kept = portal.client.cookies[SESSION]
    assert portal.client.post("/log-out").status_code == 303
    assert who(portal) == ""
    portal.client.cookies.set(SESSION, kept)
    assert who(portal) == "민수"


def test_logging_out_everywhere_ends_the_others_and_the_link(portal: InProcess) -> None:
    address = link(portal, campaign=None)
    portal.client.post(address)
    phone = portal.client.cookies[SESSION]
    portal.client.post("/log-out/everywhere")
    assert who(portal) == "민수"
    assert portal.client.get(address).status_code == 410
    portal.client.cookies.clear()
    portal.client.cookies.set(SESSION, phone)
    assert who(portal) == ""


def test_a_closed_account_is_logged_out_at_once(portal: InProcess) -> None:
    log_in(portal, "민수")
    accounts.close_account(portal.ledger, "민수", datetime.now(UTC) + timedelta(seconds=1))
    assert who(portal) == ""


def test_logging_in_replaces_the_session_that_was_there(portal: InProcess) -> None:
    """A cookie that somebody planted before is not the one that the log-in goes by."""
    log_in(portal, "강도")
    planted = portal.client.cookies[SESSION]
    answer = portal.client.post(link(portal, campaign=None))
    assert answer.cookies[SESSION] != planted
    assert who(portal) == "민수"


def test_nothing_leads_back_to_another_site(portal: InProcess) -> None:
    for back in ("https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "/\t/evil.example",
                 "javascript:alert(1)", "", "evil", "/a\r\nset-cookie: x=1"):
        assert portal.client.get("/language/en", params={"back": back}).headers["location"] == "/"
    log_in(portal, "민수")
    assert '<a class="button" href="/">' in portal.client.get("/log-in", params={"back": "//evil.example"}).text


def test_the_way_back_may_have_hangul(portal: InProcess) -> None:
    page = portal.client.get(f"{HERE}/board")
    back = page.text.split('href="/language/en?back=')[1].split('"')[0]
    answer = portal.client.get(f"/language/en?back={back}")
    assert answer.headers["location"] == f"{HERE}/board"
