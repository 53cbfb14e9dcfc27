"""A day of three annotators in Chromium, on the real Label Studio: two read one photograph differently, a third decides."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from apps.demo.sending import SAMPLES
from datastore.ledger.outbox import confirmed
from datastore.ledger.tables import agreements
from schemas.labelling import AgreementKind, Side
from schemas.reading import Direction, Reading, Region
from tests.services.annotators_at_work import Account, Annotator, add_person, project_of
from tests.services.conftest import World, accepted, readings_by, with_shares
from workbench.settings import Settings

PHOTO = "김하늘/메이크업존 간판.jpg"
SIGN, ZONE, FITTING, MAKEUP = (573, 589), (572, 624), (250, 626), (250, 310)
"""Places in its lines 포토존, PHOTO ZONE, DRESS FITTING ROOM and MAKEUP ZONE, which every model of ours finds, in pixels."""
FIRST, SECOND, DECIDED = "포토존 왼쪽", "포토존 오른쪽", "포토존 앞"
"""What each of the three reads there; no model does."""


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
    first.press(zone, "Alt+s", "vertical")
    first.select(fitting)
    first.leave_the_text()
    first.keyboard.press("Alt+x")
    assert first.labels()[fitting] == "illegible"
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
    third.page.mouse.move(700, 940)  # off the tab, whose hint lies over the reason
    expect(third.page.get_by_text("Annotation ID")).to_have_count(0)
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
        fitting: ("", replace(before[fitting].attributes, legible=False)),
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
