"""Every act that the guides of the picture screens name, played in Chromium; and keys that must do nothing."""

from __future__ import annotations

import base64
import io
import random
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from adapters.label_studio.client import LabelStudio
from adapters.label_studio.codec import to_prediction
from adapters.label_studio.configs import load_annotation_config
from adapters.label_studio.guide import guide_html
from adapters.label_studio.label_config import Tag, read_xml
from adapters.label_studio.people import make_account, set_hotkeys
from adapters.label_studio.projects import ensure_project
from schemas.reading import Attributes, Kind, Reading, Region, Unit
from schemas.recipes.annotation_config import OF_THE_IMAGE, SHAPES, AnnotationConfig
from tests.guide_keys import keys_of
from tests.places import ROOT
from tests.services.annotators_at_work import Account, Annotator
from workbench.settings import Settings

WIDTH, HEIGHT = 900, 1200
"""Of the page, in pixels: taller than the window where it fills the width."""
TEXTS = ("대전광역시 유성구", "출입금지", "EXIT 3", "영업시간 09:00-18:00")
"""Of its lines, one under the other in its upper half."""
BOX = "box"
"""Id of its check box."""
TYPING = ("Backspace", "Delete", "Space", "Enter", "Control+Backspace", "Shift+S", "Shift+W", "Shift+1", *"axuvhprozq159")
"""Keys that somebody presses who means to write and is not in a text."""

RED = "rgb(198, 40, 40)"
"""Border of the field of a text that is empty."""


def page_reading() -> Reading:
    """What a model could have read on the page."""
    def box(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
        return (left, top), (right, top), (right, bottom), (left, bottom)

    lines = [Region(f"line-{row}", box(60, 40 + 60 * row, 460, 80 + 60 * row), text, Attributes())
             for row, text in enumerate(TEXTS)]
    check = Region(BOX, box(560, 40, 600, 80), "", Attributes(kind=Kind.CHECKBOX))
    return Reading("made", "model:made@1", "made", 0, Unit.LINE, WIDTH, HEIGHT, (*lines, check))


@dataclass
class Play:
    """An annotator at one task, and the keys that were pressed.

    Attributes:
        person: who plays.
        config: what is labelled.
        played: keys as guides write them.
    """

    person: Annotator
    config: AnnotationConfig
    played: set[str] = field(default_factory=set)

    def press(self, *keys: str) -> None:
        """Presses keys one after the other, as a guide names them."""
        for key in keys:
            self.played.add(key)
            self.person.keyboard.press(key.replace("Ctrl", "Control").replace("Esc", "Escape"))

    @property
    def page(self) -> Page:
        return self.person.page

    def values(self, control: str, region_id: str | None) -> list[str]:
        """What a control holds for a region, or for the whole picture."""
        found: list[str] = self.page.evaluate("""([control, id]) => Htx.annotationStore.selected.results
            .filter(item => item.from_name.name === control && (!id || item.area.cleanId === id))
            .flatMap(item => [...item.mainValue])""", [control, region_id])
        return found

    def draw(self, shape: str, column: int, over: bool = False) -> str:
        """Draws a shape into the lower half of the page, or over the first line; returns its id."""
        self.page.evaluate("() => document.querySelector('.lsf-main-content').scrollTo(0, 0)")
        canvas = self.page.locator(".konvajs-content").bounding_box()
        assert canvas
        scale = self.page.evaluate("() => Htx.annotationStore.selected.names.get('image').stageWidth") / WIDTH
        left = canvas["x"] + (80 + 90 * column) * scale
        top = canvas["y"] + (50 if over else 320) * scale
        corners = [(left + x * scale, top + y * scale) for x, y in ((0, 0), (70, 0), (70, 60), (0, 60))]
        mouse = self.page.mouse
        if shape == "kind":
            for x, y in [*corners, corners[0]]:
                mouse.click(x, y)
                self.page.wait_for_timeout(150)  # two quick clicks are a double click
        else:
            mouse.move(*corners[0])
            mouse.down()
            mouse.move(*corners[2], steps=4)
            mouse.up()
        there = {region.region_id for region in page_reading().regions}
        self.page.wait_for_function(
            "there => { const id = Htx.annotationStore.selected.regionStore.selection.highlighted?.cleanId;"
            " return id && !there.includes(id); }", arg=[*there])
        new = self.person.selected()
        assert new
        return new


@pytest.fixture
def account(stack: Settings) -> Account:
    """An annotator whose account is as `saegim label people add` makes it."""
    made = Account(f"acts.{secrets.token_hex(3)}@labels.example.kr", "Acts 님", secrets.token_urlsafe(9))
    label_studio = LabelStudio(stack.label_studio_url, stack.label_studio_token)
    make_account(label_studio, made.email, made.password, made.name)
    set_hotkeys(label_studio, made.email)
    return made


@pytest.fixture(params=["scene_text", "document"])
def play(request: pytest.FixtureRequest, stack: Settings, account: Account, page: Page) -> Iterator[Play]:
    """The first of two tasks, open."""
    config = load_annotation_config(ROOT / "annotation_configs" / request.param)
    label_studio = LabelStudio(stack.label_studio_url, stack.label_studio_token)
    number = ensure_project(label_studio, secrets.token_hex(8), "Acts", config.xml, guide_html(config), "")
    picture = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), "white").save(picture, "PNG")
    data = {"image": "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode(), "place": "1 / 2"}
    task = {"data": data, "predictions": [to_prediction(page_reading(), config)]}
    label_studio.request(f"api/projects/{number}/import", method="POST", json=[task, task])
    assert page.context.browser
    person = Annotator(page.context.browser, stack.label_studio_url, account)
    person.open(number)
    yield Play(person, config)


def test_every_act_that_a_guide_names_does_what_it_says(play: Play) -> None:
    texts_go_to_the_field(play)
    keys_that_type_do_nothing(play)
    choices_have_keys(play)
    illegible_and_back(play)
    shapes_are_drawn(play)
    pages_move(play)
    nothing_without_text_is_submitted(play)
    named = set(keys_of(play.config.guide))
    assert named - play.played == set()


def texts_go_to_the_field(play: Play) -> None:
    """Tab after Tab, each text has the focus; what is typed there stays there."""
    person = play.person
    for row, text in enumerate(TEXTS):
        play.press(*(["Tab"] if row == 0 else ["Tab", "Tab"] if row % 2 else ["Tab", "Alt+."]))
        expect(person.field).to_have_value(text)
        assert person.selected() == f"line-{row}"
    person.type("끝")
    play.press("Esc")
    expect(person.field).to_have_value(TEXTS[-1])
    play.press("Backspace")
    person.type("0번")
    person.leave_the_text()
    play.press("Shift+Tab")
    expect(person.field).to_have_value(f"{TEXTS[-1][:-1]}0번")
    person.keyboard.press("Delete")  # all of it is selected
    expect(person.field).to_have_css("border-color", RED)
    person.type(f"{TEXTS[-1][:-1]}0번")
    person.leave_the_text()
    assert play.values("text", "line-3") == [f"{TEXTS[-1][:-1]}0번"]
    assert play.values("text", "line-2") == [TEXTS[2]]


def keys_that_type_do_nothing(play: Play) -> None:
    """Out of the text, with a region selected and with none, keys that write change nothing."""
    state = "() => JSON.stringify(Htx.annotationStore.selected.serializeAnnotation().map(item => [item.id, item.value]))"
    before = play.page.evaluate(state)
    keys = random.Random(15)
    for _ in range(60):
        play.person.keyboard.press(keys.choice(TYPING))
    assert play.person.selected() == "line-3"
    assert play.page.evaluate(state) == before
    play.press("Esc")
    assert play.person.selected() is None
    for key in TYPING:
        play.person.keyboard.press(key)
    assert play.page.evaluate(state) == before


def choices_have_keys(play: Play) -> None:
    """Each choice of a region, and of the whole picture, is chosen by its key."""
    for tag in [tag for tag in read_xml(play.config.xml).walk() if tag.name == "Choices"]:
        control = tag.get("name")
        region_id = None if control in OF_THE_IMAGE else BOX if control == "checked" else "line-0"
        out_of_all(play)
        if region_id:
            play.person.select(region_id)
            if region_id != BOX:
                play.person.leave_the_text()
        for option in reversed(tag.options):
            if option.get("alias") not in play.values(control, region_id):
                play.press(as_written(option))
            else:
                play.played.add(as_written(option))
            assert option.get("alias") in play.values(control, region_id), option.get("alias")


def illegible_and_back(play: Play) -> None:
    """A text that nobody can read has no field; as text it has it again."""
    out_of_all(play)
    play.person.select("line-1")
    play.person.leave_the_text()
    play.press("Alt+X")
    assert play.person.labels()["line-1"] == "illegible"
    expect(play.page.locator(".saegim-text input")).to_be_hidden()
    play.press("Ctrl+Alt+1")
    expect(play.page.locator(".saegim-text input")).to_have_value(TEXTS[1])
    expect(play.page.locator(".saegim-text input")).to_be_visible()


def shapes_are_drawn(play: Play) -> None:
    """Each shape of each kind, over another region too, deleted, taken back and deleted."""
    out_of_all(play)
    shapes = [(tag.get("name"), option) for tag in read_xml(play.config.xml).walk() if tag.get("name") in SHAPES
              for option in tag.options]
    for column, (shape, option) in enumerate(shapes):
        if option.get("alias") == "illegible":
            continue
        play.press(as_written(option))
        over = option.get("hotkey") == "ctrl+alt+7"
        if over:
            play.played.add("Ctrl")
            play.person.keyboard.down("Control")
        new = play.draw(shape, 0 if over else column % 9, over)
        if over:
            play.person.keyboard.up("Control")
        assert play.person.labels()[new] == option.get("alias")
        play.press("Alt+Backspace")
        assert new not in play.person.labels()
        if column == 0:
            play.press("Ctrl+Z")
            play.page.wait_for_function("id => Htx.annotationStore.selected.regions.some(item => item.cleanId === id)", arg=new)
            play.person.select(new)
            play.press("Alt+Backspace")
            assert new not in play.person.labels()


def pages_move(play: Play) -> None:
    """The page moves under the field, and the focus stays in it."""
    if "PageDown" not in keys_of(play.config.guide):
        return
    out_of_all(play)
    play.person.select("line-0")
    expect(play.person.field).to_be_visible()
    play.page.evaluate("() => document.querySelector('.lsf-main-content').scrollTo(0, 0)")
    play.press("PageDown")
    play.page.wait_for_function("() => document.querySelector('.lsf-main-content').scrollTop > 100")
    play.press("PageUp")
    play.page.wait_for_function("() => document.querySelector('.lsf-main-content').scrollTop === 0")
    expect(play.person.field).to_be_visible()


def nothing_without_text_is_submitted(play: Play) -> None:
    """A region without text is asked for; with it the task is submitted, and the next one is skipped."""
    person = play.person
    out_of_all(play)
    play.press("Ctrl+Alt+5")
    new = play.draw("kind_rectangle", 3)
    play.press("Esc", "Ctrl+Enter")
    message = play.page.locator(".ant-modal-body:visible")
    expect(message).to_contain_text("글자가 빈 영역입니다")
    assert person.selected() == new
    person.keyboard.press("Enter")
    expect(message).to_have_count(0)
    empty = play.page.locator(".saegim-text input")
    expect(empty).to_have_css("border-color", RED)
    empty.click()
    person.type("새 글자")
    play.press("Tab")
    person.submit()
    play.played.add("Ctrl+Enter")
    play.page.wait_for_function("texts => Htx.annotationStore.selected.regions.length === texts + 1", arg=len(TEXTS) + 1)
    with play.page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST"):
        play.press("Ctrl+Space")
    expect(play.page.get_by_text("No More Tasks Left in Queue")).to_be_visible()


def out_of_all(play: Play) -> None:
    """Nothing is selected, and the focus is in no text."""
    if play.person.field.count():
        play.person.leave_the_text()
    play.press("Esc")
    assert play.person.selected() is None


def as_written(option: Tag) -> str:
    """The key of an option as guides write it: ``Ctrl+Alt+1``."""
    return "+".join(part.capitalize() for part in option.get("hotkey").split("+"))
