"""Each page of the portal in Chromium: axe-core finds nothing serious, nothing scrolls sideways, and *Send* is light.

In both languages, light and dark, on a phone and on a desk. A new page is a line of ``PAGES``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, Request, sync_playwright
from pydantic import SecretStr

from apps.portal.visit import VISITOR, Portal
from schemas.accounts import Role
from schemas.board import PhotographStanding
from schemas.points import PointReason
from schemas.submission import Outcome, Reason
from tests.made_board import add_board, add_entry, person
from tests.made_pictures import readable
from tests.made_review import flag, held, photograph
from tests.portal import CAMPAIGN, InProcess, joined, log_in, open_portal
from tests.sent_photographs import send
from tests.served_portal import served, session_of
from tests.trial_reading import told_reader
from workbench.accounts import Actor, invite

CHROMIUM = Path("/usr/bin/chromium")
HERE = f"/c/{quote(CAMPAIGN)}"
SENDER = "김하늘"
BOSS = "boss"
NEW = "처음"
INVITATION = "an invitation"
TRIAL = "a trial"

PAGES = [
    ("", "/"), ("", "/log-in"), ("", "/try"), ("", TRIAL), ("", INVITATION), ("", "/join/x"), ("", "/account"), ("", "/nothing"),
    ("", f"{HERE}/"), ("", f"{HERE}/board"), ("", f"{HERE}/draw"),
    (NEW, f"{HERE}/join"), (SENDER, "/account"), (SENDER, f"{HERE}/send"), (SENDER, f"{HERE}/mine"), (SENDER, f"{HERE}/board"),
    (SENDER, f"{HERE}/withdraw?key={quote(f'{CAMPAIGN}/{SENDER}/간판.jpg')}"),
    (BOSS, "/manage"), (BOSS, f"{HERE}/manage/morning"),
    (BOSS, f"{HERE}/manage"), (BOSS, f"{HERE}/manage/flags"), (BOSS, f"{HERE}/manage/held"), (BOSS, f"{HERE}/manage/duplicates"),
    (BOSS, f"{HERE}/manage/trace?thing={quote(f'{CAMPAIGN}/{SENDER}/간판.jpg')}"),
    (BOSS, f"{HERE}/manage/demand"), (BOSS, f"{HERE}/manage/people"), (BOSS, f"{HERE}/manage/draw"), (BOSS, f"{HERE}/manage/log"),
]
"""Who is logged in (nobody where empty), and the address."""

WIDTHS = (360, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WHOLE = ((360, "light"), (1440, "dark"))
SHOWN_RULES = ("color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block")
HEAVY = ("serious", "critical")
MOST_BYTES = 150_000
"""Of the first load of *Send*, over the wire, without pictures (the issue's target)."""
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>'


@dataclass(frozen=True)
class Open:
    """A portal with something on every page, and a browser.

    Attributes:
        app: the application.
        address: where it is served.
        browser: Chromium.
        paths: of an invitation that nobody has taken up, and of a photograph on the demo page that was read.
        visitor: cookie of the browser that sent that photograph.
    """

    app: FastAPI
    address: str
    browser: Browser
    paths: dict[str, str]
    visitor: str

    def page(self, name: str, language: str, width: int = 360) -> Page:
        """A page in a browser in which somebody is logged in; pictures of the object store are empty."""
        context = self.browser.new_context(viewport={"width": width, "height": 780},
                                           locale="ko-KR" if language == "ko" else "en-US")
        if name:
            context.add_cookies([session_of(self.app, self.address, name)])  # type: ignore[list-item]
        context.add_cookies([{"name": VISITOR, "value": self.visitor, "url": self.address}])
        context.route("http://127.0.0.1:8333/**", lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml"))
        return context.new_page()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """One for all of these."""
    folder = tmp_path_factory.mktemp("portal")
    made = open_portal(folder, s3_access_key=SecretStr("key"), s3_secret_key=SecretStr("secret"))
    fill(made)
    trial = read_photograph(made, folder)
    link = invite(made.bench.settings, made.ledger, "영희", Role.SUBMITTER, CAMPAIGN, Actor())
    app = made.client.app
    assert isinstance(app, FastAPI)
    with served(app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Open(app, address, browser, {INVITATION: link.removeprefix("http://testserver"),
                                           TRIAL: f"/try?trial={trial}"}, made.client.cookies[VISITOR])
        browser.close()


def fill(portal: InProcess) -> None:
    """Something for each page: people, photographs that ended in each way, points, a board, flags, held ones."""
    ledger = portal.ledger
    log_in(portal, BOSS, Role.MANAGER)
    invite(portal.bench.settings, ledger, NEW, Role.SUBMITTER, CAMPAIGN, Actor(BOSS))
    joined(portal, SENDER, nickname="글자 사냥꾼")
    for number in range(1, 6):
        joined(portal, f"사람{number}", nickname=f"닉네임이 아주 긴 사람 {number}")
    sent_at = datetime.now(UTC) - timedelta(hours=3)
    first = send(ledger, "간판.jpg", SENDER, sent_at=sent_at)
    send(ledger, "메뉴판.jpg", SENDER, sent_at=sent_at, outcome=Outcome.REJECTED, reason=Reason.NO_TEXT, detail="made")
    send(ledger, "현수막.jpg", SENDER, sent_at=sent_at, outcome=Outcome.DUPLICATE, duplicate_of=first)
    for number, (reason, points) in enumerate([(PointReason.ACCEPTED, 10), (PointReason.CLAIMED, 5)], 1):
        add_entry(ledger, number, SENDER, first, reason, points)
    add_entry(ledger, 3, SENDER, first, PointReason.CONFIRMED, -10, 10)
    add_board(ledger, [person(1, "사람1", 520, 400), person(2, SENDER, 480), person(2, "사람2", 480),
                       *(person(rank, f"사람{rank}", 300 - rank) for rank in range(3, 6))],
              [PhotographStanding(first, SENDER, 15, 10, ("photograph", "vertical"))],
              next_at=datetime.now(UTC) + timedelta(minutes=20))
    flag(ledger, photograph(ledger, "화면"))
    held(ledger, "닮음", "화면")


def read_photograph(portal: InProcess, folder: Path) -> str:
    """A photograph on the demo page, with what a model reads on it; its id."""
    asked = {"name": "간판.jpg", "type": "image/jpeg", "size": 5000}
    trial = str(portal.client.post("/try/place", json=asked).json()["trial"])
    out = io.BytesIO()
    readable(1)["a sample of a font"]().resize((300, 90)).save(out, "JPEG")
    portal.bench.objects.put("demo", f"{trial}/sent", out.getvalue(), "image/jpeg")
    portal.client.post(f"/try/{trial}/arrived")
    assert told_reader(portal.bench, folder).read_next()
    return trial


def test_axe_finds_nothing_serious_and_nothing_scrolls_sideways(portal: Open) -> None:
    wrong = []
    for language in ("ko", "en"):
        for name in ("", NEW, SENDER, BOSS):
            page = portal.page(name, language)
            for who, path in PAGES:
                if who == name:
                    page.goto(portal.address + portal.paths.get(path, path))
                    wrong += [f"{path} {language} {found}" for found in looked_at(page)]
            page.context.close()
    assert not wrong, "\n".join(wrong)


def looked_at(page: Page) -> list[str]:
    """What is wrong with a page that is open, in both schemes and widths.

    All rules run twice, so that each scheme and each width has them once; the other two times those that colours or widths can
    change.
    """
    found = []
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780})
        seen = page.evaluate("document.documentElement.scrollWidth")
        if seen > width:
            found.append(f"{width}: scrolls sideways, {seen} wide")
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            only = {} if (width, scheme) in WHOLE else {"runOnly": {"type": "rule", "values": list(SHOWN_RULES)}}
            options = {"resultTypes": ["violations"], "selectors": False, "iframes": False, **only}
            for item in page.evaluate("options => axe.run(options).then(found => found.violations)", options):
                if item["impact"] in HEAVY:
                    where = "; ".join(f"{node['html'][:160]} {str(node.get('failureSummary', ''))[:200]}"
                                      for node in item["nodes"][:3])
                    found.append(f"{width} {scheme}: {item['id']} ({item['impact']}): {where}")
    return found


def test_send_is_light(portal: Open) -> None:
    page = portal.page(SENDER, "ko")
    weights: dict[str, int] = {}

    def weigh(request: Request) -> None:
        if request.url.startswith(portal.address) and request.resource_type != "image":
            sizes = request.sizes()
            weights[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", weigh)
    page.goto(f"{portal.address}{HERE}/send", wait_until="networkidle")
    page.context.close()
    assert len(weights) >= 4
    assert sum(weights.values()) <= MOST_BYTES, weights


def test_every_file_of_the_pages_is_asked_for_by_its_version(portal: Open) -> None:
    """So that browsers keep it: not one is loaded again on the next page."""
    kept: Portal = portal.app.state.portal
    page = portal.page(BOSS, "ko")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for who, path in PAGES:
        if who == BOSS:
            page.goto(portal.address + path)
    page.context.close()
    files = [url for url in asked if "/static/" in url]
    assert files
    assert [url for url in files if f"?v={kept.version}" not in url] == []
