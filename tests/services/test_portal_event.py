"""An event from its first page to the draw: three people in Chromium, on the real services."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pillow_heif
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from apps.demo.annotator import NOTHING_KNOWN
from apps.demo.people import StandIn
from apps.demo.sending import A_MOMENT, SAMPLES
from datastore.ledger import points
from schemas.accounts import Role
from schemas.labelling import Side
from schemas.points import PointReason
from tests.services.conftest import World, with_shares
from tests.services.served_portal import ServedPortal, served_campaign
from workbench.accounts import Actor, invite
from workbench.campaigns import load_campaigns
from workbench.score import count_points, points_of

SEOUL = ZoneInfo("Asia/Seoul")
CAMPAIGN = "한글날"
FILE = """\
name: 한글날
title: {{ko: 한글날 사진 모으기, en: Hangul Day}}
text: {{ko: 한글이 있는 곳을 찍어 보내 주세요., en: Photograph Hangul wherever you see it.}}
time_zone: Asia/Seoul
first_day: {day}
last_day: {day}
points: 10
categories: {{vertical: 12, printed: 10}}
bonus: {{vertical: 5, handwritten: 5}}
prizes: {{top: 1, drawn: 1, public_value: the first number of tomorrow's newspaper}}
board: {{every_minutes: 1, freeze_hours: 0}}
consent:
  version: 1
  text: {{ko: 보낸 사진을 글자 인식 연구에 쓰는 데 동의합니다., en: My photographs may be used.}}
"""
PUBLIC_VALUE = "4711"
PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1440, height=900)


@dataclass
class Person:
    """Somebody with a phone, in their own browser."""

    name: str
    page: Page
    portal: ServedPortal

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: print(self.name, message.text))  # shown where the test fails

    def go(self, path: str) -> None:
        self.page.goto(f"{self.portal.url}/c/{CAMPAIGN}{path}")

    def join(self, link: str, nickname: str) -> None:
        self.page.goto(link)
        expect(self.page.get_by_role("heading", name="한글날 사진 모으기")).to_be_visible()
        self.page.get_by_label("위 내용을 읽었고 동의합니다.").check()
        self.page.get_by_label("닉네임").first.fill(nickname)
        self.page.get_by_role("button", name="동의하고 참여하기").click()
        expect(self.page.locator(".who")).to_have_text(self.name)

    def send(self, *files: Path) -> None:
        self.go("/send")
        self.page.locator("#send-gallery").set_input_files(list(files))
        expect(self.page.locator("#send-count")).to_contain_text("모두 보냈습니다", timeout=20_000)
        time.sleep(A_MOMENT)  # the store tells moments apart to the second, and the first one counts

    def states(self) -> dict[str, str]:
        """What became of each photograph, as the page says, by the name that the phone has for it."""
        self.go("/send")
        cards = self.page.locator("#photographs .card").all()
        return {card.locator(".hint bdi").inner_text(): card.get_attribute("data-state") or "" for card in cards}


@dataclass
class Event:
    """The event with its people."""

    portal: ServedPortal
    world: World
    browser: Browser

    def person(self, name: str, role: Role = Role.SUBMITTER) -> tuple[Person, str]:
        """Somebody with a browser of their own, and the link that they were sent."""
        context = self.browser.new_context(viewport=PHONE if role is Role.SUBMITTER else DESKTOP,
                                           locale="ko-KR", has_touch=role is Role.SUBMITTER)
        link = invite(self.portal.bench.settings, self.portal.bench.ledger, name, role, CAMPAIGN, Actor())
        return Person(name, context.new_page(), self.portal), link

    def score(self) -> None:
        """What the flow score does, by the portal's clock."""
        with self.world.inside():
            count_points(self.portal.bench, CAMPAIGN, board=True, now=self.portal.now)

    def total(self, person: Person) -> tuple[int, int]:
        """Provisional and final points of somebody, by the list of changes."""
        entries = points.entries_of(self.portal.bench.ledger, CAMPAIGN, person.name)
        return sum(entry.provisional for entry in entries), sum(entry.final for entry in entries)

    def reasons(self, person: Person) -> set[PointReason]:
        """Why somebody's points changed."""
        return {entry.reason for entry in points.entries_of(self.portal.bench.ledger, CAMPAIGN, person.name)}


@pytest.fixture
def event(world: World, tmp_path: Path, page: Page) -> Iterator[Event]:
    """A campaign whose only day is today in Seoul."""
    with_shares(world, tmp_path)
    world.env["SAEGIM_MODEL"] = "ppocr-korean-v3"
    assert page.context.browser
    with served_campaign(world, tmp_path, FILE.format(day=datetime.now(SEOUL).date())) as portal:
        yield Event(portal, world, page.context.browser)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Photographs as phones have them: small ones, for a model reads them."""
    folder = tmp_path / "phone"
    folder.mkdir()
    for name in ("김하늘/서울대역.jpg", "park.minsu/도로 표지판.jpg", "jlee/exit.jpg", "jlee/bus stop.jpg"):
        (folder / Path(name).name).write_bytes((SAMPLES / name).read_bytes())
    pillow_heif.register_heif_opener()
    with Image.open(folder / "서울대역.jpg") as picture:
        picture.convert("RGB").save(folder / "IMG_0001.HEIC", quality=90)
    with Image.open(folder / "IMG_0001.HEIC") as picture:  # as iOS hands it over from the album: a JPEG, without a date
        picture.convert("RGB").save(folder / "image.jpg", quality=82)
    whole = (folder / "도로 표지판.jpg").read_bytes()
    (folder / "깨진 사진.jpg").write_bytes(whole[:len(whole) // 2])
    return folder


def midnight_in_seoul() -> timedelta:
    """From now to a second after the next midnight in Seoul."""
    now = datetime.now(SEOUL)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=1, microsecond=0)
    return tomorrow.astimezone(UTC) - now.astimezone(UTC)


def test_an_event_from_the_first_page_to_the_draw(event: Event, files: Path, tmp_path: Path, pictures: Path) -> None:
    manager, manager_link = event.person("담당자", Role.MANAGER)
    sky, sky_link = event.person("하늘")
    minsu, minsu_link = event.person("민수")
    june, june_link = event.person("june.lee")

    # Before anything: the manager takes up the link, and commits to the draw's secret.
    manager.page.goto(manager_link)
    manager.page.get_by_label("위 내용을 읽었고 동의합니다.").check()
    manager.page.get_by_role("button", name="동의하고 참여하기").click()
    manager.go("/manage/draw")
    manager.page.get_by_role("button", name="비밀값 만들기…").click()
    manager.page.get_by_role("button", name="봉인하기").click()
    expect(manager.page.get_by_text("봉인했습니다")).to_be_visible()

    # Three people join, and send.
    sky.join(sky_link, "하늘이")
    minsu.join(minsu_link, "민수 형")
    june.join(june_link, "June")
    sky.send(files / "IMG_0001.HEIC", files / "도로 표지판.jpg", files / "깨진 사진.jpg")
    sky.page.locator("#send-kinds .chip", has_text="세로").first.click()
    minsu.send(files / "image.jpg", files / "exit.jpg")

    # June's network is cut in the middle of the second photograph; the page goes on by itself.
    cut: list[str] = []

    def once(route: Route) -> None:
        if route.request.method == "POST" and not cut:
            cut.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    june.page.route(f"{event.portal.bench.settings.s3_endpoint}/**", once)
    june.send(files / "도로 표지판.jpg", files / "bus stop.jpg")
    assert cut
    june.page.screenshot(path=pictures / "portal-sent.png", full_page=True)

    # Ingest takes them in; each sees what became of theirs, with provisional points.
    event.world.flow("ingest")
    event.score()
    assert sky.states() == {"IMG_0001.HEIC": "accepted", "도로 표지판.jpg": "accepted", "깨진 사진.jpg": "rejected"}
    expect(sky.page.locator("#photographs")).to_contain_text("파일이 깨졌거나 잘렸습니다")
    expect(sky.page.locator("#photographs")).to_contain_text("잠정")
    assert minsu.states() == {"image.jpg": "duplicate", "exit.jpg": "accepted"}
    expect(minsu.page.locator("#photographs")).to_contain_text("다른 분이 먼저 보낸 사진과 같은 사진입니다")
    assert june.states() == {"도로 표지판.jpg": "duplicate", "bus stop.jpg": "accepted"}
    before = {person.name: event.total(person) for person in (sky, minsu, june)}
    assert all(provisional > 0 and final == 0 for provisional, final in before.values())
    sky.go("/board")
    expect(sky.page.locator("#board")).to_contain_text("민수 형")
    expect(sky.page.locator("#board")).to_contain_text("하늘이")
    sky.page.screenshot(path=pictures / "portal-board.png", full_page=True)

    # People confirm in Label Studio; points become final.
    for verb in ("prelabel", "label"):
        event.world.run("run", verb)
    with event.world.inside():
        StandIn(Side.A).answer(event.portal.bench, NOTHING_KNOWN, lambda _count: None)
    event.world.flow("collect")
    event.score()
    after = {person.name: event.total(person) for person in (sky, minsu, june)}
    assert all(provisional == 0 and final > 0 for provisional, final in after.values()), after
    assert PointReason.DENIED in event.reasons(sky)  # nothing on her photographs is vertical
    assert PointReason.CONFIRMED in event.reasons(june)
    june.go("/mine")
    expect(june.page.locator("main")).to_contain_text("확정")

    # It is midnight in Seoul, and ingest looks for what was sent last.
    event.portal.ahead = midnight_in_seoul()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.ingest.listing.datetime", SimpleNamespace(now=lambda _zone: event.portal.now))
        event.world.flow("ingest")
    june.go("/send")
    assert june.page.locator("#send").get_attribute("data-open") == ""
    manager.go("/manage/draw")
    manager.page.get_by_role("button", name="명단 확정하기…").click()
    manager.page.get_by_role("button", name="확정하기", exact=True).click()
    expect(manager.page.get_by_text("명단의 해시")).to_be_visible()
    sky.go("/board")
    expect(sky.page.locator("#board")).to_contain_text("최종 순위예요")

    # The public value is known, and the winner is drawn.
    manager.page.get_by_label("the first number of tomorrow's newspaper").fill(PUBLIC_VALUE)
    manager.page.get_by_role("button", name="추첨하기…").click()
    manager.page.get_by_role("button", name="이 값으로 추첨하기").click()
    expect(manager.page.get_by_text("추첨했습니다")).to_be_visible()
    minsu.go("/draw")
    expect(minsu.page.get_by_role("heading", name="축하드려요!")).to_be_visible()
    minsu.page.get_by_role("button", name="지금 다시 계산하기").click()
    expect(minsu.page.locator("#check .result")).to_contain_text("같은 결과가 나왔어요")
    minsu.page.screenshot(path=pictures / "portal-draw.png", full_page=True)

    # Anybody recomputes it from what is published, with Python alone.
    published = tmp_path / "published"
    published.mkdir()
    for name in ("list.txt", "draw.json", "recompute_draw.py"):
        with minsu.page.expect_download() as download:
            minsu.page.locator(f"a[download][href*='{name.removesuffix('.py')}']").first.click()
        download.value.save_as(published / name)
    done = subprocess.run([sys.executable, "-I", "recompute_draw.py"], cwd=published, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("True True ")
    code = done.stdout.split()[2]
    expect(minsu.page.locator(".winners")).to_contain_text(code)

    # Counted from scratch the points are what the list of changes says.
    recipe = load_campaigns(event.portal.bench.settings).by_name[CAMPAIGN]
    lines = points_of(event.portal.bench, recipe)
    assert {person.name: sum(line.final for line in lines if line.submitter == person.name) for person in (sky, minsu, june)} \
        == {name: final for name, (_, final) in after.items()}
