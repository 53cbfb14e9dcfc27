"""A day of three annotators in Chromium, on the real Label Studio: two read one photograph differently, a third decides."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from apps.demo.__main__ import SAMPLES
from datastore.ledger import projects
from datastore.ledger.outbox import confirmed
from datastore.ledger.tables import agreements
from schemas.label_tasks import Project
from schemas.labelling import AgreementKind, Side
from schemas.reading import Direction, Reading, Region
from tests.services.conftest import World, accepted, readings_by, with_shares
from workbench.settings import Settings

PHOTO = "김하늘/메이크업존 간판.jpg"
SIGN, ZONE, FITTING, MAKEUP = (573, 589), (572, 624), (250, 626), (250, 310)
"""Places in its lines 포토존, PHOTO ZONE, DRESS FITTING ROOM and MAKEUP ZONE, which every model of ours finds, in pixels."""
FIRST, SECOND, DECIDED = "포토존 왼쪽", "포토존 오른쪽", "포토존 앞"
"""What each of the three reads there; no model does."""
LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
DRAG = (24, 11)
"""How far a corner is moved, in pixels of the screen."""

ON_SCREEN = """() => {
    const box = document.querySelector('.konvajs-content').getBoundingClientRect();
    const regions = Htx.annotationStore.selected.regions.filter(region => region.points);
    return Object.fromEntries(regions.map(region => [region.cleanId, region.points.map(
        point => [point.canvasX + box.x, point.canvasY + box.y])]));
}"""
"""Corners of the regions in pixels of the screen, by region id."""
DRAWN = """id => {
    const image = Htx.annotationStore.selected.names.get('image');
    const line = Konva.stages[0].findOne(node => node.name().startsWith(id + '#')).findOne('Line');
    const transform = Konva.stages[0].getAbsoluteTransform().copy().invert().multiply(line.getAbsoluteTransform());
    const flat = line.points();
    return flat.filter((_, index) => index % 2 == 0).map((x, index) => {
        const point = transform.point({x, y: flat[2 * index + 1]});
        return [point.x / image.stageWidth * image.naturalWidth, point.y / image.stageHeight * image.naturalHeight];
    });
}"""
"""Where the canvas draws a region, in pixels of the picture."""


@dataclass(frozen=True)
class Account:
    """What `saegim label people add` made."""

    email: str
    name: str
    password: str


class Annotator:
    """One person at a browser of his or her own."""

    def __init__(self, browser: Browser, url: str, account: Account) -> None:
        context = browser.new_context(viewport={"width": 1500, "height": 950})
        context.add_init_script("localStorage.setItem('labelStudio:settings', JSON.stringify({selectAfterCreate: true}))")
        self.url = url
        self.page: Page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.keyboard = self.page.keyboard
        self._cdp = context.new_cdp_session(self.page)
        self.page.goto(f"{url}/user/login/")
        self.page.fill("input[name=email]", account.email)
        self.page.fill("input[name=password]", account.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda address: "login" not in address)

    def open(self, project: int, which: str = "labeling=1") -> None:
        """Opens the next task of a project, or a certain one, and puts the guide away."""
        self.page.goto(f"{self.url}/projects/{project}/data?{which}")
        self.page.wait_for_function("() => window.Htx?.annotationStore?.selected?.regions.length && window.Konva?.stages[0]")
        if which == "labeling=1":  # only there it opens by itself
            guide = self.page.get_by_text("Labeling Instructions")
            guide.wait_for()
            self.keyboard.press("Escape")
            guide.wait_for(state="hidden")

    def select(self, region_id: str) -> None:
        """Clicks into a region."""
        corners = self.page.evaluate(ON_SCREEN)[region_id]
        middle = shapely.Polygon(corners).centroid
        self.page.mouse.click(middle.x, middle.y)
        self.page.wait_for_function(
            "id => Htx.annotationStore.selected.regionStore.selection.highlighted?.cleanId === id", arg=region_id)

    def retype(self, region_id: str, text: str) -> None:
        """Edits a region's text by keys: Enter, the new text, Enter."""
        self.select(region_id)
        self.keyboard.press("Enter")
        expect(self.page.locator("[data-testid=textarea-region-input]:focus")).to_be_visible()
        self.keyboard.press("Control+a")
        for char in text:
            self._compose(char)
        expect(self.page.locator("[data-testid=textarea-region-input]:focus")).to_have_value(text)
        self.keyboard.press("Enter")
        self.page.wait_for_function("() => document.activeElement === document.body")

    def drag(self, region_id: str, corner: int) -> tuple[float, float]:
        """Moves a corner of a region; returns where it was dropped, in pixels of the picture."""
        self.select(region_id)
        x, y = self.page.evaluate(ON_SCREEN)[region_id][corner]
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + DRAG[0] / 2, y + DRAG[1] / 2, steps=4)
        self.page.mouse.move(x + DRAG[0], y + DRAG[1], steps=4)
        self.page.mouse.up()
        scale, left, top = self.page.evaluate("""() => {
            const image = Htx.annotationStore.selected.names.get('image');
            const box = document.querySelector('.konvajs-content').getBoundingClientRect();
            return [image.naturalWidth / image.stageWidth, box.x, box.y];
        }""")
        return (x + DRAG[0] - left) * scale, (y + DRAG[1] - top) * scale

    def drawn(self, region_id: str) -> list[tuple[float, float]]:
        """Where the canvas draws a region, in pixels of the picture."""
        return [(x, y) for x, y in self.page.evaluate(DRAWN, region_id)]

    def press(self, region_id: str, key: str, chosen: str) -> None:
        """Gives a region an attribute by its key; the screen shows what is chosen."""
        self.select(region_id)
        self.keyboard.press(key)
        box = self.page.locator("label", has_text=chosen).locator("input[type=checkbox]")
        expect(box).to_be_checked()

    def submit(self) -> None:
        """Ctrl+Enter."""
        with self.page.expect_response(lambda answer: bool(re.search(r"/annotations/?(\?|$)", answer.url))
                                       and answer.request.method == "POST") as answer:
            self.keyboard.press("Control+Enter")
        assert answer.value.status == 201

    def shown_texts(self) -> dict[str, str]:
        """Texts of the regions on the screen, by region id."""
        found: dict[str, str] = self.page.evaluate("""() => Object.fromEntries(Htx.annotationStore.selected.regions
            .filter(region => region.points)
            .map(region => [region.cleanId, region.results.find(item => item.from_name.name === 'text')?.mainValue[0] ?? '']))""")
        return found

    def _compose(self, char: str) -> None:
        """Types one character; Hangul as an input method does: letter by letter, each shown before the syllable stands."""
        if not "가" <= char <= "힣":
            self.keyboard.press("Space" if char == " " else char)
            return
        lead, rest = divmod(ord(char) - ord("가"), 588)
        steps = dict.fromkeys([LEADS[lead], chr(ord("가") + 588 * lead + rest // 28 * 28), char])
        for step in steps:
            self._cdp.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Process", "windowsVirtualKeyCode": 229})
            self._cdp.send("Input.imeSetComposition", {"text": step, "selectionStart": 1, "selectionEnd": 1})
            self._cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Process", "windowsVirtualKeyCode": 229})
        self._cdp.send("Input.insertText", {"text": char})


@pytest.fixture
def photo(world: World, tmp_path: Path) -> Reading:
    """One photograph that a model has read and that waits for two people; the model's reading, from the ledger."""
    with_shares(world, tmp_path, overlap=1.0)
    world.env["SAEGIM_MODEL"] = "ppocr-korean-v3"  # where it cannot be had, another one reads, without Hangul
    world.bench.objects.put(world.env["SAEGIM_BUCKET_RAW"], f"demo/{PHOTO}", (SAMPLES / PHOTO).read_bytes())
    world.flow("ingest")
    for verb in ("prelabel", "label"):
        world.run("run", verb)
    [[reading]] = readings_by(world.bench.ledger, "model:").values()
    return reading


def add_person(world: World, side: Side, name: str) -> Account:
    email = f"{name.lower()}.{secrets.token_hex(3)}@labels.example.kr"
    said = world.run("label", "people", "add", email, "--name", f"{name} 님", "--side", side).stdout
    found = re.search(rf"with {re.escape(email)} / (\S+)$", said, re.MULTILINE)
    assert found, said
    return Account(email, f"{name} 님", found[1])


def project_of(world: World, side: Side) -> Project:
    [found] = [row for row in projects.project_rows(world.bench.ledger, "scene_text") if row.side is side]
    return found


def region_at(reading: Reading, place: tuple[float, float]) -> Region:
    [found] = [region for region in reading.regions if shapely.Polygon(region.polygon).contains(shapely.Point(place))]
    return found


def answers(world: World, account: Account) -> list[Reading]:
    return [reading for readings in readings_by(world.bench.ledger, f"person:{account.email}").values() for reading in readings]


@pytest.fixture
def browser(page: Page) -> Iterator[Browser]:
    """The browser of ``page``."""
    assert page.context.browser
    yield page.context.browser


def test_two_read_it_differently_and_a_third_decides(stack: Settings, world: World, photo: Reading, browser: Browser,
                                                     pictures: Path) -> None:
    sign, zone, fitting, makeup = (region_at(photo, place).region_id for place in (SIGN, ZONE, FITTING, MAKEUP))
    before = {region.region_id: region for region in photo.regions}
    kim, lee, park = (add_person(world, side, name) for side, name in zip(Side, ("Kim", "Lee", "Park"), strict=True))
    url = stack.label_studio_url

    # Lee, on side B, begins and is called away: a draft is kept.
    second = Annotator(browser, url, lee)
    with second.page.expect_response(lambda answer: "/drafts" in answer.url and SECOND in (answer.request.post_data or "")):
        second.open(project_of(world, Side.B).number)
        assert second.shown_texts() == {name: region.text for name, region in before.items()}
        second.retype(sign, SECOND)
    second.page.goto(f"{url}/projects")

    # Kim, on side A, mends what is wrong and submits.
    first = Annotator(browser, url, kim)
    first.open(project_of(world, Side.A).number)
    first.retype(sign, FIRST)
    dropped = first.drag(makeup, 2)
    first.press(zone, "s", "vertical")
    first.press(fitting, "x", "illegible")
    moved = first.drawn(makeup)
    first.page.screenshot(path=str(pictures / "labelling-first.png"))
    first.submit()

    said = world.run("run", "collect").stdout
    assert "1 readings" in said, said
    assert len(answers(world, kim)) == 1
    assert answers(world, lee) == []  # a draft is no reading
    assert accepted(world.bench.ledger, "scene_text") == {}  # and one of two does not decide

    # Lee comes back: the draft is there.
    second.open(project_of(world, Side.B).number)
    assert second.shown_texts()[sign] == SECOND
    second.submit()
    said = world.run("run", "collect").stdout
    assert "1 to a second look" in said, said
    with world.bench.ledger.read() as connection:
        [agreement] = connection.execute(select(agreements)).all()
    [one], [other] = answers(world, kim), answers(world, lee)
    assert (agreement.kind, agreement.agreed) == (AgreementKind.PAIR, False)
    assert (agreement.one, agreement.other) == (one.reading_id, other.reading_id)

    # Park sees why, and what both read.
    third = Annotator(browser, url, park)
    project = project_of(world, Side.SECOND_LOOK)
    [(subject, task)] = confirmed(world.bench.ledger, project.key).items()
    assert subject == photo.image_id
    third.open(project.number, f"task={task}")
    reason = third.page.locator(".saegim-reason")
    expect(reason).to_contain_text(f"'{FIRST}' / '{SECOND}'")
    everything = third.page.locator("body").inner_text()
    for account in (kim, lee):
        assert account.name not in everything
        assert account.email.partition("@")[0] not in everything
    tabs = third.page.locator(".lsf-annotation-button")
    readings = {}
    for name in ("둘째 · second", "첫째 · first"):
        tabs.filter(has_text=name).click()
        third.page.wait_for_function("""name => {
            const shown = Htx.annotationStore.selected;
            return shown.type === 'prediction' && shown.createdBy === name;
        }""", arg=name)
        readings[name] = third.shown_texts()
    assert readings == {"첫째 · first": {region.region_id: region.text for region in one.regions},
                        "둘째 · second": {region.region_id: region.text for region in other.regions}}
    third.page.screenshot(path=str(pictures / "labelling-second-look.png"))
    tabs.filter(has_text="첫째 · first").hover()
    tabs.filter(has_text="첫째 · first").locator("[class*=trigger]").click()
    third.page.get_by_text("Duplicate Annotation").last.click()
    third.page.wait_for_function("() => Htx.annotationStore.selected.type === 'annotation'")
    third.retype(sign, DECIDED)
    third.submit()

    said = world.run("run", "collect").stdout
    assert "1 accepted" in said, said
    [reading] = accepted(world.bench.ledger, "scene_text").values()
    assert (reading.reader, reading.run) == (f"person:{park.email}", other.run)
    found = {region.region_id: region for region in reading.regions}
    expected = {name: (region.text, region.attributes) for name, region in before.items()} | {
        sign: (DECIDED, before[sign].attributes),
        zone: (before[zone].text, replace(before[zone].attributes, direction=Direction.VERTICAL)),
        fitting: (before[fitting].text, replace(before[fitting].attributes, legible=False)),
    }
    assert {name: (region.text, region.attributes) for name, region in found.items()} == expected
    assert (reading.image_kind, reading.conditions) == (photo.image_kind, photo.conditions)
    # The ids are the prediction's: a region leads back to what the model read.
    assert found.keys() == before.keys()
    assert not any(region.replaces for region in found.values())
    for name, region in found.items():
        outline = moved if name == makeup else before[name].polygon
        assert len(region.polygon) == len(outline)
        assert max(math.dist(*corners) for corners in zip(region.polygon, outline, strict=True)) < 0.5, name
    assert math.dist(found[makeup].polygon[2], dropped) < 1
    assert math.dist(found[makeup].polygon[2], before[makeup].polygon[2]) > 10
    assert "nothing new" in world.run("run", "collect").stdout
