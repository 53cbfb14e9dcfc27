"""The report of an evaluation: it explains all that it shows, in two languages, and no text of strangers does harm."""

from __future__ import annotations

import dataclasses
import re
import string
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console

from pages.evaluation_drawing import crop, overlay, picture
from pages.evaluation_explained import FIGURES, NORMALISATIONS, Words, titled
from pages.evaluation_facts import (
    CROP_BYTES,
    CROP_SIDE,
    MOST_IMAGES,
    MOST_REGIONS,
    PICTURE_BYTES,
    PICTURE_SIDE,
    DrawnAs,
    DrawnImage,
    DrawnRegion,
    EvaluationPage,
)
from pages.evaluation_numbers import blame, more_regions, weak_scripts, weaknesses
from pages.evaluation_plots import axis_end, bar
from pages.evaluation_report import demand_reason, render
from pages.evaluation_tables import markdown, tables
from pages.evaluation_words import LABELS, REASONS, SUSPICIONS
from pages.slice_words import FACETS, SCRIPTS, VALUES, slice_words
from saegim.tables import print_table
from schemas.demand import DemandReason
from schemas.evaluation import Evaluation, Figure, LetterClass, SliceFacet, SliceFigures, SliceName
from schemas.normalisation import Normalisation
from schemas.reading import REGION_VOCABULARY, Condition, ImageKind
from schemas.suspects import Suspicion
from stages.evaluate.formulas import FORMULAS
from stages.evaluate.letter_classes import LetterScript
from stages.pictures import as_jpeg, opened
from tests.made_evaluation import HOSTILE, empty_page, hostile_page, made_page


@pytest.fixture(scope="module")
def page() -> EvaluationPage:
    return made_page(images=3)


@pytest.fixture(scope="module")
def html(page: EvaluationPage) -> str:
    return render(page)


class Tags(HTMLParser):
    """Counts what is opened and closed, and keeps each tag with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, {name: value or "" for name, value in attrs}))

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.all if name == tag]


def figures(**values: tuple[float, float, float]) -> tuple[Figure, ...]:
    names = {"cer": "nospace", "recall": ""}
    return tuple(Figure(name, names[name], value, low, high, 100) for name, (value, low, high) in values.items())


def of(facet: str, name: str, needed: int | None = None, **values: tuple[float, float, float]) -> SliceFigures:
    return SliceFigures(SliceName(SliceFacet(facet), name), 50, 9, 9, figures(**values), needed)


def evaluation(*slices: SliceFigures) -> Evaluation:
    whole = dataclasses.replace(of("all", "", cer=(0.1, 0.09, 0.11), recall=(0.9, 0.89, 0.91)), regions=500)
    return Evaluation("e", "a@1", "test", "model:m@1", "r", "line", 9, "c", (whole, *slices))


def test_every_figure_and_every_normalisation_is_explained_in_both_languages() -> None:
    assert {formula.name for formula in FORMULAS.values()} <= FIGURES.keys()
    assert set(map(str, Normalisation)) == NORMALISATIONS.keys()
    for item in (*FIGURES.values(), *NORMALISATIONS.values()):
        assert all((*item.title, *item.what))
        assert re.search("[가-힣]", item.what.ko)


def test_all_that_the_page_names_has_words_in_both_languages() -> None:
    assert set(map(str, SliceFacet)) == FACETS.keys()
    vocabulary = {value for values in REGION_VOCABULARY.values() for value in values}
    assert {*vocabulary, *map(str, ImageKind), *map(str, Condition)} <= VALUES.keys()
    assert set(map(str, Suspicion)) == SUSPICIONS.keys()
    assert set(map(str, DemandReason)) == REASONS.keys()


@pytest.mark.parametrize("words", [LABELS, REASONS, SUSPICIONS], ids=["labels", "reasons", "suspicions"])
def test_both_languages_take_the_same_values(words: Mapping[str, Words]) -> None:
    for key, (english, korean) in words.items():
        inside = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, korean)]
        assert inside[0] == inside[1], key


def test_the_page_names_each_figure_with_its_normalisation_and_says_what_it_is(html: str, page: EvaluationPage) -> None:
    tags = Tags(html)
    ids = {attributes["id"] for _, attributes in tags.all if "id" in attributes}
    for link in (attributes["href"] for attributes in tags.named("a") if attributes["href"].startswith("#")):
        assert link[1:] in ids, f"{link} leads nowhere"
    for figure in page.evaluation.overall.figures:
        assert f'id="f-{figure.name}"' in html
        assert titled(figure).en.partition(",")[0] in html


def test_no_script_nothing_from_elsewhere_and_not_too_large(html: str) -> None:
    tags = Tags(html)
    assert not tags.named("script") and not tags.named("link") and not tags.named("iframe")
    assert all(attributes["src"].startswith("data:image/jpeg;base64,") for attributes in tags.named("img"))
    assert all(attributes["href"].startswith("data:image/jpeg;base64,") for attributes in tags.named("image"))
    assert not [name for _, attributes in tags.all for name in attributes if name.startswith("on")]
    most = (len(html) + 4 / 3 * (MOST_IMAGES * PICTURE_BYTES + 60 * CROP_BYTES))
    assert most < 3_000_000


def test_more_than_the_page_bears_is_left_out(page: EvaluationPage) -> None:
    many = dataclasses.replace(page, worst=page.worst * 9, pages=page.pages * 30)
    tags = Tags(render(many))
    assert len(tags.named("image")) == MOST_IMAGES
    assert len(tags.named("img")) == MOST_REGIONS + len(page.suspects)


def test_strangers_texts_are_shown_and_do_no_harm() -> None:
    html = render(hostile_page())
    tags = Tags(html)
    assert not tags.named("script") and not tags.named("img")
    assert "\u202e" not in html and "\u0007" not in html and "⟨U+202E⟩" in html
    assert "{{ 7 * 7 }}" in html and "49" not in re.findall(r"exe[^<]*", html)
    assert "javascript:" not in "".join(attributes.get("href", "") for _, attributes in tags.all)
    assert "a" * 1000 not in html and "슬라이스 " * 20 not in re.sub(r'title="[^"]*"', "", html)


def test_nothing_compared_and_one_slice_and_figures_without_value() -> None:
    assert LABELS["nothing"].ko in render(empty_page())
    lone = evaluation()
    assert 'id="slices"' not in render(EvaluationPage(lone))
    without = dataclasses.replace(lone.overall, figures=(Figure("cer", "nospace", None, None, None, 0),))
    shown = render(EvaluationPage(dataclasses.replace(lone, slices=(without, of("kind", "stamp")))))
    assert "–" in shown and "None" not in shown and "nan" not in shown
    assert tables(dataclasses.replace(lone, slices=(without,)))
    assert tables(empty_page().evaluation) and markdown(empty_page().evaluation)


def test_a_weakness_is_a_slice_whose_whole_interval_is_worse() -> None:
    found = weaknesses(evaluation(
        of("writing", "handwritten", cer=(0.2, 0.15, 0.25), recall=(0.5, 0.4, 0.6)),
        of("writing", "printed", cer=(0.12, 0.08, 0.16)),
        of("direction", "curved", needed=900, cer=(0.9, 0.8, 1.0)),
        of("submitter", "p-1", cer=(0.9, 0.8, 1.0)),
        of("language", "ko", cer=(0.11, 0.105, 0.12)),
        of("pair", "handwritten × ko", cer=(0.21, 0.16, 0.26)),
        of("pair", "printed × ko", cer=(0.3, 0.2, 0.4))))
    assert [item.of.slice.name for item in found] == ["handwritten", "printed × ko", "ko"]
    assert [worse.figure.key for worse in found[0].figures] == ["cer nospace", "recall"]


def test_scripts_are_weak_where_they_are_wrong_twice_as_often_as_all_letters() -> None:
    letters = (LetterClass("Hangul", "ko", 9000, 500, 9), LetterClass("spaces", "ko", 1000, 200, 190),
               LetterClass("Latin", "ko", 99, 99, 0))
    found = dataclasses.replace(evaluation(), letters=letters)
    assert [item.script for item in weak_scripts(found)] == ["spaces"]
    html = render(EvaluationPage(found))
    assert "20.0 % of 1,000 letters are wrong, 19.0 % are left out (of all letters 7.9 % are wrong)" in html
    assert not weak_scripts(evaluation()) and set(map(str, LetterScript)) == SCRIPTS.keys()


def test_spaces_are_blamed_for_the_letters_that_go_right_without_them() -> None:
    whole = SliceFigures(SliceName(SliceFacet.ALL), 9, 9, 9, (
        Figure("cer", "width", 0.2, None, None, 100), Figure("cer", "nospace", 0.1, None, None, 80)))
    found = blame(dataclasses.replace(evaluation(), slices=(whole,)), "cer width", "cer nospace")
    assert found is not None and found.share == pytest.approx(1 - 8 / 20)
    assert blame(evaluation(), "cer width", "cer nospace") is None


def test_a_slice_too_small_to_tell_says_how_many_regions_it_lacks(page: EvaluationPage) -> None:
    small = of("kind", "stamp", needed=170, cer=(0.2, 0.0, 0.4))
    html = render(EvaluationPage(evaluation(small)))
    assert more_regions(small) == 120
    assert "too small to tell: about 120 more regions" in html and '<tr class="few">' in html


def test_a_slice_that_holds_every_region_is_named_and_has_no_row() -> None:
    everyone = dataclasses.replace(of("direction", "horizontal", cer=(0.1, 0.09, 0.11)), regions=evaluation().overall.regions)
    fewer = dataclasses.replace(of("writing", "printed", cer=(0.1, 0.09, 0.11)), regions=7)
    html = render(EvaluationPage(evaluation(everyone, fewer)))
    rows = re.findall(r"<tr[ >].*?</tr>", html, re.DOTALL)
    assert any("인쇄" in row for row in rows) and not any("가로" in row for row in rows)
    assert "가로" in html
    cells = [cell for table in tables(evaluation(everyone, fewer)) for row in table.rows for cell in row]
    assert not [cell for cell in cells if "horizontal" in cell] and [cell for cell in cells if "printed" in cell]


def test_bars_end_at_their_value_and_are_cut_at_the_end_of_the_axis() -> None:
    drawn = bar(Figure("cer", "nospace", 0.1, 0.05, 0.15, 9), 0.2, 0.12)
    assert 'class="bar" width="50.00"' in drawn and "M25.00 6H75.00" in drawn and "M60.00 -3" in drawn and "cut" not in drawn
    assert "cut" in bar(Figure("cer", "nospace", 1.7, None, None, 9), 1.0)
    assert not bar(None, 1.0)
    assert axis_end([0.031, 0.19]) == 0.2 and axis_end([1.9]) == 1.0 and axis_end([]) > 0


def test_outlines_are_in_pixels_of_the_image_and_numbers_lie_inside() -> None:
    image = DrawnImage("i", 400, 300, b"", (
        DrawnRegion(((390, 2), (399, 2), (399, 9), (390, 9)), DrawnAs.MISSED, "가"),
        DrawnRegion(((0, 0), (9.25, 0), (9, 9), (0, 9)), DrawnAs.RIGHT, "나", "나")))
    drawn = overlay(image)
    assert 'points="0,0 9.2,0 9,9 0,9"' in drawn and drawn.count("<text") == 1
    [(x, y)] = re.findall(r'<text class="missed" x="([\d.]+)" y="([\d.]+)"', drawn)
    assert 0 <= float(x) <= 400 - 16 and 16 <= float(y) <= 300


def test_crops_and_pictures_are_small() -> None:
    image = Image.effect_noise((2400, 1600), 90).convert("RGB")
    cut = crop(image, ((-30, 5), (2399, 5), (2399, 900), (-30, 900)))
    assert len(cut) <= CROP_BYTES and max(opened(cut).size) <= CROP_SIDE
    small = picture(as_jpeg(image, 90))
    assert len(small) <= PICTURE_BYTES and max(opened(small).size) <= PICTURE_SIDE
    assert crop(image, ((9000, 9000), (9010, 9000), (9010, 9010))) == b""


def test_a_demand_says_why_with_its_figures(page: EvaluationPage) -> None:
    weak, _, absent = map(demand_reason, page.demand)
    assert "CER (no spaces) 31.0 % ± 4.0 on 212 regions: worse than all regions together." in weak
    assert LABELS["wanted"].en.startswith("{wanted") and REASONS["absent"].ko in absent


def test_slices_have_the_words_that_annotators_know() -> None:
    assert slice_words(SliceName(SliceFacet.PAIR, "vertical × ko")) == ("vertical × Korean", "세로 × 한국어")
    assert slice_words(SliceName(SliceFacet.HEIGHT, "below 10 px")).ko == "10 px 미만"
    assert slice_words(SliceName(SliceFacet.HEIGHT, "64 px and more")).ko == "64 px 이상"
    assert slice_words(SliceName(SliceFacet.CAMPAIGN, "ko")) == ("ko", "ko")


def test_the_terminal_gets_few_rows_and_right_widths(page: EvaluationPage) -> None:
    shown = tables(page.evaluation)
    assert sum(len(table.rows) for table in shown) <= 25
    console = Console(width=120, file=None, record=True)
    with console.capture() as captured:
        for table in shown:
            print_table(console, table)
    lines = captured.get().splitlines()
    assert max(map(cell_len, lines)) <= 120
    assert any("writing: handwritten" in line for line in lines) and any("[" in line and "%" in line for line in lines)


def test_the_artifact_is_short_and_escapes(page: EvaluationPage) -> None:
    text = markdown(page.evaluation)
    assert len(text.splitlines()) < 40
    leading = page.evaluation.overall.figure("cer nospace")
    assert leading and leading.value is not None
    assert f"| CER, no spaces | {100 * leading.value:.1f} % |" in text and "### Where it is weak" in text
    wild = markdown(hostile_page().evaluation)
    assert "<script" not in wild and HOSTILE not in wild
