"""Regions of an image as pictures of their own."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from schemas.reading import Region
from stages.label.crops import LONG, crops


def crop_of(width: int, height: int, *ink: int) -> Image.Image:
    """The crop of a region of this size on a white page, with letters of 20 pixels' width that begin at these places."""
    page = Image.new("RGB", (width + 200, height + 200), "white")
    draw = ImageDraw.Draw(page)
    for left in ink:
        draw.rectangle((100 + left, 104, 120 + left, 96 + height), fill="black")
    out = io.BytesIO()
    page.save(out, "PNG")
    region = Region("a", ((100, 100), (100 + width, 100), (100 + width, 100 + height), (100, 100 + height)), "")
    [(name, jpeg)] = crops(out.getvalue(), [region])
    assert name == "a"
    return Image.open(io.BytesIO(jpeg))


def test_a_crop_has_a_quarter_of_its_height_around_it() -> None:
    assert crop_of(400, 40).size == (421, 61)


def test_a_small_one_is_made_larger() -> None:
    assert min(crop_of(60, 8).size) >= 24


def test_a_tall_one_is_turned() -> None:
    assert crop_of(40, 300).size == (321, 61)
    assert crop_of(40, 50).size == (61, 71)  # one letter is no column


@pytest.mark.parametrize("shift", [0, 60])
def test_a_very_long_one_is_cut_in_two_between_letters(shift: int) -> None:
    width = 20 * (LONG + 20)
    ink = [shift + place for place in range(0, width - 80, 40)]
    folded = crop_of(width, 20, *ink)
    assert folded.width < 0.62 * width and folded.height == 2 * 31
    dark = np.asarray(folded.convert("L")) < 128
    runs = [int((np.diff(row.astype(int)) == 1).sum()) for row in (dark[15], dark[31 + 15])]
    assert sum(runs) == len(ink)  # no letter is cut, none is lost
