"""Every page stands on the one base: head, palette and letters are written once."""

from __future__ import annotations

import re

from pages.evaluation import ComparedImage, render
from pages.html import template
from schemas.reading import Attributes, Reading, Region, Unit
from stages.compare import compare
from stages.evaluate.metrics import figures_by_slice
from tests.places import ROOT

TEMPLATES = sorted((ROOT / "pages" / "templates").glob("*.jinja"))
SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 30.0), (10.0, 30.0))


def read(text: str, region_id: str = "r") -> Reading:
    return Reading("0" * 64, "person:a", "scene_text@1", 1, Unit.LINE, 100, 80, (Region(region_id, SQUARE, text, Attributes()),))


def test_no_page_has_a_head_of_its_own() -> None:
    assert [path.name for path in TEMPLATES if "<!doctype" in path.read_text(encoding="utf-8")] == ["base.html.jinja"]


def test_all_colours_of_a_page_are_the_palette_s() -> None:
    base = template("base").render()
    palette = set(re.findall(r"(--\w+):", base))
    for path in TEMPLATES:
        assert set(re.findall(r"var\((--\w+)\)", path.read_text(encoding="utf-8"))) <= palette, path.name


def test_the_page_of_an_evaluation_escapes_what_strangers_wrote() -> None:
    comparison = compare(read("<b>국수</b>"), read("<i>국시"))
    image = ComparedImage("0" * 64, 100, 80, b"jpeg", comparison)
    page = render("a@1", "m@1", figures_by_slice([comparison]), [image], 1, "<notice>")
    assert "<b>국수" not in page and "<i>국시" not in page and "<notice>" not in page
    assert "&lt;b&gt;" in page
    assert page.startswith("<!doctype html>\n<html lang=\"en\">")
    assert page.endswith("</html>")
