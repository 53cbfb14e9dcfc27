"""The morning in the portal: who sees it, in which language, with and without a campaign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

import apps.portal.manage_morning
from schemas.accounts import Role
from schemas.morning import AnnotatorWork, Morning
from schemas.reader import Reader
from stages.morning.troubles import troubles
from tests.made_morning import all_well, well
from tests.portal import CAMPAIGN, InProcess, log_in, open_portal

IN_CAMPAIGN = f"/c/{quote(CAMPAIGN)}/manage/morning"
KIM = AnnotatorWork(Reader.person("kim@example.com"), 755, 26.2)


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    return open_portal(tmp_path)


@pytest.fixture
def shows(monkeypatch: pytest.MonkeyPatch) -> Callable[[Morning], None]:
    """What the portal sees when it looks."""
    return lambda morning: monkeypatch.setattr(apps.portal.manage_morning, "look", lambda _bench, _now: morning)


def bad() -> Morning:
    morning = well(outcomes={"quarantined": 7}, people=(KIM,))
    return replace(morning, troubles=troubles(morning, all_well()))


@pytest.mark.parametrize("path", ["/manage", IN_CAMPAIGN])
def test_managers_and_engineers_see_it_and_nobody_else(portal: InProcess, shows: Callable[[Morning], None], path: str) -> None:
    shows(bad())
    assert portal.client.get(path).status_code in (303, 307, 401)
    for role, status in ((Role.SUBMITTER, 403), (Role.ANNOTATOR, 403), (Role.ENGINEER, 200), (Role.MANAGER, 200)):
        log_in(portal, f"a {role}", role)
        answer = portal.client.get(path, headers={"accept-language": "en"})
        assert answer.status_code == status, role
        assert ("kim@example.com" in answer.text) == (role is Role.MANAGER)


def test_it_says_what_is_wrong_and_what_to_do_in_both_languages(portal: InProcess, shows: Callable[[Morning], None]) -> None:
    shows(bad())
    log_in(portal, "boss", Role.MANAGER)
    english, korean = (portal.client.get("/manage", headers={"accept-language": language}).text for language in ("en", "ko"))
    assert "One thing needs you" in english and "7 photographs are in quarantine" in english
    assert "확인할 일이 1가지 있습니다" in korean and "사진 7장이 격리되어 있습니다" in korean
    assert all("<code>saegim ingest retry</code>" in page for page in (english, korean))


def test_a_good_morning_is_short_and_leads_from_a_campaign(portal: InProcess, shows: Callable[[Morning], None]) -> None:
    shows(well())
    log_in(portal, "boss", Role.MANAGER)
    page = portal.client.get(IN_CAMPAIGN, headers={"accept-language": "en"}).text
    assert "The night went well" in page and 'class="hands"' not in page
    assert f'href="{IN_CAMPAIGN}" aria-current="page"' in page
    assert 'href="/manage"' in portal.client.get("/").text
