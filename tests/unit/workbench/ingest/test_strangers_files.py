"""Canonical images: nothing that a stranger sends raises, and no metadata survives (design D1, D14, I6)."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageFilter

from benchmarks.hardening import METADATA, png_bomb, scan_bomb
from schemas.submission import Reason, Rejection, Verdict
from stages.ingest import jpeg
from stages.ingest.align import compare
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.features import features, features_of
from stages.ingest.limits import Limits
from tests.places import REAL_DATA, ROOT

LIMITS = Limits()
SAMPLES = sorted(path for path in (ROOT / "apps/demo/samples").glob("*/*") if path.suffix != ".txt")
SHARED = REAL_DATA


def photograph(**options: object) -> bytes:
    ramp = np.linspace(0, 255, 96 * 64 * 3).reshape(64, 96, 3).astype(np.uint8)
    ramp[10:30, 10:40] = 0  # edges: a mere ramp is too blurred
    ramp[35:50, 50:90] = 255
    out = io.BytesIO()
    Image.fromarray(ramp).save(out, "JPEG", quality=90, **options)
    return out.getvalue()


PLAIN = photograph()


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "SM-S921N-secret"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (37.0, 34.0, 0.0), 3: "E", 4: (126.0, 58.0, 40.0)})
    return photograph(exif=exif, comment=b"secret comment")


def accepted(data: bytes) -> Canonical:
    result = canonicalise(data, LIMITS)
    assert isinstance(result, Canonical), result
    return result


def pixels(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_an_upright_jpeg_keeps_its_pixels_and_loses_its_metadata() -> None:
    raw = with_exif(1)
    image = accepted(raw + b"trailing secret")
    assert (pixels(image.data) == pixels(raw)).all()
    assert b"secret" not in image.data
    assert b"Exif" not in image.data
    assert not Image.open(io.BytesIO(image.data)).getexif()


def test_a_turned_jpeg_is_turned_upright() -> None:
    image = accepted(with_exif(6))
    assert (image.image.width, image.image.height) == (64, 96)
    turned = np.rot90(pixels(PLAIN), -1).astype(int)
    assert np.abs(pixels(image.data).astype(int) - turned).mean() < 3
    assert b"secret" not in image.data


@pytest.mark.parametrize(("data", "reason"), [
    ("회의록입니다".encode(), Reason.NOT_AN_IMAGE),
    (b"", Reason.EMPTY),
    (PLAIN[: len(PLAIN) // 2], Reason.BROKEN),
])
def test_what_is_no_picture_is_rejected_with_a_reason(data: bytes, reason: Reason) -> None:
    result = canonicalise(data, LIMITS)
    assert isinstance(result, Rejection)
    assert result.reason is reason


def test_sizes_are_capped_both_ways() -> None:
    for limits in (Limits(max_bytes=100), Limits(max_pixels=1000), Limits(min_side=80)):
        assert isinstance(canonicalise(PLAIN, limits), Rejection)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_jpeg_is_an_image_or_a_rejection(data: st.DataObject) -> None:
    damaged = bytearray(with_exif(1))
    for at in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    result = canonicalise(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]), LIMITS)
    if isinstance(result, Canonical):
        assert Image.open(io.BytesIO(result.data)).size == (result.image.width, result.image.height)
        assert b"GPS" not in result.data


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400),
       st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"II*\0", b"BM"]))
def test_noise_is_a_rejection(noise: bytes, start: bytes) -> None:
    assert isinstance(canonicalise(start + noise, LIMITS), Rejection)


def sign() -> Image.Image:
    """A picture with edges of all directions, of another size in each."""
    with Image.open(SAMPLES[0].parents[1] / "jlee" / "exit.jpg") as image:
        return image.convert("RGB").resize((360, 240))


def test_all_orientations_come_out_as_one_picture() -> None:
    png = sign()
    undo = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}  # how a camera held that way would have stored it
    known = features_of(np.asarray(png.convert("L")))
    for orientation in range(1, 9):
        stored = png.transpose(undo[orientation]) if orientation > 1 else png
        exif = Image.Exif()
        exif[ExifTags.Base.Orientation] = orientation
        out = io.BytesIO()
        stored.save(out, "JPEG", quality=98, subsampling=0, exif=exif)
        found = accepted(out.getvalue())
        assert (found.image.width, found.image.height) == png.size
        error = np.asarray(png).astype(float) - pixels(found.data)
        assert 10 * np.log10(255**2 / (error**2).mean()) >= 40
        assert compare(features(found.data), known).verdict is Verdict.DUPLICATE


@pytest.mark.slow
def test_what_its_header_says_is_enough_to_refuse_a_bomb() -> None:
    started = time.process_time()
    for bomb in (scan_bomb(), png_bomb()):
        result = canonicalise(bomb, LIMITS)
        assert isinstance(result, Rejection)
        assert result.reason in (Reason.BROKEN, Reason.TOO_LARGE)
    made = time.process_time() - started
    assert made < 10  # making them takes most of it; decoding either takes more than this alone


@pytest.mark.parametrize("tail", [b"PK\x03\x04 a zip", b"\0\0\0\x18ftypmp42 a film", b"\xff\xd8\xff another picture"])
def test_what_follows_the_picture_is_cut(tail: bytes) -> None:
    assert accepted(PLAIN + tail).image.image_id == accepted(PLAIN).image.image_id


@settings(max_examples=40, deadline=None)
@given(st.integers(8, 90), st.integers(8, 90), st.integers(20, 95), st.booleans(), st.booleans(), st.integers(0, 5),
       st.binary(max_size=80))
def test_cleaning_a_jpeg_keeps_its_pixels_and_is_done_once(width: int, height: int, quality: int, progressive: bool, grey: bool,
                                                           restart: int, comment: bytes) -> None:
    rng = np.random.default_rng(width * height)
    picture = Image.fromarray(rng.integers(0, 255, (height, width, 3), dtype=np.uint8)).convert("L" if grey else "RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, progressive=progressive, restart_marker_blocks=restart, comment=comment)
    cleaned = jpeg.clean(jpeg.read_jpeg(out.getvalue()))
    assert (pixels(cleaned) == pixels(out.getvalue())).all()
    assert jpeg.clean(jpeg.read_jpeg(cleaned)) == cleaned
    # Not by its two bytes: at quality 22 a quantisation table holds 255 and 254 side by side.
    assert jpeg.COM not in {segment.marker for segment in jpeg.read_jpeg(cleaned).segments}
    assert "comment" not in Image.open(io.BytesIO(cleaned)).info


@pytest.mark.parametrize(("change", "reason"), [
    (lambda image: image.point(lambda value: value // 10), Reason.TOO_DARK),
    (lambda image: Image.blend(image, Image.new("RGB", image.size, "white"), 0.96), Reason.BLANK),
    (lambda image: image.filter(ImageFilter.GaussianBlur(max(image.size) / 40)), Reason.TOO_BLURRED),
])
@pytest.mark.parametrize("name", ["jlee/exit.jpg", "jlee/poster.jpg", "park.minsu/receipt.jpg", "김하늘/서울대역.jpg"])
def test_pictures_that_nobody_can_read(name: str, change: Callable[[Image.Image], Image.Image], reason: Reason) -> None:
    with Image.open(SAMPLES[0].parents[1] / name) as image:
        picture = image.convert("RGB")
    out = io.BytesIO()
    change(picture).save(out, "JPEG", quality=95)
    result = canonicalise(out.getvalue(), LIMITS)
    assert isinstance(result, Rejection)
    assert result.reason is reason


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the test pictures of {SHARED.name} are not here")
@pytest.mark.parametrize("folder", ["photos", "receipts", "korean_pages", "forms", "icdar_toy"])
def test_no_real_picture_is_refused_for_its_quality(folder: str) -> None:
    quality = {Reason.BLANK, Reason.TOO_DARK, Reason.TOO_BLURRED}
    files = [path for path in sorted((SHARED / folder).rglob("*")) if path.suffix.lower() in (".jpg", ".jpeg", ".png", ".webp")]
    refused = {path.name for path in files[::2 if folder == "receipts" else 1]
               if isinstance(result := canonicalise(path.read_bytes(), LIMITS), Rejection) and result.reason in quality}
    assert refused <= {"empty_black.jpg"}  # black all over


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the test pictures of {SHARED.name} are not here")
def test_every_bad_file_ends_somewhere_and_leaves_no_metadata() -> None:
    files = [path for path in sorted((SHARED / "bad_images").rglob("*")) if path.is_file()]
    results = [canonicalise(path.read_bytes(), LIMITS) for path in files]
    kept = [result for result in results if isinstance(result, Canonical)]
    assert len(kept) > 250
    for result in kept:
        assert not any(mark in result.data for mark in METADATA)
        assert result.image.media_type in ("image/jpeg", "image/png")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples(path: Path) -> None:
    result = canonicalise(path.read_bytes(), LIMITS)
    if path.name in ("IMG_0007.jpg", "회의록.jpg"):
        assert isinstance(result, Rejection)
    else:
        assert isinstance(result, Canonical)
        assert accepted(result.data).image.image_id == result.image.image_id  # canonical already: nothing changes


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the test pictures of {SHARED.name} are not here")
def test_a_folder_of_real_photographs() -> None:
    kinds = (".jpg", ".jpeg", ".png", ".heic", ".webp")
    files = [path for path in sorted(SHARED.rglob("*")) if path.suffix.lower() in kinds][::25]
    results = [canonicalise(path.read_bytes(), LIMITS) for path in files[:40]]
    assert sum(isinstance(result, Canonical) for result in results) > 20
