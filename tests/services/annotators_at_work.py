"""Annotators at browsers of their own, who do what the guides tell them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

import shapely
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from datastore.ledger import projects
from schemas.label_tasks import Project
from schemas.labelling import Side
from tests.services.conftest import PATIENCE, World

LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
HALF_WAY_DOWN = 500
"""Where the picture is scrolled to before a region is clicked, in pixels of the screen."""
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


OPEN = "() => window.Htx?.annotationStore?.selected?.regions.length && window.Konva?.stages[0]"
"""Whether a task's regions are on the screen."""


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
        self.page.set_default_timeout(PATIENCE * 1000)
        self.keyboard = self.page.keyboard
        self._cdp = context.new_cdp_session(self.page)
        self.page.goto(f"{url}/user/login/")
        self.page.fill("input[name=email]", account.email)
        self.page.fill("input[name=password]", account.password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda address: "login" not in address)

    def open(self, project: int, which: str = "labeling=1") -> None:
        """Opens the next task of a project, or a certain one; nothing lies over it, and the guide is at hand."""
        self.page.goto(f"{self.url}/projects/{project}/data?{which}")
        try:
            self.page.wait_for_function(OPEN, timeout=PATIENCE * 500)
        except TimeoutError:  # once under load a page stood empty for good: people load it again
            self.page.reload()
            self.page.wait_for_function(OPEN)
        expect(self.page.get_by_role("button", name="Instructions")).to_be_visible()
        expect(self.page.get_by_text("Labeling Instructions")).to_have_count(0)

    def select(self, region_id: str) -> None:
        """Scrolls to a region and clicks into it. A click on the selected one would unselect it."""
        if self.selected() == region_id:
            return
        middle = shapely.Polygon(self.page.evaluate(ON_SCREEN)[region_id]).centroid
        self.page.evaluate("by => document.querySelector('.lsf-main-content').scrollBy(0, by)", middle.y - HALF_WAY_DOWN)
        middle = shapely.Polygon(self.page.evaluate(ON_SCREEN)[region_id]).centroid
        self.page.mouse.click(middle.x, middle.y)
        self.page.wait_for_function(
            "id => Htx.annotationStore.selected.regionStore.selection.highlighted?.cleanId === id", arg=region_id)

    def selected(self) -> str | None:
        """The id of the selected region."""
        found: str | None = self.page.evaluate(
            "() => Htx.annotationStore.selected.regionStore.selection.highlighted?.cleanId ?? null")
        return found

    @property
    def field(self) -> Locator:
        """The field of the selected region's text, which has the focus."""
        return self.page.locator(".saegim-text input:focus")

    def leave_the_text(self) -> None:
        """Tab, out of the field: other keys work there."""
        expect(self.field).to_be_visible()
        self.keyboard.press("Tab")
        expect(self.page.locator(".saegim-keys:focus")).to_be_visible()

    def retype(self, region_id: str, text: str) -> None:
        """Edits a region's text by keys, the focus being in it as soon as the region is selected."""
        self.select(region_id)
        expect(self.field).to_be_visible()
        self.keyboard.press("Control+a")
        self.type(text)
        expect(self.field).to_have_value(text)
        self.leave_the_text()

    def type(self, text: str) -> None:
        """Types a text where the focus is, Hangul by an input method."""
        for char in text:
            self._compose(char)

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
        self.leave_the_text()
        self.keyboard.press(key)
        expect(self.choice(chosen)).to_be_checked()

    def choice(self, caption: str) -> Locator:
        """The box of a choice."""
        return self.page.locator("label", has_text=caption).locator("input[type=checkbox]")

    def labels(self) -> dict[str, str]:
        """Labels of the regions on the screen, by region id."""
        found: dict[str, str] = self.page.evaluate("""() => Object.fromEntries(
            Htx.annotationStore.selected.regions.map(region => [region.cleanId, region.labels[0]]))""")
        return found

    def submit(self) -> None:
        """Ctrl+Enter."""
        with self.page.expect_response(lambda answer: bool(re.search(r"/annotations/?(\?|$)", answer.url))
                                       and answer.request.method == "POST") as answer:
            self.keyboard.press("Control+Enter")
        assert answer.value.status == 201, answer.value.text()

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


def add_person(world: World, side: Side, name: str) -> Account:
    email = f"{name.lower()}.{secrets.token_hex(3)}@labels.example.kr"
    said = world.run("label", "people", "add", email, "--name", f"{name} 님", "--side", side).stdout
    found = re.search(rf"with {re.escape(email)} / (\S+)$", said, re.MULTILINE)
    assert found, said
    return Account(email, f"{name} 님", found[1])


def project_of(world: World, side: Side) -> Project:
    [found] = [row for row in projects.project_rows(world.bench.ledger, "scene_text") if row.side is side]
    return found
