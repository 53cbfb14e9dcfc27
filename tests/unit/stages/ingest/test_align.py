"""The same photograph again, another one of the same template, or something else."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from apps.demo.contact_sheet import hangul_font
from benchmarks.edits import EDITS, Grey, shaded
from schemas.submission import Verdict
from stages.ingest.align import PART_OVERLAP, SAME_OVERLAP, compare
from stages.ingest.features import features, features_of
from tests.places import REAL_DATA, ROOT
from tests.unit.datastore.ledger.test_word_index import receipt

pytestmark = pytest.mark.slow

SIGN = ROOT / "apps/demo/samples/jlee/all year round.jpg"
RECEIPTS = REAL_DATA / "receipts"


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_copy_is_a_duplicate(name: str) -> None:
    for original in (receipt(3), grey(SIGN)):
        assert compare(features_of(EDITS[name](original)), features_of(original)).verdict is Verdict.DUPLICATE


@pytest.mark.parametrize("share", [0.4, 0.6, 0.9])
def test_a_part_repeats_the_whole_and_the_whole_is_grouped_with_its_part(share: float) -> None:
    whole = receipt(3)
    part = np.ascontiguousarray(whole[:int(share * len(whole))])
    assert compare(features_of(part), features_of(whole)).verdict is Verdict.DUPLICATE
    expected = (Verdict.REVIEW if share < PART_OVERLAP else Verdict.CLUSTER if share < SAME_OVERLAP else Verdict.DUPLICATE)
    assert compare(features_of(whole), features_of(part)).verdict is expected


@pytest.mark.parametrize("contrast", [1, 0.3, 0.12, 0.06])
def test_the_palest_print_is_a_duplicate_of_itself(contrast: float) -> None:
    for original in (receipt(3), grey(SIGN)):
        pale = features_of((255 - (255 - original.astype(float)) * contrast).round().astype(np.uint8))
        assert compare(pale, pale).verdict is Verdict.DUPLICATE


def test_a_copy_that_is_burnt_out_in_part_is_a_duplicate() -> None:
    original = receipt(3).astype(float)
    shaded = 90 + original * np.linspace(0.25, 0.6, original.shape[1])  # grey paper under uneven light
    burnt = np.clip(shaded * 1.25, 0, 255).astype(np.uint8)
    assert (burnt == 255).mean() > 0.1
    assert compare(features_of(burnt), features_of(shaded.astype(np.uint8))).verdict is Verdict.DUPLICATE


def test_a_shadow_across_it_makes_no_other_picture() -> None:
    for original in (receipt(3), grey(SIGN)):
        assert compare(features_of(shaded(original)), features_of(original)).verdict is Verdict.DUPLICATE
        assert compare(features_of(original), features_of(shaded(original))).verdict is Verdict.DUPLICATE


def test_one_changed_amount_in_a_shadow_is_noticed() -> None:
    changed = Image.fromarray(receipt(1))
    draw = ImageDraw.Draw(changed)
    draw.rectangle((300, 326, 600, 362), fill=250)
    draw.text((330, 330), " 31   98,570", fill=10, font=hangul_font(26))
    verdict = compare(features_of(shaded(np.asarray(changed))), features_of(receipt(1))).verdict
    assert verdict in (Verdict.REVIEW, Verdict.DISTINCT)


@pytest.mark.parametrize("rim", [0.1, 0.2])
def test_the_plain_rims_of_an_app_count_for_nothing(rim: float) -> None:
    original = receipt(3)
    high, wide = (round(rim * side) for side in original.shape)
    shown = cv2.copyMakeBorder(original, high, high, wide, wide, cv2.BORDER_CONSTANT, value=32)
    assert compare(features_of(np.asarray(shown)), features_of(original)).verdict is Verdict.DUPLICATE


def test_what_is_written_around_an_earlier_picture_counts() -> None:
    page = Image.new("L", (1400, 1800), 250)
    page.paste(Image.fromarray(receipt(3)).resize((700, 900)), (350, 450))
    draw = ImageDraw.Draw(page)
    for number in range(24):  # in pencil
        y = 20 + 34 * number if number < 12 else 1370 + 34 * (number - 12)
        draw.text((40, y), f"{number:02} 다시 쓴 다른 이야기 한 줄 " * 3, fill=210, font=hangul_font(28))
    assert compare(features_of(np.asarray(page)), features_of(receipt(3))).verdict is not Verdict.DUPLICATE


@pytest.mark.parametrize("ink", [140, 150, 160, 170])
@pytest.mark.parametrize("fills", [6, 10, 20])
def test_a_form_that_was_filled_in_repeats_no_blank_one(ink: int, fills: int) -> None:
    blank = receipt(3)
    filled = Image.fromarray(blank)
    draw = ImageDraw.Draw(filled)
    for number in range(fills):
        draw.text((60 + 230 * (number % 2), 150 + 60 * (number // 2)), f"{number}7 김하늘", fill=ink, font=hangul_font(30))
    assert compare(features_of(np.asarray(filled)), features_of(blank)).verdict is not Verdict.DUPLICATE


def test_another_receipt_of_the_shop_is_no_duplicate_and_in_no_cluster() -> None:
    assert compare(features_of(receipt(1)), features_of(receipt(2))).verdict is Verdict.DISTINCT


@pytest.mark.parametrize("lines", [1, 3])
def test_one_changed_amount_is_noticed(lines: int) -> None:
    changed = Image.fromarray(receipt(1))
    draw = ImageDraw.Draw(changed)
    for number in range(lines):
        at = 140 + 38 * (5 + number)
        draw.rectangle((300, at - 4, 600, at + 32), fill=250)
        draw.text((330, at), f"{7 * number + 31:>2}   98,{number}70", fill=10, font=hangul_font(26))
    verdict = compare(features_of(np.asarray(changed)), features_of(receipt(1))).verdict
    assert verdict in (Verdict.REVIEW, Verdict.DISTINCT)


def test_another_picture_is_distinct() -> None:
    others = sorted((ROOT / "apps/demo/samples/jlee").glob("*.jpg"))
    sign = features_of(grey(SIGN))
    for path in others:
        if path != SIGN:
            assert compare(sign, features(path.read_bytes())).verdict is Verdict.DISTINCT, path.name


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_any_two_pictures_can_be_compared(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise, flat = rng.integers(0, 255, (height, width), dtype=np.uint8), np.full((width, height), 128, np.uint8)
    assert compare(features_of(noise), features_of(flat)).verdict is Verdict.DISTINCT
    assert compare(features_of(flat), features_of(flat)).verdict is Verdict.DISTINCT


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason="the test pictures receipts/ are not here")
@pytest.mark.parametrize(("one", "other", "expected"), [
    ("016", "018", {Verdict.DUPLICATE}), ("235", "237", {Verdict.DUPLICATE, Verdict.REVIEW}),  # two scans of one
    ("119", "122", {Verdict.DISTINCT}), ("137", "546", {Verdict.DISTINCT}), ("559", "567", {Verdict.DISTINCT, Verdict.REVIEW}),
    ("032", "035", {Verdict.REVIEW}), ("033", "035", {Verdict.REVIEW, Verdict.DISTINCT}),
    ("032", "033", {Verdict.REVIEW, Verdict.DISTINCT}),
])
def test_scanned_receipts(one: str, other: str, expected: set[Verdict]) -> None:
    first, second = (features(next(RECEIPTS.rglob(f"{name}.jpg")).read_bytes()) for name in (one, other))
    assert compare(first, second).verdict in expected
    assert compare(second, first).verdict in expected


def grey(path: Path) -> Grey:
    return np.asarray(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
