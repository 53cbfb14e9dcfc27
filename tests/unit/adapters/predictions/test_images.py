"""By which names a file of predictions may call an image."""

from __future__ import annotations

import unicodedata

import pytest

from adapters.predictions.images import ImageNames, ImageOfRelease
from tests.unit.adapters.predictions.made_answers import FIRST, IDS, IMAGES


@pytest.mark.parametrize("name", [
    FIRST, FIRST[:12], FIRST.upper(), f"{FIRST}.jpg", f"{FIRST}.png", f"data/test/{FIRST}.jpg", f"C:\\ocr\\test\\{FIRST}.jpg",
    f"gs://bucket/{FIRST}.jpg", f"{FIRST}.jpg.json", "가게 0.jpg", "가게 0", "가게 0.JPG", "가게 0.png", " 가게 0.jpg ",
    unicodedata.normalize("NFD", "가게 0.jpg"), "보낸 사진/가게 0.jpg", "보낸 사진\\가게 0.jpg", "/home/me/보낸 사진/가게 0.jpg",
])
def test_an_image_is_known_by_its_id_its_file_and_what_it_was_sent_as(name: str) -> None:
    assert (found := ImageNames(IMAGES).image(name)) is not None
    assert found.image_id == FIRST


@pytest.mark.parametrize("name", [
    "", ".", "/", "가게 9.jpg", FIRST[:11], "0" * 12, FIRST + "00", "demo", "가게", "..", "a" * 100_000])
def test_what_no_image_is_called_means_none(name: str) -> None:
    assert ImageNames(IMAGES).image(name) is None


def test_a_name_of_two_images_means_none_until_a_folder_says_which() -> None:
    names = ImageNames([ImageOfRelease(IDS[0], 1, 1, ("서울/image.jpg",)), ImageOfRelease(IDS[1], 1, 1, ("부산/image.jpg",))])
    assert names.image("image.jpg") is None
    assert (found := names.image("x/부산/image.jpg")) is not None
    assert found.image_id == IDS[1]


def test_digits_that_begin_two_ids_mean_none() -> None:
    names = ImageNames([ImageOfRelease("a" * 64, 1, 1), ImageOfRelease("a" * 63 + "b", 1, 1)])
    assert names.image("a" * 20) is None
    assert names.image("a" * 63 + "b") is not None


def test_the_first_name_that_means_an_image_counts() -> None:
    assert (found := ImageNames(IMAGES).first(["demo", f"{IDS[2]}.json"])) is not None
    assert found.image_id == IDS[2]
