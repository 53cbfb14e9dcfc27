"""What stands before every page: whose request it is, which host was asked, how much, how often; what answers tell browsers."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import APIRouter, Depends, FastAPI

from apps.portal.rates import limited
from apps.portal.visit import LANGUAGE, SESSION
from datastore.ledger import participants
from schemas.accounts import Role
from schemas.errors import ServiceUnavailable
from tests.portal import CAMPAIGN, CAMPAIGN_FILE, InProcess, joined, log_in, open_portal
from workbench.invitations import invitation_link

HERE = f"/c/{quote(CAMPAIGN)}"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path)


def app_of(portal: InProcess) -> FastAPI:
    assert isinstance(portal.client.app, FastAPI)
    return portal.client.app


OURS: list[dict[str, str]] = [
    {},  # no browser
    {"sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": "http://testserver"},
]
OTHERS: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},  # a neighbour under the same domain, or on another port of this machine
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    {"origin": "null"},  # a sandboxed frame, a redirect over another site
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://evil.example/http://testserver"},
    {"origin": "http://testserver:8081"},
    {"origin": ""},
]


def test_other_sites_pages_change_nothing(portal: InProcess) -> None:
    log_in(portal, "민수")
    for headers in OTHERS:
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert portal.client.request(method, "/log-out", headers=headers).status_code == 403, headers
        assert portal.client.get("/account", headers=headers).status_code == 200
    for headers in OURS:
        assert portal.client.post("/log-out", headers=headers).status_code == 303, headers


def test_a_proxy_may_put_another_host_into_the_request(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, portal_url="https://event.example.com")
    asked = {"origin": "https://event.example.com", "host": "127.0.0.1:8500"}
    assert portal.client.post("/log-out", headers=asked).status_code == 303


def test_only_our_own_hosts_are_answered(portal: InProcess) -> None:
    """Against DNS rebinding: a page of another name that leads to this machine."""
    for host in ("testserver", "127.0.0.1:8500", "localhost", "[::1]:8500"):
        assert portal.client.get("/log-in", headers={"host": host}).status_code == 200, host
    for host in ("evil.example", "testserver.evil.example", "", "["):
        assert portal.client.get("/log-in", headers={"host": host}).status_code == 400, host


def test_a_body_is_bounded_whether_it_tells_its_size_or_not(portal: InProcess) -> None:
    log_in(portal, "민수")
    much = b"nickname=" + b"a" * 1_000_001
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert portal.client.post(f"{HERE}/name", content=much, headers=form).status_code == 413
    pieces = (much[start:start + 100_000] for start in range(0, len(much), 100_000))
    assert portal.client.post(f"{HERE}/name", content=pieces, headers=form).status_code == 413
    assert portal.client.post(f"{HERE}/name", headers={"content-length": "-1"}).status_code == 413


def test_every_answer_tells_browsers_what_not_to_do(portal: InProcess) -> None:
    for path in ("/", "/log-in", "/nothing", "/static/portal.css", "/health"):
        headers = portal.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert portal.client.get("/").headers["cache-control"] == "no-store"


def test_the_policy_names_the_object_store_and_no_more_of_its_address(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, portal_s3_endpoint="https://s3.example.com/path; script-src *")
    policy = portal.client.get("/").headers["content-security-policy"]
    assert "img-src 'self' blob: data: https://s3.example.com;" in policy
    assert "script-src *" not in policy


def test_cookies_are_for_this_site_alone(tmp_path: Path) -> None:
    portal = open_portal(tmp_path)
    given = portal.client.get("/language/en").headers["set-cookie"]
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert "Secure" not in given
    (tmp_path / "other").mkdir()
    secure = open_portal(tmp_path / "other", portal_url="https://testserver")
    link = invitation_link(secure.bench.settings, "민수").removeprefix("https://testserver")
    given = secure.client.post(link).headers["set-cookie"]
    assert given.startswith(f"__Host-{SESSION}=")
    assert "Secure" in given
    assert "Path=/" in given
    assert "Domain" not in given


def test_a_cookie_that_we_did_not_sign_is_nobodys(portal: InProcess) -> None:
    log_in(portal, "민수")
    good = portal.client.cookies[SESSION]
    other = str(portal.client.app.state.portal.visitors.dumps(["민수", 0]))  # type: ignore[attr-defined]
    for bad in (good[:-2] + "xx", "", "a.b", other, good.split(".")[0], '["민수", 9999999999999999]', "\xff"):
        portal.client.cookies.clear()
        cookie = f"{SESSION}={bad}".encode("latin-1", "replace")
        assert portal.client.get("/account", headers={b"cookie": cookie}).status_code == 401
    portal.client.cookies.set(LANGUAGE, "xx")
    assert portal.client.get("/").status_code == 200


def test_too_many_requests_are_told_when_to_come_back(portal: InProcess) -> None:
    router = APIRouter()

    @router.post("/thing/{name}", dependencies=[Depends(limited("2/minute"))])
    def thing(name: str) -> dict[str, str]:
        return {"name": name}

    app_of(portal).include_router(router)
    log_in(portal, "민수")
    assert [portal.client.post(f"/thing/{number}").status_code for number in range(3)] == [200, 200, 429]
    refused = portal.client.post("/thing/4", headers={"x-forwarded-for": "10.9.8.7"})
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "잠시 기다렸다가" in refused.text
    assert refused.headers["retry-after"] in refused.text
    log_in(portal, "영희")
    assert portal.client.post("/thing/5").status_code == 200
    portal.client.cookies.clear()
    # Nobody is logged in: what they say of their address does not make them somebody else.
    asked = [portal.client.post("/thing/6", headers={"x-forwarded-for": f"10.0.0.{number}"}).status_code for number in range(3)]
    assert asked == [200, 200, 429]


def test_static_files_are_kept_by_their_version(portal: InProcess) -> None:
    page = portal.client.get("/").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert addresses
    for address in addresses:
        answer = portal.client.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"], address
        assert "set-cookie" not in answer.headers
    assert portal.client.get("/static/portal.css?v=old").headers["cache-control"] == "no-cache"
    assert portal.client.get("/static/portal.css", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"


def test_paths_of_the_machine_are_out_of_reach(portal: InProcess) -> None:
    joined(portal, "민수")
    for tail in ("../app.py", "%2e%2e/app.py", "..%2fapp.py", "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd", "/etc/passwd", "%00",
                 "..%5capp.py", "portal.css%00.png"):
        answer = portal.client.get(f"/static/{tail}")
        assert answer.status_code in (404, 405), tail
        assert "make_app" not in answer.text
    for name in ("%2e%2e", "%00", "%0d%0aset-cookie:x", "a" * 5000, "%ff", "..%2f..%2fsettings"):
        for page in ("", "send", "manage"):
            answer = portal.client.get(f"/c/{name}/{page}")
            assert answer.status_code in (403, 404), (name, page)
            assert "set-cookie" not in answer.headers


def test_a_campaign_is_found_however_its_hangul_is_written(portal: InProcess) -> None:
    joined(portal, "민수")
    decomposed = quote(unicodedata.normalize("NFD", CAMPAIGN))
    assert decomposed != quote(CAMPAIGN)
    for written in (decomposed, f"%e2%80%8b{quote(CAMPAIGN)}", f"{decomposed}%00"):
        page = portal.client.get(f"/c/{written}/board")
        assert page.status_code == 200
        assert f'href="{HERE}/send"' in page.text


@pytest.mark.parametrize(("path", "status", "ko", "en"), [
    ("/account", 401, "초대 링크", "invitation link"),
    (f"{HERE}/manage", 403, "권한이 없습니다", "not for your account"),
    ("/nothing", 404, "찾을 수 없습니다", "no such page"),
    ("/language/xx", 422, "입력한 내용을", "does not fit"),
    ("/join/x", 410, "더 이상 쓸 수 없는", "works no more"),
])
def test_what_goes_wrong_is_said_inside_the_frame(portal: InProcess, path: str, status: int, ko: str, en: str) -> None:
    if status == 403:
        log_in(portal, "민수")
    for language, words in (("ko", ko), ("en", en)):
        answer = portal.client.get(path, headers={"accept-language": language})
        assert answer.status_code == status
        assert words in answer.text
        assert f'<html lang="{language}">' in answer.text
        assert '<nav class="tabs"' in answer.text
    told = portal.client.get(path, headers={"accept": "application/json", "accept-language": "en"}).json()
    assert en in told["error"]
    part = portal.client.get(path, headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert ko in part


def test_an_address_with_a_nul_is_no_page(portal: InProcess) -> None:
    log_in(portal, "boss", Role.MANAGER)
    for path in ("/try/%00", "/try?trial=%00", "/join/%00", f"{HERE}/manage/flags?at=%00.screen", f"{HERE}/manage/held?after=%00",
                 f"{HERE}/board?find=a%00b"):
        assert portal.client.get(path).status_code == 404, path
    assert portal.client.get(f"{HERE}/board?find=%2500").status_code == 200  # somebody typed %00


def test_a_form_with_a_nul_is_not_taken(portal: InProcess) -> None:
    joined(portal, "민수")
    fields = "application/x-www-form-urlencoded"
    parts = b'--x\r\nContent-Disposition: form-data; name="nickname"\r\n\r\na\0b\r\n--x--\r\n'
    for kind, body in ((fields, b"nickname=a%00b"), (fields, b"nickname=\0"), ("multipart/form-data; boundary=x", parts)):
        for content in (body, iter([body[:11], body[11:]])):
            answer = portal.client.post(f"{HERE}/name", content=content, headers={"content-type": kind})
            assert answer.status_code == 422, (kind, body)
    person = participants.participant(portal.ledger, CAMPAIGN, "민수")
    assert person and person.nickname is None
    assert portal.client.post(f"{HERE}/name", data={"nickname": "100%00"}).status_code == 303


@pytest.mark.parametrize("before", ["3000000000", str(10**22), "-1"])
def test_the_log_has_no_lines_before_such_a_number(portal: InProcess, before: str) -> None:
    log_in(portal, "boss", Role.MANAGER)
    assert portal.client.get(f"{HERE}/manage/log?before={before}").status_code == 422


def test_a_fault_of_ours_shows_nothing_of_itself(portal: InProcess) -> None:
    router = APIRouter()

    @router.get("/fault")
    def fault() -> None:
        raise RuntimeError("the password is 1234")

    @router.get("/busy")
    def busy() -> None:
        raise ServiceUnavailable("Object storage", "http://10.0.0.1", "no route")

    app_of(portal).include_router(router)
    answer = portal.client.get("/fault")
    assert answer.status_code == 500
    assert "저희 쪽 문제입니다" in answer.text
    assert "1234" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    answer = portal.client.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "10.0.0.1" not in answer.text


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "</title><b>x",
           "\u202etxt", "a\r\nset-cookie: x=1", "{{7*7}}")


def test_what_people_write_is_text_on_every_page(tmp_path: Path) -> None:
    """In nicknames, names of accounts, texts of a campaign, reasons, addresses."""
    hostile = json.dumps(HOSTILE[0] + HOSTILE[1] + HOSTILE[3])
    text = re.sub("ko: (가을 글자 모으기|보낸 사진을 [^,]+)", lambda _found: f"ko: {hostile}", CAMPAIGN_FILE)
    portal = open_portal(tmp_path, {"autumn": text})
    log_in(portal, "boss", Role.MANAGER)
    for number, words in enumerate(HOSTILE):
        joined(portal, f"사람{number}")
        answer = portal.client.post(f"{HERE}/name", data={"nickname": words[:20]})
        assert answer.status_code == 303
        assert "set-cookie" not in answer.headers
        participants.disqualify(portal.ledger, CAMPAIGN, f"사람{number}", words, datetime.now(UTC))
    told = quote(hostile)
    for page in ("/", "/account", "/log-in", f"{HERE}/", f"{HERE}/join", f"{HERE}/board", f"{HERE}/mine", f"{HERE}/send",
                 f"{HERE}/draw", "/try", f"{HERE}/manage", f"{HERE}/manage/people"):
        for who in ("사람1", "boss"):
            log_in(portal, who)
            answer = portal.client.get(f"{page}?find={told}&back={told}&saved={told}")
            body = answer.text
            for raw in ("<script>alert", "<img src=x", "' onmouseover='", "</title><b>", ">49<"):
                assert raw not in body, (page, raw)
            assert "x=1" not in answer.headers.get("set-cookie", "")
