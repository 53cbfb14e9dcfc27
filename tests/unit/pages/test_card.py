"""The card: what it counts is there, strangers' texts stay texts, the strip shows each slice, same inputs same bytes."""

from __future__ import annotations

import io
import itertools
import random
import re
import unicodedata
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest
from huggingface_hub import DatasetCard
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image

from pages.card import DIFF, card
from pages.card_facts import CardFacts
from pages.card_front_matter import LICENCES, licence
from pages.card_plots import AGREEMENT, REGIONS, SLICES, plots
from pages.card_strip import STRIP, Drawable, ToDraw, sheet, strip
from schemas.reading import (
    ALL_SLICES,
    Attributes,
    Condition,
    Direction,
    Effect,
    ImageKind,
    Kind,
    Language,
    Reading,
    Region,
    Unit,
    Writing,
)
from schemas.recipes.dataset import Dataset
from schemas.shown_text import in_markdown
from stages.export.bridges import Bridge
from stages.export.counts import Counts, Facet, binned, quantile
from stages.export.leaks import LeakPair, LeakReport

pytestmark = pytest.mark.slow

LEAK = LeakPair("a" * 64, "b" * 64, "train", "test", "duplicate", {})
SPLITS = ("train", "val", "test")
ATTRIBUTES = st.builds(
    Attributes, st.sampled_from(Direction), st.sampled_from(Writing), st.lists(st.sampled_from(Effect), unique=True).map(tuple),
    st.sampled_from(Language), st.booleans(), st.sampled_from(Kind))
SAMPLES = st.lists(st.tuples(
    st.sampled_from(SPLITS), st.sampled_from(["demo", "봄 거리", ""]),
    st.lists(st.tuples(ATTRIBUTES, st.text("가나 ab1", max_size=5)), max_size=4), st.sampled_from(ImageKind),
    st.lists(st.sampled_from(Condition), unique=True).map(tuple), st.none() | st.integers(0, 1000)), max_size=12)


def square(x: float = 10, y: float = 10, side: float = 30) -> tuple[tuple[float, float], ...]:
    return (x, y), (x + side, y), (x + side, y + side), (x, y + side)


def reading(*regions: tuple[Attributes, str], kind: ImageKind = ImageKind.SCENE, conditions: tuple[Condition, ...] = (),
            name: str = "0" * 64) -> Reading:
    found = tuple(Region(f"r{number}", square(10 + 50 * number), text, attributes)
                  for number, (attributes, text) in enumerate(regions))
    return Reading(name, "person:a", "scene_text@2", 1, Unit.LINE, 400, 200, found, kind, conditions)


def recipe(**values: object) -> Dataset:
    return Dataset.model_validate({
        "name": "scene-text", "description": "Signs.", "licence": "CC-BY-4.0", "consent": "They agreed.", "unit": "line",
        "readings": {"annotation_configs": ["scene_text"]}, "splits": {"train": 0.8, "val": 0.1, "test": 0.1},
        "salt": "pepper", "frozen": ["test"], **values})


def counted(samples: list[tuple[Any, ...]]) -> Counts:
    counts = Counts()
    for split, campaign, regions, kind, conditions, agreement in samples:
        counts.add(split, campaign, reading(*regions, kind=kind, conditions=conditions),
                   None if agreement is None else agreement / 1000)
    return counts


def facts(counts: Counts, **values: object) -> CardFacts:
    given = {"name": "scene-text@7", "parent": "scene-text@6", "recipe": recipe(), "code_version": "saegim 0.1.0",
             "counts": counts, "left_out": {}, "leaks": LeakReport(41, (), 0.985, 200), "changes": {"texts edited": 31},
             "files": {"images": [300_000_000], "labels": [3_600_000]}, "frozen": ["test"]}
    return CardFacts(**{**given, **values})  # type: ignore[arg-type]


def some(splits: tuple[str, ...] = SPLITS, times: int = 25) -> Counts:
    counts = Counts()
    for split in splits:
        for _ in range(times):
            counts.add(split, "demo", reading((Attributes(language=Language.KO), "서울 역")), None)
    return counts


def rendered(markdown: str) -> ElementTree.Element:
    html = MarkdownIt("commonmark", {"html": True, "xhtmlOut": True}).enable("table").render(markdown)
    return ElementTree.fromstring(f"<page>{html}</page>")


def rows(text: str, heading: str) -> list[list[str]]:
    """Cells of the first table below a heading."""
    lines = text.partition(f"\n{heading}\n")[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    table = itertools.takewhile(lambda line: line.startswith("|"), lines[start:])
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table if "---" not in line]


@given(SAMPLES)
def test_counts_are_those_of_counting_one_by_one(samples):
    counts = counted(samples)
    for split in SPLITS:
        of_split = [item for item in samples if item[0] == split]
        regions = [pair for item in of_split for pair in item[2]]
        legible = ["".join(text.split()) for attributes, text in regions if attributes.legible]
        assert counts.images(split) == len(of_split)
        assert counts.tally(Facet.ALL, "", split).characters == sum(map(len, legible))
        assert counts.alphabet(split) == set("".join(legible))
        for name in ALL_SLICES:
            assert counts.regions(split, name) == sum(name in attributes.slices() for attributes, _ in regions)
            assert counts.tally(Facet.SLICE, name, split).images == sum(
                any(name in attributes.slices() for attributes, _ in item[2]) for item in of_split)
        for campaign in ("demo", "봄 거리", ""):
            assert counts.tally(Facet.CAMPAIGN, campaign, split).images == sum(item[1] == campaign for item in of_split)
        for condition in Condition:
            assert counts.tally(Facet.CONDITION, condition, split).images == sum(condition in item[4] for item in of_split)
    assert counts.agreements() == Counter(item[5] for item in samples if item[5] is not None)
    assert sum(counts.regions_an_image.values()) == len(samples)


@given(SAMPLES, st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_samples_does_not_matter(samples, chance):
    shuffled = list(samples)
    chance.shuffle(shuffled)
    one, other = counted(samples), counted(shuffled)
    assert card(facts(one), {}) == card(facts(other), {})
    assert plots(one, SPLITS) == plots(other, SPLITS)


@given(st.lists(st.integers(0, 1000), min_size=1), st.integers(1, 100))
@example(list(range(100)), 7)
def test_a_quantile_leaves_its_share_below(values, percent):
    found = quantile(Counter(values), percent / 100)
    assert found == sorted(values)[-(-percent * len(values) // 100) - 1]
    assert quantile({}, 0.5) is None


def test_bins_begin_at_their_bounds():
    assert binned({0: 1, 1: 2, 4: 4, 5: 8, 900: 16}, (0, 1, 5)) == [1, 6, 24]


@example("- a")
@example("1. a")
@example("<script a")
@given(st.text(st.characters() | st.sampled_from("#-+=*_`~|<>&[]()!:.1\\$\u202e\u200b\n ")))
@settings(max_examples=300)
def test_a_text_is_shown_letter_by_letter_and_is_no_markup(text):
    table = "| a | b |\n| --- | --- |\n| "
    for before, after, path in (("", "", "p"), (table, " | end |", "table/tbody/tr/td"), ("- x: ", "", "ul/li")):
        element = rendered(f"{before}{in_markdown(text)}{after}").find(path)
        shown = "".join(element.itertext()).removeprefix("x:").strip() if element is not None else ""
        wanted = " ".join("".join(char for char in text if char.isspace() or not _unseen(char)).split())
        assert shown == wanted
        assert element is None or not list(element)


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs")


@pytest.mark.parametrize(("text", "expected"), [
    ("Apache-2.0", {"license": "apache-2.0"}),
    (" cc-by-4.0 ", {"license": "cc-by-4.0"}),
    ("ODbL-1.0", {"license": "odbl"}),
    ("see the campaigns' terms", {"license": "other", "license_name": "see-the-campaigns-terms"}),
    ("공공누리 제1유형", {"license": "other", "license_name": "1"}),
    ("캠페인 약관", {"license": "other", "license_name": "scene-text-licence"}),
    ("x" * 200, {"license": "other", "license_name": "x" * 60}),
])
def test_a_licence_is_one_that_hugging_face_knows_or_has_a_name(text, expected):
    assert licence(text, "scene-text") == expected
    assert expected["license"] in (*LICENCES.split(), "other")


@pytest.mark.parametrize(("images", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10_000, "10K<n<100K")])
def test_hugging_face_reads_the_front_matter(images, size):
    counts, empty = Counts(), reading((Attributes(language=Language.MIXED), "역 A"))
    for _ in range(images):
        counts.add("train", "demo", empty, None)
    data = DatasetCard(card(facts(counts), {})).data.to_dict()
    assert data["license"] == "cc-by-4.0"
    assert data["size_categories"] == [size]
    assert data["task_categories"] == ["image-to-text"]
    assert data["pretty_name"] == "Scene text"
    assert data.get("language") == (["ko", "en"] if images else None)


def test_it_says_how_much_there_is_of_what_and_where():
    counts = some()
    vertical = Attributes(direction=Direction.VERTICAL, language=Language.EN)
    counts.add("train", "봄 거리 | 2026", reading((vertical, "AB"), (vertical, "C"), kind=ImageKind.DOCUMENT,
                                              conditions=(Condition.BLURRED,)), None)
    text = card(facts(counts), {})
    assert "76 images, 77 regions, 228 characters" in text
    assert rows(text, "## What it holds")[1:] == [
        ["`train`", "26", "27", "78", "6"], ["`val`", "25", "25", "75", "3"], ["`test`", "25", "25", "75", "3"]]
    assert ["direction", "`vertical`", "1 · 2", "0 · 0", "0 · 0", "1 · 2"] in rows(text, "### By slice")
    assert rows(text, "### By campaign")[1:] == [
        ["demo", "25 · 25", "25 · 25", "25 · 25", "75 · 75"], [r"봄 거리 \| 2026", "1 · 2", "0 · 0", "0 · 0", "1 · 2"]]
    assert ["condition", "`blurred`", "1 · 2", "0 · 0", "0 · 0", "1 · 2"] in rows(text, "### By kind of picture and condition")


def test_a_split_that_the_recipe_names_no_more_is_still_counted():
    text = card(facts(some((*SPLITS, "old"))), {})
    assert [row[0] for row in rows(text, "## What it holds")[1:]] == ["`train`", "`val`", "`test`", "`old`"]


def test_it_says_what_the_data_cannot_tell():
    counts = some(("train", "test"))
    counts.add("train", "demo", reading((Attributes(direction=Direction.VERTICAL, language=Language.KO), "역")), None)
    counts.add("test", "demo", reading((Attributes(language=Language.KO, effects=(Effect.EMBOSSED,)), "뷁|")), None)
    limits = card(facts(counts, leaks=LeakReport(3, (LEAK, LEAK), None, 0)), {}).partition("## Known limits")[2]
    assert "- `val` has no image." in limits
    assert "`test` has no region of `vertical`" in limits
    assert "`train` has no region of `embossed`" in limits
    assert "`train` has fewer than 20 regions of `vertical` (1)" in limits
    assert r"2 of the 5 different characters of `test` do not occur in `train`: \| 뷁" in limits
    assert "52 of 52 images were read by one person only." in limits
    assert "2 pairs of near duplicates stand in two splits." in limits
    assert "What the search for leaks misses was not measured." in limits


def test_nothing_to_warn_of_where_counting_finds_nothing():
    counts, everything = Counts(), [Attributes(direction, writing, tuple(Effect), language, legible, kind)
                                    for direction, writing, language, legible, kind in zip(
                                        [*Direction, Direction.CURVED, Direction.CURVED], [*Writing, *Writing, Writing.PRINTED],
                                        Language, [True, False, True, True, True], [*Kind, Kind.TEXT], strict=True)]
    for split in SPLITS:
        for _ in range(20):
            counts.add(split, "demo", reading(*((attributes, "가") for attributes in everything)), 1.0)
    assert card(facts(counts), {}).partition("## Known limits\n\n")[2].startswith("None that counting shows")


def test_agreement_is_that_of_images_that_two_people_read():
    counts = some()
    for thousandths in (1000, 980, 960, 940, 400):
        counts.add("train", "demo", reading(), thousandths / 1000)
    text = card(facts(counts), {})
    assert "Two people read 5 of 80 images (6.2 %)" in text
    assert ["`train`", "30", "5", "median 96.0 %, lowest tenth up to 40.0 %"] in rows(text, "## How far two people agree")
    assert ["`test`", "25", "0", ""] in rows(text, "## How far two people agree")
    assert AGREEMENT in plots(counts, SPLITS)
    assert AGREEMENT not in plots(some(), SPLITS)


def test_what_was_left_out_stands_with_its_reason():
    text = card(facts(some(), left_out={"bridges_splits": 2, "low_agreement": 1200, "of_tomorrow": 1}), {})
    assert rows(text, "## What was left out")[1:] == [
        ["`low_agreement`", "its two readers agreed less than the recipe asks", "1,200"],
        ["`bridges_splits`", "new, and it would join groups that stand in two splits", "2"], ["`of_tomorrow`", "", "1"]]
    assert "every accepted reading is in it" in card(facts(some()), {})


def test_splits_and_leaks_are_explained_without_the_salt():
    text = card(facts(some()), {})
    assert "at most 10 minutes" in text
    assert "`train` 80 %, `val` 10 %, `test` 10 %" in text
    assert "Frozen: `test`" in text
    assert "41 candidate pairs" in text
    assert "of 200 known near duplicates the gate named 98.5 %" in text
    assert "pepper" not in text
    by_submitter = card(facts(some(), recipe=recipe(groups={"by_submitter": True}), frozen=[],
                              leaks=LeakReport(9, (LEAK,), None, 0, 3, 12, (Bridge("g", "a", "b", "train", "val", (), {}),))), {})
    assert "all photographs of one submitter" in by_submitter
    assert "Frozen" not in by_submitter
    assert "never" not in by_submitter and "12 groups of more than one photograph, of which 1 stand in two splits" in by_submitter
    assert "1 were verified as near duplicates in two splits and 3 more were told apart by a person" in by_submitter
    assert "1 groups of images that belong together stand in two splits." in by_submitter.partition("## Known limits")[2]


def test_changes_are_those_since_the_parent():
    text = card(facts(some()), {DIFF: "diff.html"})
    assert rows(text, "## Changes since scene-text@6")[1:] == [["texts edited", "31"]]
    assert "](diff.html)" in text
    assert "This is the first release." in card(facts(some(), parent=None, changes=None), {})


def test_strangers_markup_stays_text():
    evil = '<script>alert(1)</script> | ![x](http://x) **b**'
    counts = some()
    counts.add("train", evil, reading((Attributes(), "<b>|")), None)
    text = card(facts(counts, recipe=recipe(description=evil, licence=evil, consent=f"# {evil}")), {})
    page = rendered(DatasetCard(text).text)
    assert not page.findall(".//script")
    assert not page.findall(".//img")
    assert [cell.text for cell in page.findall(".//td") if "alert" in (cell.text or "")] == [evil]
    assert len([item for item in page.itertext() if evil in item]) == 4


def test_pictures_are_linked_where_they_are():
    names = {STRIP: "strip-1.jpg", SLICES: "a.svg", REGIONS: "b.svg", AGREEMENT: "c.svg"}
    counts = some()
    counts.add("train", "demo", reading(), 0.9)
    page = rendered(DatasetCard(card(facts(counts), names)).text)
    assert {image.attrib["src"] for image in page.findall(".//img")} == set(names.values())
    assert all(image.attrib["alt"] for image in page.findall(".//img"))
    assert "![" not in card(facts(counts), {})


def test_plots_are_drawings_with_the_figures_in_them():
    counts = some(("train", "시험"))
    found = plots(counts, ["train", "시험"])
    assert set(found) == {SLICES, REGIONS}
    for data in found.values():
        root = ElementTree.fromstring(data)
        assert {element.tag.rpartition("}")[2] for element in root.iter()} == {"svg", "title", "rect", "text"}
        assert root[1].attrib["fill"] == "#ffffff", "it stands on a ground of its own"
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for element in root.iter():
            assert 0 <= float(element.get("x", 0)) <= width
            assert 0 <= float(element.get("y", 0)) + float(element.get("height", 0)) <= height
    texts = [element.text for element in ElementTree.fromstring(found[SLICES]).iter() if element.text]
    assert "시험" in texts
    assert texts.count("100.0 % · 25") == 8, "horizontal, printed, ko and text in two splits"
    assert plots(Counts(), SPLITS) == {}


def picture(width: int = 400, height: int = 200, seed: int | None = None) -> bytes:
    image = Image.new("RGB", (width, height), "white")
    if seed is not None:
        image.frombytes(random.Random(seed).randbytes(3 * width * height))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def pink(data: bytes) -> int:
    red, green, _ = opened(data).convert("RGB").split()
    return sum(r > 180 and g < 130 for r, g in zip(red.tobytes(), green.tobytes(), strict=True))


def test_polygons_and_texts_are_drawn_and_illegible_ones_are_grey():
    def drawn(*regions: tuple[Attributes, str]) -> bytes:
        return strip([ToDraw(picture(), reading(*regions), "train")])

    bare, outlined, written = drawn(), drawn((Attributes(), "")), drawn((Attributes(), "서울역"))
    assert opened(bare).format == "JPEG"
    assert pink(bare) == 0 < pink(outlined) < pink(written)
    assert pink(drawn((Attributes(legible=False), "서울역"))) == 0
    assert drawn((Attributes(legible=False), "")) != bare
    assert written == drawn((Attributes(), "서울역"))


def test_a_strip_is_small_whatever_its_pictures_are():
    noise = [ToDraw(picture(seed=seed), reading(name=str(seed) * 64), "train") for seed in range(8)]
    data = strip(noise, 30_000)
    assert len(data) <= 30_000
    assert opened(data).width > 100


def test_of_a_page_with_small_lines_a_part_is_shown():
    regions = tuple(Region(f"r{number}", ((100, 40.0 * number), (900, 40.0 * number), (900, 40 * number + 20.0),
                                          (100, 40 * number + 20.0)), "글자") for number in range(100))
    page = Reading("0" * 64, "person:a", "scene_text@2", 1, Unit.LINE, 3000, 4000, regions)
    few = Reading("0" * 64, "person:a", "scene_text@2", 1, Unit.LINE, 3000, 4000, (regions[50],))
    white = picture(3000, 4000)
    assert pink(strip([ToDraw(white, few, "train")])) > 400, "its outline is drawn as long as it is read"
    assert pink(strip([ToDraw(white, page, "train")])) > 3000


@given(st.lists(st.tuples(st.integers(1, 2000), st.integers(1, 2000), st.floats(0, 0.9), st.floats(0.01, 0.1)), max_size=5),
       st.integers(200, 1000))
@settings(max_examples=25, deadline=None)
def test_a_sheet_is_as_wide_as_it_was_asked_for_whatever_shape_its_images_have(shapes, width):
    samples = []
    for across, down, at, share in shapes:
        corners = ((at * across, at * down), ((at + share) * across, at * down), ((at + share) * across, (at + share) * down))
        samples.append(Drawable(Image.new("RGB", (across, down)), Reading(
            "0" * 64, "person:a", "scene_text@2", 1, Unit.LINE, across, down, (Region("r", corners, "서울"),)), "train"))
    drawn = sheet(samples, width, 100)
    assert drawn.width == width
    assert drawn.height <= max(1, len(samples) * 150)


@pytest.mark.parametrize("text", ["", "가" * 500, "a\u202eb\n<b>", "\U0001f600"])
def test_any_text_is_drawn(text):
    wide = Reading("0" * 64, "person:a", "scene_text@2", 1, Unit.LINE, 4000, 40,
                   (Region("r", ((0, 0), (4000, 0), (4000, 40), (0, 40)), text),))
    assert opened(strip([ToDraw(picture(4000, 40), wide, "시험")])).width == opened(strip([])).width
