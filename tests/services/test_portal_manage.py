"""One-key decisions in Chromium, with pictures from real storage: a manager goes through flags without touching the mouse."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from datastore.ledger import accounts, flags
from schemas.accounts import Account, Role
from schemas.flags import Flag, FlagDecision
from schemas.submission import Outcome, image_key
from tests.made_review import flag, held, id_of, image_of, photograph
from tests.portal import CAMPAIGN
from tests.services.conftest import World
from tests.services.served_portal import ServedPortal, served_campaign
from workbench.pair_review import rows_of

NAMES = ("하나", "둘", "셋", "넷")


@pytest.fixture
def portal(world: World, tmp_path: Path) -> Iterator[ServedPortal]:
    """A portal with four flagged photographs and a held one."""
    with served_campaign(world, tmp_path) as found:
        now = datetime.now(UTC)
        accounts.add_account(found.bench.ledger, Account("boss", Role.MANAGER, None, now, now))
        for minute, name in enumerate(NAMES):
            flag(found.bench.ledger, photograph(found.bench.ledger, name, minute=minute))
        held(found.bench.ledger, "닮음", "하나")
        for name in (*NAMES, "닮음"):
            data = io.BytesIO()
            Image.effect_noise((320, 240), 60).convert("RGB").save(data, "JPEG")
            found.bench.objects.put(found.bench.settings.bucket_images, image_key(image_of(name), "image/jpeg"), data.getvalue(),
                                    "image/jpeg")
        yield found


def press(page: Page, key: str) -> None:
    """Presses a key once the part that was swapped in has settled: sooner, keys are passed over, for nobody has seen it yet."""
    expect(page.locator("#review")).not_to_have_class(re.compile("htmx-"))
    page.keyboard.press(key)


def test_a_manager_decides_by_one_key(page: Page, portal: ServedPortal) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.context.add_cookies([{"name": name, "value": value, "url": portal.url} for name, value in (
        *portal.cookies("boss").items(), ("saegim_language", "ko"))])
    page.goto(f"{portal.url}/c/{CAMPAIGN}/manage/flags")
    page.evaluate("window.isTheSamePage = true")
    left = page.locator("#review [role=status]").first
    expect(left).to_have_text("4건 남음")
    picture = page.locator(".pair img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 320, "by an address that storage signed"

    press(page, "c")
    expect(left).to_have_text("3건 남음")
    press(page, "u")
    expect(left).to_have_text("4건 남음")
    press(page, "1")
    expect(left).to_have_text("3건 남음")
    press(page, "s")
    expect(page.locator(".key")).to_contain_text("셋")
    press(page, "o")
    own = page.get_by_label("인정하지 않는 이유")
    expect(own).to_be_focused()
    page.keyboard.type("cu1s")
    expect(own).to_have_value("cu1s")
    expect(left).to_have_text("3건 남음")
    page.get_by_role("button", name="이 이유로 인정하지 않음").click()
    expect(left).to_have_text("2건 남음")
    decided = {name: _flag(portal, name) for name in NAMES}
    assert [decided[name].decision for name in NAMES] == [FlagDecision.CONFIRMED, None, FlagDecision.CONFIRMED, None]
    assert decided["셋"].because == "cu1s"
    assert page.evaluate("window.isTheSamePage"), "nothing was loaded anew"

    flags_left = page.locator(".sections b").first
    expect(flags_left).to_contain_text("2")
    page.get_by_role("link", name="보류").click()
    expect(left).to_have_text("1장 남음")
    press(page, "3")
    expect(page.get_by_text("보류된 사진이 없습니다.")).to_be_visible()
    assert rows_of(portal.bench.ledger, [id_of("닮음")])[id_of("닮음")].outcome is Outcome.ACCEPTED
    assert not said, "the browser had nothing to complain about"


def _flag(portal: ServedPortal, name: str) -> Flag:
    [found] = flags.flags_of_submissions(portal.bench.ledger, [id_of(name)])[id_of(name)]
    return found
