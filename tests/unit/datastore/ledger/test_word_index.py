"""The word index: edited copies share words, other pictures do not, and a flood of one template stays harmless."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from apps.demo.contact_sheet import hangul_font
from datastore.ledger import Ledger
from datastore.ledger.word_index import FULL, KEPT, LEAST_SHARED, LOOKED_UP, WordIndex
from stages.ingest.words import BITS, MOST, small
from stages.ingest.words import words as words_of
from tests.empty_ledger import empty_ledger

pytestmark = pytest.mark.slow

Grey = NDArray[np.uint8]


def receipt(seed: int, lines: int = 24) -> Grey:
    """A receipt of one shop: the head and the frame are always the same, the lines are its own."""
    rng = np.random.default_rng(seed)
    image = Image.new("L", (620, 1100), 250)
    draw, font = ImageDraw.Draw(image), hangul_font(26)
    draw.text((150, 30), "새김 마트 SAEGIM MART", fill=10, font=font)
    draw.text((150, 70), "서울특별시 중구 세종대로 110", fill=10, font=font)
    for number in range(lines):
        word = "".join(rng.choice(list("가나다라마바사아자차카타파하 ABCDEF"), 9))
        line = f"{word}  {rng.integers(1, 99):>2}  {rng.integers(500, 99_000):>7,}"
        draw.text((40, 140 + 38 * number), line, fill=10, font=font)
    return np.asarray(image)


def cropped(grey: Grey) -> Grey:
    height, width = grey.shape
    return grey[int(0.03 * height):, int(0.03 * width):]


def turned(grey: Grey) -> Grey:
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 2, 1)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), borderValue=255), np.uint8)


def recompressed(grey: Grey) -> Grey:
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_GRAYSCALE), np.uint8)


def words(grey: Grey) -> tuple[int, ...]:
    return words_of(small(np.ascontiguousarray(grey)))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return empty_ledger(f"sqlite:///{tmp_path / 'l.db'}")


def index(ledger: Ledger, pictures: dict[int, tuple[int, ...]]) -> None:
    with ledger.write() as connection:
        work = WordIndex()
        work.read(connection, list(pictures.values()))
        for number, found in pictures.items():
            work.add(number, found)
        work.flush(connection)


def candidates(ledger: Ledger, found: tuple[int, ...]) -> list[int]:
    with ledger.read() as connection:
        work = WordIndex()
        work.read(connection, [found])
        return [number for number, _ in work.candidates(found)]


def barred(grey: Grey) -> Grey:
    """A screenshot: 540 pixels wide, black bars above and below."""
    wide = cv2.resize(grey, (540, round(grey.shape[0] * 540 / grey.shape[1])), interpolation=cv2.INTER_AREA)
    barred = cv2.copyMakeBorder(recompressed(np.asarray(wide, np.uint8)), 40, 40, 0, 0, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(barred, np.uint8)


def leaning(grey: Grey) -> Grey:
    """Turned by 30 degrees, all of it in the picture, white behind."""
    height, width = grey.shape
    side = height + width
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 30, 1)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    return np.asarray(cv2.warpAffine(grey, matrix, (side, side), borderValue=255), np.uint8)


EDITS: dict[str, Callable[[Grey], Grey]] = {
    "crop": cropped, "rotation": turned, "compression": recompressed, "bars": barred, "leaning": leaning,
    "half size": lambda grey: cv2.resize(grey, None, fx=0.5, fy=0.5), "top half": lambda grey: grey[:len(grey) // 2],
    "quarter turn": lambda grey: np.rot90(grey), "half turn": lambda grey: np.rot90(grey, 2),
    "brighter": lambda grey: np.minimum(grey * 1.25, 255).astype(np.uint8)}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_an_edited_copy_is_the_first_candidate_in_a_flood_of_its_template(ledger: Ledger, edit: Callable[[Grey], Grey]) -> None:
    pictures = {seed: words(receipt(seed)) for seed in range(60)}
    index(ledger, pictures)
    for seed in (0, 30, 59):
        assert candidates(ledger, words(edit(receipt(seed))))[0] == seed


def test_bars_have_no_words() -> None:
    grey = np.full((400, 300), 250, np.uint8)
    assert not words(cv2.copyMakeBorder(grey, 30, 30, 0, 0, cv2.BORDER_CONSTANT, value=0))


def test_words_of_all_documents_of_a_template_are_not_kept_for_all(ledger: Ledger) -> None:
    common = tuple(range(200))
    index(ledger, dict.fromkeys(range(10 * FULL), common))
    with ledger.read() as connection:
        work = WordIndex()
        work.read(connection, [common])
    assert len(work.candidates(common)) <= 5 * FULL  # 200 words, 64 an image, 16 images a word
    own = tuple(range(1000, 1000 + 2 * LEAST_SHARED))
    index(ledger, {777: common + own})
    assert candidates(ledger, common + own)[0] == 777


def test_the_index_is_the_same_in_one_piece_and_in_many(ledger: Ledger, tmp_path: Path) -> None:
    pictures = {seed: words(receipt(seed, lines=3)) for seed in range(40)}
    index(ledger, pictures)
    other = empty_ledger(f"sqlite:///{tmp_path / 'other.db'}")
    for number, found in pictures.items():
        index(other, {number: found})
    for found in pictures.values():
        assert candidates(ledger, found) == candidates(other, found)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1), st.booleans())
def test_any_picture_has_distinct_words_in_an_order_of_their_own(height: int, width: int, seed: int, flat: bool) -> None:
    rng = np.random.default_rng(seed)
    grey = np.full((height, width), seed % 256, np.uint8) if flat else rng.integers(0, 255, (height, width), dtype=np.uint8)
    found = words(grey)
    assert len(set(found)) == len(found) <= MOST
    assert all(0 <= word < 2 ** (BITS + 1) for word in found)
    assert found == words(grey.copy())
    if flat:
        assert len(found) < LEAST_SHARED


def test_what_is_kept_of_an_image_lies_among_its_first_words() -> None:
    found = words(receipt(1))
    assert len(found) > KEPT
    again = words(recompressed(receipt(1)))
    common = set(found[:KEPT]) & set(again)
    assert len(common) > KEPT / 3
    assert common <= set(again[:LOOKED_UP])
