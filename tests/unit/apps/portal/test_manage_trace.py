"""The page that tells a life: names for managers who ask, a picture for engineers where a release has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.accounts import Role
from tests.portal import CAMPAIGN, InProcess, log_in, open_portal
from tests.sent_photographs import send

HERE = f"/c/{CAMPAIGN}/manage/trace"
KEY = f"{CAMPAIGN}/김하늘/간판.jpg"


@pytest.fixture
def portal(tmp_path: Path) -> InProcess:
    made = open_portal(tmp_path)
    send(made.ledger, "간판.jpg")
    return made


def seen(portal: InProcess, role: Role, **asked: str) -> str:
    log_in(portal, f"a {role}", role)
    answer = portal.client.get(HERE, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_names_are_told_to_managers_who_ask_and_to_nobody_else(portal: InProcess) -> None:
    def named(page: str) -> bool:
        return "김하늘" in page.split('id="may-be"')[1]  # behind the field that holds what was typed

    assert not named(seen(portal, Role.MANAGER, thing=KEY))
    assert named(seen(portal, Role.MANAGER, thing=KEY, people="true"))
    assert not named(seen(portal, Role.ENGINEER, thing=KEY, people="true"))


def test_engineers_see_no_picture_that_no_release_has(portal: InProcess) -> None:
    assert 'class="traced"' in seen(portal, Role.MANAGER, thing=KEY)
    assert 'class="traced"' not in seen(portal, Role.ENGINEER, thing=KEY)


def test_what_nobody_knows_is_no_page(portal: InProcess) -> None:
    log_in(portal, "boss", Role.MANAGER)
    answer = portal.client.get(HERE, params={"thing": "<b>no such thing"})
    assert answer.status_code == 404 and "&lt;b&gt;no such thing" in answer.text and "<b>no such" not in answer.text
