"""The page of a diff: what strangers wrote stays text, what is out stays unseen, and it is small enough to be published."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pages.diff_page import render
from pages.diff_pictures import MOST_OUTLINES, SIDE, thumbnail
from pages.diff_tables import NOTHING_CHANGED, summary, tables
from pages.diff_texts import marked
from stages.diff import for_programs
from stages.diff.diff import MOST_PICTURES, Diff
from stages.diff.texts import pieces
from stages.diff.totals import RegionCounts
from tests.unit.stages.diff.test_diff import compared, quad, region, row
from workbench.diff import PICTURE_BYTES

pytestmark = pytest.mark.slow

HOSTILE = "</text></svg><script>alert(1)</script>\"'&<b>"


def picture(width: int, height: int, seed: int = 0, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """Noise: the worst that a JPEG can be asked for."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(out, kind)
    return out.getvalue()


def changed(image: str = "i", text: str = "강남역 3번 출구", after: str = "강남억 3번 출구") -> Diff:
    return compared("scene-text@6", "scene-text@7", [
        (row(image, [region("r", 0, text)]), row(image, [region("r", 0, after)], revision=2))])


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action") or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@given(st.one_of(st.text(max_size=30), st.just(HOSTILE)), st.one_of(st.text(max_size=30), st.just(HOSTILE)))
@settings(max_examples=25, deadline=None)
def test_texts_stay_texts(text: str, other: str) -> None:
    regions = [region("r", 0, text), region("s", 1, other)]
    found = compared("a@1", "a@2", [(row("i", regions), row("i", [region("r", 0, other), region("t", 9, text)], revision=2)),
                                (None, row("j", regions))])
    page = render(found, {"i": picture(30, 20)})
    read = Tags(page)
    assert "script" not in read.tags
    assert all(link.startswith(("#p", "data:image/jpeg;base64,")) for link in read.links)
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(drawing)


def test_a_reader_without_the_workbench_finds_names_totals_slices_people_pictures_in_this_order() -> None:
    page = render(changed(), {"i": picture(300, 200)})
    places = [page.index(words) for words in ("<h1>scene-text@6 → scene-text@7</h1>", "texts edited", "By slice", "By whom",
                                              "Before and after", "data:image/jpeg;base64,", "How it is compared")]
    assert places == sorted(places)
    assert "강남<del>역</del><ins>억</ins> 3번 출구" in page
    # Before and after are two drawings over one picture.
    assert (page.count("data:image/jpeg"), page.count('<use href="#p1"/>'), page.count("<svg")) == (1, 1, 2)


def test_a_picture_that_is_gone_is_drawn_on_grey() -> None:
    page = render(changed(), {})
    assert page.count('<rect class="gone" width="900" height="700"/>') == 2
    assert "<image" not in page
    assert "the picture is not there any more" in page


def test_nothing_changed_is_said() -> None:
    page = render(compared("a@1", "a@2", [(row("i", []), row("i", []))]), {})
    assert NOTHING_CHANGED in page
    assert "<table" not in page


def test_what_is_out_is_neither_shown_nor_quoted() -> None:
    found = compared("a@1", "a@2", [(row("gone", [region("r", 0, "비밀번호")]), None)], {"gone": "withdrawn"})
    assert not found.pictured()
    page = render(found, {"gone": picture(30, 20)})
    assert "비밀번호" not in page
    assert "data:image" not in page
    assert "withdrawn" in page


def test_a_moved_region_leaves_its_shadow_and_unchanged_ones_are_bounded() -> None:
    many = [region(f"r{number}", number % 80) for number in range(MOST_OUTLINES + 50)]
    moved = [{**many[0], "polygon": quad(0, shift=200)}, *many[1:]]
    page = render(compared("a@1", "a@2", [(row("i", many), row("i", moved, revision=2))]), {})
    before, after = (drawing.count("<polygon") for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert (before, after) == (MOST_OUTLINES + 1, MOST_OUTLINES + 2)
    assert page.count('<polygon class="shadow"') == 1
    assert "IoU 0.00" in page


def test_an_edit_that_nobody_sees_is_shown() -> None:
    assert marked(pieces("가나", "가\u200b나")) == "가<ins>⟨U+200B⟩</ins>나"
    assert marked(pieces("a b", "ab")) == "a<del>␣</del>b"
    assert marked(pieces("<i>", "<b>")) == "&lt;<del>i</del><ins>b</ins>&gt;"


def test_a_page_full_of_the_worst_pictures_can_be_published() -> None:
    regions = [region(f"r{number}", number, "아주 긴 글줄입니다 " * 9) for number in range(60)]
    edited = [{**each, "text": f"{each['text']} 끝", "polygon": quad(number, shift=9)} for number, each in enumerate(regions)]
    names = [f"{number:064}" for number in range(30)]
    found = compared("a@1", "a@2", [(row(name, regions), row(name, edited, revision=2)) for name in names])
    noise = thumbnail(picture(1200, 900), PICTURE_BYTES // MOST_PICTURES)
    page = render(found, dict.fromkeys(found.pictured(), noise))
    assert len(found.pictured()) == MOST_PICTURES
    assert len(noise) > PICTURE_BYTES / MOST_PICTURES / 2
    assert len(page.encode()) < 700_000


@pytest.mark.parametrize(("kind", "mode"), [
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "L"), ("PNG", "1")])
def test_thumbnails_are_small_whatever_they_are_of(kind: str, mode: str) -> None:
    made = thumbnail(picture(1500, 400, kind=kind, mode=mode), 20_000)
    assert len(made) <= 20_000
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert max(image.size) <= SIDE
        assert image.width / image.height == pytest.approx(1500 / 400, rel=0.05)
    assert made == thumbnail(picture(1500, 400, kind=kind, mode=mode), 20_000)


def test_a_small_picture_stays_as_large_as_it_is() -> None:
    with Image.open(io.BytesIO(thumbnail(picture(120, 60), 100_000))) as image:
        assert image.size == (120, 60)


def test_json_is_what_its_description_says() -> None:
    old = row("i", [region("r", 0, "하나"), region("s", 1)])
    new = row("i", [region("r", 0, "둘", direction="vertical")], run="scene_text@2", conditions=["blurred"], split="test")
    found = compared("a@1", "a@2", [(old, new), (None, row("j", [])), (row("k", []), None)])
    told = json.loads(for_programs.to_json(found))

    def keys(values: Any) -> set[str]:
        if isinstance(values, list):
            return {key for value in values for key in keys(value)}
        return set(values) | keys(list(values.values())) if isinstance(values, dict) else set()

    described = set(re.findall(r"\w+", for_programs.__doc__ or ""))
    unnamed = {"train", "test", "horizontal", "vertical", "ko", "printed", "text", "", *RegionCounts.__slots__,
               *(f"regions_{name}" for name in RegionCounts.__slots__)}
    assert keys(told) - unnamed <= described
    assert told["totals"]["images_in"] == told["totals"]["images_out"] == told["totals"]["images_in_another_split"] == 1
    assert told["images"][0]["changes"][1]["after"] is None
    assert told["attributes"] == [
        {"attribute": "direction", "before": "horizontal", "after": "vertical", "regions": 1},
        {"attribute": "condition", "before": "none", "after": "blurred", "images": 1}]


def test_the_summary_and_the_first_table_say_the_same() -> None:
    found = changed()
    assert summary(found) == {"images relabelled": 1, "texts edited": 1, "characters edited": 1}
    assert tables(found)[0].rows == (("images relabelled", "1"), ("texts edited", "1"), ("characters edited", "1"))
