"""Who may ask for what: every route of the portal, so that a new one cannot be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import select

from apps.portal.manage_frame import watcher_of
from apps.portal.visit import logged_in, manager_of, participant_of
from datastore.ledger import Ledger, accounts, audit
from datastore.ledger.tables import metadata
from schemas.accounts import Act, Role
from schemas.errors import AccountRefused
from tests.portal import CAMPAIGN, InProcess, joined, log_in, open_portal
from workbench.accounts import Actor, account_name, change_role, close, invite
from workbench.campaign_rules import follow_file

PUBLIC = {
    "/health", "/", "/log-in", "/log-out", "/language/{language}", "/join/{token}", "/oidc/start", "/oidc/callback",
    "/c/{campaign}/", "/c/{campaign}/board", "/c/{campaign}/board/part",
    "/c/{campaign}/draw", "/c/{campaign}/draw/list.txt", "/c/{campaign}/draw/draw.json",
    "/try", "/try/place", "/try/{trial_id}", "/try/{trial_id}/arrived", "/try/{trial_id}/send",
}
"""What nobody has to log in for: pages that all people of the house may read, and the demo page, whose photographs are known by
the browser that sent them."""

WATCHED = {"/manage", "/c/{campaign}/manage", "/c/{campaign}/manage/morning", "/c/{campaign}/manage/demand",
           "/c/{campaign}/manage/trace"}
"""What engineers may look at, and decide nothing."""


@dataclass(frozen=True)
class Way:
    """One route and one of its methods."""

    path: str
    method: str
    dependant: Dependant

    @property
    def asks_for(self) -> set[Callable[..., object]]:
        """What it depends on."""
        return set(_calls(self.dependant))

    @property
    def address(self) -> str:
        """With a campaign in it that there is."""
        return self.path.replace("{campaign}", quote(CAMPAIGN)).replace("{", "").replace("}", "")


def _calls(dependant: Dependant) -> Iterator[Callable[..., object]]:
    for item in dependant.dependencies:
        if item.call:
            yield item.call
        yield from _calls(item)


def ways(portal: InProcess) -> list[Way]:
    """All of them."""
    assert isinstance(portal.client.app, FastAPI)
    return [Way(item.path or "", method, item.dependant) for item in iter_route_contexts(portal.client.app.routes)
            if isinstance(item.original_route, APIRoute) for method in sorted(item.methods or ())]


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path)


def test_every_route_says_whose_it_is(portal: InProcess) -> None:
    for way in ways(portal):
        if way.path in PUBLIC:
            continue
        assert {logged_in, watcher_of} & way.asks_for, f"{way.method} {way.path} is for everybody: is it meant to be?"
        if "/manage" in way.path:
            watched = way.method == "GET" and way.path in WATCHED
            assert (watcher_of if watched else manager_of) in way.asks_for, way.path
        elif "/send" in way.path:
            assert participant_of in way.asks_for, way.path
    assert len(ways(portal)) > 30


def test_nobody_sees_only_what_is_public(portal: InProcess) -> None:
    for way in ways(portal):
        status = portal.client.request(way.method, way.address).status_code
        assert (status == 401) == (way.path not in PUBLIC) or way.path == "/try/{trial_id}/send", (way.path, way.method, status)


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.ANNOTATOR, Role.ENGINEER])
def test_only_managers_manage(portal: InProcess, role: Role) -> None:
    log_in(portal, "kim", role)
    managing = [way for way in ways(portal) if "/manage" in way.path]
    assert len(managing) > 5
    for way in managing:
        watched = role is Role.ENGINEER and way.method == "GET" and way.path in WATCHED
        assert portal.client.request(way.method, way.address).status_code == (200 if watched else 403), way.path


def test_a_page_that_is_read_changes_nothing(portal: InProcess) -> None:
    joined(portal, "boss")
    accounts.change_role(portal.ledger, "boss", Role.MANAGER)
    follow_file(portal.bench, CAMPAIGN)  # what a manager wrote into the file counts from the first page on, whoever reads it
    before = everything(portal.ledger)
    for way in ways(portal):
        if way.method == "GET":
            assert portal.client.get(way.address).status_code != 500, way.path
    assert everything(portal.ledger) == before


def everything(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables but the audit log: that somebody took a copy of the board is a line there."""
    with ledger.read() as connection:
        return {table.name: [tuple(row) for row in connection.execute(select(table))] for table in metadata.sorted_tables
                if table.name != "audit"}


def test_annotators_are_shown_the_way_to_label_studio(portal: InProcess) -> None:
    address = portal.bench.settings.label_studio_url
    for role, shown in ((Role.SUBMITTER, False), (Role.ANNOTATOR, True), (Role.ENGINEER, False), (Role.MANAGER, True)):
        log_in(portal, f"one-{role}", role)
        assert (address in portal.client.get("/account").text) == shown


def test_accounts_are_invited_changed_and_closed_and_it_is_written_down(portal: InProcess) -> None:
    settings, ledger = portal.bench.settings, portal.ledger
    invite(settings, ledger, "boss", Role.MANAGER, None, Actor())
    invite(settings, ledger, "민수", Role.SUBMITTER, CAMPAIGN, Actor("boss"))
    with pytest.raises(AccountRefused, match="a link changes no role"):
        invite(settings, ledger, "민수", Role.MANAGER, None, Actor("boss"))
    change_role(ledger, "민수", Role.ENGINEER, Actor("boss"))
    with pytest.raises(AccountRefused, match="last manager"):
        change_role(ledger, "boss", Role.SUBMITTER, Actor("boss"))
    with pytest.raises(AccountRefused, match="last manager"):
        close(ledger, "boss", Actor("boss"))
    with pytest.raises(AccountRefused, match="민수"):
        close(ledger, "민슈", Actor("boss"))
    close(ledger, "민수", Actor("boss"), "left the company")
    with pytest.raises(AccountRefused, match="closed"):
        invite(settings, ledger, "민수", Role.ENGINEER, None, Actor("boss"))
    written = [(deed.who, deed.act, deed.subject, deed.detail) for deed in reversed(audit.deeds(ledger))]
    assert written == [
        ("command line", Act.INVITED, "boss", "manager, for 30 days"), ("boss", Act.INVITED, "민수", "submitter, for 30 days"),
        ("boss", Act.ROLE_CHANGED, "민수", "submitter → engineer"), ("boss", Act.ACCOUNT_CLOSED, "민수", "left the company")]
    assert [deed.subject for deed in audit.deeds(ledger, CAMPAIGN)] == ["민수"]


def test_names_of_accounts_are_parts_of_keys() -> None:
    assert account_name(" 민수 ") == "민수"
    assert account_name("kim.lee-2_x") == "kim.lee-2_x"
    for wrong in ("", "..", ".x", "a/b", "a b", "a\\b", "a" * 65, "<b>", "a@b", "a\0/b", "%2e"):
        with pytest.raises(AccountRefused):
            account_name(wrong)
