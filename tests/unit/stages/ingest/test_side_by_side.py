"""What a manager sees of two pictures: where they differ, one laid over the other, and a page that explains its figures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from apps.demo.contact_sheet import hangul_font
from pages.contact_sheet import FIGURES, HEADINGS, Command, Cut, Group, PagePicture, Section, contact_sheet, pair_sheet
from pages.duplicate_groups import why
from schemas.submission import Verdict
from stages.ingest.align import Alignment, Place
from stages.ingest.side_by_side import enlarged, side_by_side
from stages.ingest.texts import TextComparison
from tests.unit.datastore.ledger.test_word_index import receipt

pytestmark = pytest.mark.slow
CHANGED = (330, 330, 470, 356)
"""Left, top, right, bottom of the amount that differs, in pixels."""


def png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def changed() -> Image.Image:
    picture = Image.fromarray(receipt(1))
    draw = ImageDraw.Draw(picture)
    draw.rectangle(CHANGED, fill=250)
    draw.text((CHANGED[0], CHANGED[1] - 4), "31 98,070", fill=10, font=hangul_font(26))
    return picture


def holds(place: Place, size: tuple[int, int]) -> bool:
    """Whether the middle of what was changed lies in a place."""
    x, y = (CHANGED[0] + CHANGED[2]) / 2 / size[0], (CHANGED[1] + CHANGED[3]) / 2 / size[1]
    return place.left <= x <= place.left + place.width and place.top <= y <= place.top + place.height


def test_the_place_that_differs_is_marked_on_both_pictures_and_cut_out_of_them() -> None:
    earlier = Image.fromarray(receipt(1))
    later = changed()
    found = side_by_side(png(earlier), png(later.resize((later.width * 3 // 2, later.height * 3 // 2))))
    assert found.differences
    assert any(holds(item.on_later, later.size) for item in found.differences)
    assert any(holds(item.on_earlier, earlier.size) for item in found.differences)
    worst = found.differences[0]
    assert worst.on_later.agreement < 0.9
    one, other = (np.asarray(Image.open(io.BytesIO(shown.data)).convert("L"), int) for shown in (worst.earlier, worst.later))
    assert one.shape == other.shape
    assert np.abs(one - other).max() > 100


def test_an_edited_copy_is_laid_over_its_original_and_nothing_is_marked() -> None:
    earlier = Image.fromarray(receipt(3))
    found = side_by_side(png(earlier), png(earlier.rotate(2, expand=True, fillcolor=250)))
    assert found.differences == ()
    assert found.laid
    shown_later = enlarged(png(earlier.rotate(2, expand=True, fillcolor=250)))
    assert (found.laid.width, found.laid.height) == (shown_later.width, shown_later.height)
    laid, later = (np.asarray(Image.open(io.BytesIO(shown.data)).convert("L"), int) for shown in (found.laid, shown_later))
    inside = np.s_[60:-60, 60:-60]
    assert np.abs(laid - later)[inside].mean() < np.abs(np.roll(laid, 40, axis=0) - later)[inside].mean() / 3


def test_pictures_that_nobody_can_align_stand_beside_each_other() -> None:
    later = png(Image.new("RGB", (300, 200), "white"))
    found = side_by_side(png(Image.fromarray(receipt(1))), later)
    assert (found.laid, found.differences) == (None, ())
    assert (enlarged(later).width, enlarged(later).height) == (300, 200)


@settings(max_examples=20, deadline=None)
@given(st.tuples(st.integers(1, 90), st.integers(1, 90)), st.tuples(st.integers(1, 90), st.integers(1, 90)),
       st.integers(0, 2**32 - 1))
def test_any_two_pictures_can_be_shown(one: tuple[int, int], other: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    earlier, later = (png(Image.fromarray(rng.integers(0, 256, size, np.uint8))) for size in (one, other))
    found = side_by_side(earlier, later)
    assert found.laid is None or (found.laid.height, found.laid.width) == other
    assert (enlarged(earlier).height, enlarged(earlier).width) == one


def test_every_figure_has_words() -> None:
    figures = Alignment(Verdict.REVIEW, 99).figures | TextComparison(Verdict.REVIEW, 1, 2, 3, 4).figures
    assert figures.keys() == FIGURES.keys()


@pytest.mark.parametrize(("figures", "said"), [
    ({"low": 0.97, "weakest": 0.71, "overlap": 0.98}, "a line may differ"),
    ({"low": 0.97, "weakest": 0.96, "overlap": 0.98}, "the same photograph"),
    ({"low": 0.97, "weakest": 0.96, "overlap": 0.6}, "40% of the later picture"),
    ({"low": 0.6, "weakest": 0.4, "overlap": 0.9}, "another photograph"),
    ({"low": 0.97, "weakest": 0.71, "overlap": 1, "lines": 20, "edits": 2, "figures changed": 1}, "20 lines on both"),
    ({}, ""),
])
def test_figures_are_said_in_a_sentence(figures: dict[str, float], said: str) -> None:
    assert said in why(figures)


def test_the_page_escapes_what_strangers_wrote_and_runs_nothing() -> None:
    bad = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    picture = PagePicture(bad, bad, bad, 10, 20, (Place(0.1, 0.2, 0.3, 0.1, 0.5),))
    cuts, commands = (Cut(bad, bad, 0.5),), (Command(bad, bad),)
    groups = [Group(section, bad, bad, (picture, picture), commands, {bad: 1.0}, bad, cuts) for section in Section]
    page = contact_sheet(groups, 7)
    for text in (page, pair_sheet(groups[0])):
        assert "<script" not in text
        assert "<img src=x" not in text
        assert text.count("<article") == text.count("</article>") > 0
    assert "7 older ones" in page
    assert page.count("<article") == len(HEADINGS) == len(Section)
