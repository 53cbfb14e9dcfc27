"""The page of duplicates, as a manager sees it in a browser: every kind of pair, what differs, and what to say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page
from sqlalchemy import select

from apps.demo.contact_sheet import hangul_font
from datastore.ledger.tables import submissions
from tests.services.conftest import World
from tests.services.test_ingest import document, encoded, jpeg, put


def with_another_amount(seed: int) -> Image.Image:
    picture = document(seed)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 320, 600, 352), fill="white")
    draw.text((40, 320), "합계 가나다 1,230", fill="black", font=hangul_font(26))
    return picture


@pytest.fixture
def sheet(world: World, tmp_path: Path, page: Page) -> Page:
    for seed in (1, 2, 3, 4):
        put(world, f"demo/kim/영수증 {seed}.jpg", jpeg(document(seed)))
    put(world, "demo/kim/5.png", encoded(document(5), "PNG"))
    world.flow("ingest")
    put(world, "demo/lee/other amount <b>.jpg", jpeg(with_another_amount(1)))
    put(world, "demo/lee/작게.jpg", jpeg(document(2).resize((310, 450)), 60))
    put(world, "demo/lee/same bytes.jpg", jpeg(document(3)))
    put(world, "demo/kim/same pixels.bmp", encoded(document(5), "BMP"))
    world.flow("ingest")
    world.run("ingest", "merge", "demo/kim/영수증 4.jpg", "demo/kim/영수증 2.jpg", "--yes")
    path = tmp_path / "중복 #1?.html"
    said = world.run("ingest", "duplicates", "--out", str(path)).stdout
    assert "5 pairs (1 wait for you), 1 clusters" in " ".join(said.split())
    page.goto(path.as_uri())
    return page


def test_every_kind_of_pair_is_shown_with_its_pictures_and_commands(
        sheet: Page, world: World, pictures: Path) -> None:
    messages: list[str] = []
    sheet.on("console", lambda message: messages.append(message.text))
    sheet.reload()
    sheet.evaluate("() => document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    sheet.wait_for_function("() => [...document.querySelectorAll('img')].every(it => it.complete && it.naturalWidth > 20)")
    assert not messages
    kinds = {kind: sheet.locator(f"article.{kind}").count() for kind in ("held", "by_hand", "edited", "exact", "cluster")}
    assert kinds == {"held": 1, "by_hand": 1, "edited": 1, "exact": 2, "cluster": 1}
    held = sheet.locator("article.held")
    assert "other amount <b>.jpg" in held.inner_text()
    assert "a line may differ" in held.inner_text()
    assert held.locator("figure .mark").count() >= 2  # on both pictures
    assert held.locator(".cuts figure").count() >= 1
    assert sheet.locator("article.edited .mark").count() == 0
    held.get_by_text("Figures").click()
    assert "A duplicate has 0.9 or more" in held.inner_text()
    held.get_by_text("Lay one over the other").click()
    top = held.locator(".stack .top")
    assert top.evaluate("image => getComputedStyle(image).opacity") == "0"
    held.get_by_text("difference (black").click()
    assert top.evaluate("image => getComputedStyle(image).mixBlendMode") == "difference"
    sheet.screenshot(path=str(pictures / "duplicates.png"), full_page=True)
    picture = held.locator("a.frame img").first
    assert picture.evaluate("image => image.naturalHeight") == document(1).height  # nothing is shrunk below 1,600 pixels


def test_the_commands_of_the_page_do_what_they_say(sheet: Page, world: World) -> None:
    def outcome(key: str) -> str:
        with world.bench.ledger.read() as connection:
            return str(connection.scalar(select(submissions.c.outcome).where(submissions.c.key == key)))

    def said(kind: str, beginning: str) -> list[str]:
        lines = sheet.locator(f"article.{kind} code").all_inner_texts()
        return [*next(line for line in lines if line.startswith(f"saegim {beginning}")).split()[1:], "--yes"]

    world.run(*said("held", "ingest merge"))
    world.run(*said("edited", "ingest split"))
    world.run(*said("by_hand", "ingest undo"))
    world.flow("ingest")
    assert outcome("demo/lee/other amount <b>.jpg") == "duplicate"
    assert outcome("demo/lee/작게.jpg") == "accepted"
    assert "4 pairs (0 wait for you), 0 clusters" in world.run("ingest", "duplicates").stdout
