"""Canonical images: nothing that a stranger sends raises, and no metadata survives (design D1, D14, I6)."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image

from schemas.submission import Reason, Rejection
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.limits import Limits

LIMITS = Limits(50_000_000, 100_000_000, 32)
SAMPLES = sorted(path for path in (Path(__file__).parents[2] / "apps/demo/samples").glob("*/*") if path.suffix != ".txt")
SHARED = Path(__file__).parents[3] / "shared" / "data"


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
    for limits in (Limits(100, 10**8, 32), Limits(10**8, 1000, 32), Limits(10**8, 10**8, 80)):
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


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_samples(path: Path) -> None:
    result = canonicalise(path.read_bytes(), LIMITS)
    if path.name in ("IMG_0007.jpg", "회의록.jpg"):
        assert isinstance(result, Rejection)
    else:
        assert isinstance(result, Canonical)
        assert accepted(result.data).image.image_id == result.image.image_id  # canonical already: nothing changes


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the test pictures of {SHARED.name} are not here")
def test_a_folder_of_real_photographs() -> None:
    kinds = (".jpg", ".jpeg", ".png", ".heic", ".webp")
    files = [path for path in sorted(SHARED.rglob("*")) if path.suffix.lower() in kinds][::25]
    results = [canonicalise(path.read_bytes(), LIMITS) for path in files[:40]]
    assert sum(isinstance(result, Canonical) for result in results) > 20
