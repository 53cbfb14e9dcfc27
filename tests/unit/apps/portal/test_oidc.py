"""The company's own log-in, against a small provider behind a real port."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from apps.portal.visit import SESSION
from datastore.ledger import accounts
from schemas.accounts import Role
from tests.company_log_in import CLIENT, SECRET, CompanyLogIn
from tests.portal import CAMPAIGN, InProcess, log_in, open_portal
from tests.served_portal import served

pytestmark = pytest.mark.slow

HERE = f"/c/{quote(CAMPAIGN)}"


@pytest.fixture(scope="module")
def company() -> Iterator[tuple[CompanyLogIn, str]]:
    provider = CompanyLogIn()
    with served(provider.app()) as address:
        yield provider, address


@pytest.fixture
def portal(tmp_path: Path, company: tuple[CompanyLogIn, str]) -> InProcess:
    company[0].claims = {}
    company[0].forger = None
    return open_portal(tmp_path, oidc_issuer=company[1], oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET))


def at_the_company(client: TestClient, back: str = "/") -> str:
    """Goes to the company's page; returns where that sends the browser back to."""
    away = client.get("/oidc/start", params={"back": back})
    assert away.status_code == 302
    return httpx.get(away.headers["location"]).headers["location"].removeprefix("http://testserver")


def come(portal: InProcess, back: str = "/") -> Any:
    return portal.client.get(at_the_company(portal.client, back))


def test_who_is_of_the_company_comes_in_and_joins(portal: InProcess, company: tuple[CompanyLogIn, str]) -> None:
    assert "/oidc/start?back=/" in portal.client.get("/log-in").text
    answer = come(portal, f"{HERE}/join")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/join")
    asked = company[0].asked
    assert asked["redirect_uri"] == "http://testserver/oidc/callback"
    assert len(asked["state"]) > 15
    assert len(asked["nonce"]) > 15
    assert asked["code_challenge_method"] == "S256"
    account = accounts.account(portal.ledger, "kim")
    assert account and (account.role, account.address) == (Role.SUBMITTER, "kim@example.com")
    assert portal.client.post(f"{HERE}/join", data={"agree": "1"}).status_code == 303
    come(portal)
    assert len(accounts.all_accounts(portal.ledger)) == 1


def test_the_role_is_what_the_table_says(portal: InProcess, company: tuple[CompanyLogIn, str]) -> None:
    log_in(portal, "boss", Role.MANAGER)
    accounts.set_address(portal.ledger, "boss", "kim@example.com")
    portal.client.cookies.clear()
    company[0].claims = {"email": "KIM@example.com", "role": "engineer"}
    come(portal)
    assert portal.client.get(f"{HERE}/manage").status_code == 200


def test_a_name_that_is_somebodys_is_not_given_again(portal: InProcess) -> None:
    log_in(portal, "kim")
    portal.client.cookies.clear()
    come(portal)
    account = accounts.account_by_address(portal.ledger, "kim@example.com")
    assert account and account.name == "kim-2"


@pytest.mark.parametrize(("claims", "status"), [
    ({"email_verified": False}, 403),
    ({"email_verified": None}, 403),
    ({"email_verified": "false"}, 403),
    ({"email": None}, 403),
    ({"email": "kim@evil.example"}, 403),
    ({"email": "kim@evil.example@example.com"}, 403),
    ({"nonce": "another"}, 401),
    ({"nonce": None}, 401),
    ({"aud": "another client"}, 401),
    ({"iss": "https://evil.example"}, 401),
    ({"exp": int(time.time()) - 1000, "iat": int(time.time()) - 2000}, 401),
], ids=lambda value: str(value))
def test_what_does_not_prove_who_it_is_lets_nobody_in(portal: InProcess, company: tuple[CompanyLogIn, str],
                                                     claims: dict[str, Any], status: int) -> None:
    company[0].claims = claims
    answer = come(portal)
    assert answer.status_code == status
    assert SESSION not in portal.client.cookies
    assert accounts.all_accounts(portal.ledger) == []


def test_a_token_that_the_company_did_not_sign_lets_nobody_in(portal: InProcess, company: tuple[CompanyLogIn, str]) -> None:
    company[0].forger = RSAKey.generate_key(2048, {"kid": "one"})
    assert come(portal).status_code == 401
    assert SESSION not in portal.client.cookies


def test_a_closed_account_stays_closed(portal: InProcess) -> None:
    come(portal)
    account = accounts.account(portal.ledger, "kim")
    assert account
    accounts.close_account(portal.ledger, "kim", account.created_at)
    portal.client.cookies.clear()
    assert come(portal).status_code == 403


def test_an_answer_is_for_the_browser_that_asked_and_for_once(portal: InProcess) -> None:
    answer = at_the_company(portal.client)
    kept = dict(portal.client.cookies)
    portal.client.cookies.clear()
    assert portal.client.get(answer).status_code == 401  # a browser that somebody else led here
    portal.client.cookies.update(kept)
    state = parse_qs(urlsplit(answer).query)["state"][0]
    assert portal.client.get(answer.replace(state, "another")).status_code == 401
    assert portal.client.get("/oidc/callback").status_code == 401
    assert portal.client.get("/oidc/callback?error=access_denied&error_description=%3Cscript%3E").status_code == 401
    portal.client.cookies.clear()
    assert portal.client.get(at_the_company(portal.client)).status_code == 303
    used = at_the_company(portal.client)
    assert portal.client.get(used).status_code == 303
    assert portal.client.get(used).status_code == 401


def test_the_way_back_is_our_own(portal: InProcess) -> None:
    for back in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert come(portal, back).headers["location"] == "/"


def test_a_company_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    portal = open_portal(tmp_path, oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET))
    assert portal.client.get("/oidc/start").status_code == 503


def test_there_is_none_where_none_is_set(tmp_path: Path) -> None:
    portal = open_portal(tmp_path)
    assert portal.client.get("/oidc/start").status_code == 404
    assert portal.client.get("/oidc/callback").status_code == 404
    assert "/oidc" not in portal.client.get("/log-in").text
