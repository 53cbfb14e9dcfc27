"""Every page stands on the one base: head, palette and letters are written once."""

from __future__ import annotations

import re

from pages.html import template
from tests.places import ROOT

TEMPLATES = sorted((ROOT / "pages" / "templates").glob("*.jinja"))


def test_no_page_has_a_head_of_its_own() -> None:
    assert [path.name for path in TEMPLATES if "<!doctype" in path.read_text(encoding="utf-8")] == ["base.html.jinja"]


def test_all_colours_of_a_page_are_the_palette_s() -> None:
    base = template("base").render()
    palette = set(re.findall(r"(--\w+):", base))
    for path in TEMPLATES:
        assert set(re.findall(r"var\((--\w+)\)", path.read_text(encoding="utf-8"))) <= palette, path.name
