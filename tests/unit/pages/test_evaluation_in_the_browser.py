"""The report of an evaluation in Chromium, from disk and with scripts switched off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from pages.evaluation_facts import EvaluationPage
from pages.evaluation_report import render
from tests.made_evaluation import empty_page, hostile_page, made_page

CHROMIUM = Path("/usr/bin/chromium")
STROKE = 2.0
"""Pixels that an outline is drawn beside its points, at most."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shown() -> EvaluationPage:
    return made_page(images=4)


@pytest.fixture(scope="module")
def files(shown: EvaluationPage, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of the pages by what they hold."""
    folder = tmp_path_factory.mktemp("reports")
    for name, page in (("made", shown), ("hostile", hostile_page()), ("empty", empty_page())):
        (folder / f"{name}.html").write_text(render(page), encoding="utf-8")
    return {path.stem: path.as_uri() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def opened(browser: Browser, address: str, width: int) -> Page:
    page = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800}).new_page()
    page.goto(address)
    return page


def box(locator: Locator) -> tuple[float, float, float, float]:
    """Left, top, width and height on the screen."""
    found: list[float] = locator.evaluate("it => { const b = it.getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; }")
    left, top, width, height = found
    return left, top, width, height


@pytest.mark.parametrize("name", ["made", "hostile", "empty"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_scrolls_sideways_on_a_telephone(browser: Browser, files: dict[str, str], name: str, language: str) -> None:
    page = opened(browser, files[name], 380)
    page.click(f"label[for={language}]")
    for folded in (True, False):
        if not folded:
            page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_the_language_is_switched_without_a_script(browser: Browser, files: dict[str, str]) -> None:
    page = opened(browser, files["made"], 1240)
    english = page.locator("h2#slices span[lang=en]")
    korean = page.locator("h2#slices span[lang=ko]")
    expect(english).to_be_visible()
    expect(korean).to_be_hidden()
    page.click("label[for=ko]")
    expect(english).to_be_hidden()
    expect(korean).to_be_visible()
    page.locator("#ko").press("ArrowLeft")
    expect(english).to_be_visible()
    assert page.locator("main span[lang=ko]:visible").count() == 0


def test_regions_are_drawn_where_they_are_on_the_picture(browser: Browser, files: dict[str, str], shown: EvaluationPage) -> None:
    page = opened(browser, files["made"], 1240)
    cards = page.locator("article.image")
    assert cards.count() == len(shown.pages)
    for number, image in enumerate(shown.pages):
        card = cards.nth(number)
        for unfolded in (False, True):
            if unfolded:
                card.locator("summary", has_text="texts").first.click()
            left, top, width, height = box(card.locator("image"))
            assert width / height == pytest.approx(image.width / image.height, rel=0.01)
            polygons = card.locator("polygon")
            assert polygons.count() == len(image.regions)
            drawn = sorted(box(polygons.nth(place)) for place in range(polygons.count()))
            scale = width / image.width
            wanted = sorted((left + scale * min(x for x, _ in region.polygon), top + scale * min(y for _, y in region.polygon))
                            for region in image.regions)
            for (x, y), (at_x, at_y, _, _) in zip(sorted(wanted), drawn, strict=True):
                assert abs(x - at_x) <= STROKE and abs(y - at_y) <= STROKE
            assert box(card.locator("svg.over"))[2] <= box(card)[2]


def test_a_figure_leads_to_what_it_means_though_that_is_folded(browser: Browser, files: dict[str, str]) -> None:
    page = opened(browser, files["made"], 1240)
    expect(page.locator("#f-cer")).to_be_hidden()
    page.click(".card a[href='#f-cer']")
    expect(page.locator("#f-cer")).to_be_visible()


def test_on_paper_it_is_light_and_unfolded(browser: Browser, files: dict[str, str]) -> None:
    page = opened(browser, files["made"], 1240)
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("nav")).to_be_hidden()
    expect(page.locator("#f-cer")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_by_night_it_is_dark(browser: Browser, files: dict[str, str]) -> None:
    page = opened(browser, files["made"], 1240)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 29)"
