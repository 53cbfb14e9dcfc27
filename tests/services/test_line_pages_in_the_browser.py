"""A dense page in Chromium, on the real Label Studio: some lines a task, each under its crop, by keys alone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page, expect

from datastore.ledger import projects, readings
from schemas.label_tasks import text_ids
from schemas.labelling import Side
from schemas.reading import Direction, Reading, Writing
from schemas.submission import image_key
from tests.read_images import fill, made_reading
from tests.services.annotators_at_work import Annotator, add_person
from tests.services.conftest import World, accepted, with_shares
from workbench.settings import Settings

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FIELDS = ".saegim-line textarea"
LINES = 20
"""Of the page: two tasks of ten."""
FOCUS = """() => {
    const fields = [...document.querySelectorAll('.saegim-line textarea')];
    const field = document.activeElement;
    return [fields.indexOf(field), field.selectionEnd - field.selectionStart, field.value];
}"""
"""Which line has the focus, how many characters are selected there, and its text."""

STAYS = """() => {
    const before = window.firstField;
    window.firstField = document.querySelector('.saegim-line textarea');
    return before && before === window.firstField;
}"""
"""Whether the field of the first line is the one that was there when this was last asked."""


@pytest.fixture
def dense_page(world: World, tmp_path: Path) -> Reading:
    """A page that a model has read and whose lines wait in Label Studio; the model's reading."""
    with_shares(world, tmp_path, dense=3)
    bench = world.bench
    [image] = fill(bench.ledger, bench.model, 1, regions=LINES)
    reading = made_reading(image, LINES)
    picture = Image.new("RGB", (reading.width, reading.height), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), 28) if FONT.exists() else None
    for region in reading.regions:
        draw.text(region.polygon[0], region.text, "black", font)
    out = io.BytesIO()
    picture.save(out, "JPEG")
    bench.objects.put(bench.settings.bucket_images, image_key(image, "image/jpeg"), out.getvalue())
    world.run("run", "label")
    return reading


def opened(page: Page, place: str) -> None:
    """Until the lines of a task are there and the focus is in the first. Label Studio makes the fields more than once."""
    expect(page.locator(".saegim-top")).to_contain_text(place)
    page.wait_for_function(STAYS, polling=300)
    expect(page.locator(FIELDS).last).to_be_visible()
    expect(page.locator(FIELDS)).to_have_count(LINES // 2)
    expect(page.locator(FIELDS).first).to_be_focused()


def test_a_page_is_read_by_keys_alone(stack: Settings, world: World, dense_page: Reading, page: Page, pictures: Path) -> None:
    assert page.context.browser
    kim = add_person(world, Side.A, "Kim")
    [project] = projects.project_rows(world.bench.ledger, "line_text")
    at_work = Annotator(page.context.browser, stack.label_studio_url, kim)
    screen, keys = at_work.page, at_work.keyboard
    screen.set_viewport_size({"width": 1440, "height": 900})
    address = f"{stack.label_studio_url}/projects/{project.number}/data?labeling=1"
    screen.goto(address)
    opened(screen, "1 / 2")
    shown = [region.text for region in dense_page.regions]
    vertical = next(place for place, region in enumerate(dense_page.regions)
                    if region.attributes.direction is Direction.VERTICAL)
    assert screen.evaluate(FOCUS) == [0, 0, shown[0]]  # nothing is selected: no letter replaces a text
    assert screen.locator(FIELDS).nth(vertical).input_value() == f"⇵{shown[vertical]}"
    lowest = screen.evaluate("() => Math.max(...[...document.querySelectorAll('.saegim-line textarea')].map("
                             "field => field.getBoundingClientRect().bottom))")
    assert 300 < lowest < 900 - 58  # over Label Studio's bar: nobody scrolls

    keys.press("End")
    at_work.type(" 앞 길")
    keys.press("Tab")
    assert screen.evaluate(FOCUS) == [1, 0, shown[1]]
    keys.press("Alt+x")
    assert screen.evaluate(FOCUS) == [1, 0, f"⌧{shown[1]}"]  # the line that has the focus, no other one
    keys.press("Tab")
    keys.press("Control+a")
    keys.press("Delete")
    keys.press("Tab")
    keys.press("Alt+g")
    keys.press("Alt+q")
    keys.press("Backspace")  # a mark goes as a letter does
    keys.press("Tab")
    keys.press("Control+a")
    at_work.type("새 줄")
    keys.press("Control+Enter")  # does nothing in a field
    assert screen.evaluate(FOCUS) == [4, 0, "새 줄"]
    with screen.expect_response(lambda answer: "/drafts" in answer.url and "새 줄" in (answer.request.post_data or "")):
        keys.press("Tab")  # a draft has a line as soon as it is left
    screen.screenshot(path=str(pictures / "lines.png"))

    screen.goto(address)  # called away, and back: the draft is there
    opened(screen, "1 / 2")
    typed = [screen.locator(FIELDS).nth(place).input_value() for place in range(5)]
    assert typed == [f"{shown[0]} 앞 길", f"⌧{shown[1]}", "", f"✎{shown[3]}", "새 줄"]
    for place in range(1, LINES // 2):
        keys.press("Tab")
        assert screen.evaluate(FOCUS)[:2] == [place, 0]
    keys.press("Tab")
    expect(screen.locator(".saegim-end")).to_be_focused()
    keys.type("u v 1 ")  # no letter does anything there
    at_work.submit()

    opened(screen, "2 / 2")
    for _ in range(LINES // 2):
        keys.press("Tab")
    at_work.submit()
    assert "1 accepted" in world.run("run", "collect").stdout
    [found] = accepted(world.bench.ledger, "scene_text").values()
    assert text_ids(found) == text_ids(dense_page)
    assert [region.text for region in found.regions] == [f"{shown[0]} 앞 길", shown[1], "", shown[3], "새 줄", *shown[5:]]
    assert [place for place, region in enumerate(found.regions) if not region.attributes.legible] == [1, 2]
    assert [place for place, region in enumerate(found.regions) if region.attributes.writing is Writing.HANDWRITTEN] == [3]
    assert [region.attributes.direction for region in found.regions] == [
        region.attributes.direction for region in dense_page.regions]
    with world.bench.ledger.read() as connection:
        assert readings.newest_reading(connection, found.image_id, f"person:{kim.email}", "line_text@2") == found
