"""Colour profiles: the fast way says what LittleCMS says, whatever a stranger's profile holds."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from stages.ingest.colour import EXACT, SRGB, Rgb, _shaper, is_srgb, to_srgb
from tests.profiles import SRGB_CURVE, parametric, profile, table

pytestmark = pytest.mark.slow


def by_littlecms(pixels: Rgb, data: bytes) -> Rgb:
    source = ImageCms.ImageCmsProfile(io.BytesIO(data))
    transform = ImageCms.buildTransform(source, SRGB, "RGB", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    return np.asarray(ImageCms.applyTransform(Image.fromarray(pixels), transform))


def colours(seed: int = 0) -> Rgb:
    return np.random.default_rng(seed).integers(0, 256, (300, 300, 3)).astype(np.uint8)


@pytest.mark.parametrize("curve", [
    parametric(*SRGB_CURVE), parametric(0, 2.2), parametric(1, 2.2, 1.0, 0.0), table(563), table(),
    table(*(round(65535 * (number / 1023) ** 2.2) for number in range(1024)))], ids=[
    "sRGB's curve", "gamma", "gamma with offset", "one number", "linear", "a table"])
def test_the_fast_way_says_what_littlecms_says(curve: bytes) -> None:
    data, pixels = profile(curve), colours()
    assert _shaper(data) is not None
    assert not is_srgb(data)
    expected = by_littlecms(pixels, data).astype(int)
    assert np.abs(to_srgb(pixels.copy(), data) - expected).max() <= EXACT


def test_a_profile_that_changes_nothing_is_srgb_under_any_name() -> None:
    srgb = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
    assert is_srgb(profile(parametric(*SRGB_CURVE), srgb, name="c2ci"))
    assert is_srgb(None)
    assert is_srgb(b"no profile")


def test_pixels_that_may_not_be_written_to_are_left_alone() -> None:
    pixels = colours()
    pixels.flags.writeable = False
    before = pixels.copy()
    assert (to_srgb(pixels, profile(parametric(*SRGB_CURVE))) != before).any()
    assert (pixels == before).all()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_profile_breaks_a_picture(data: st.DataObject) -> None:
    curves = [parametric(*SRGB_CURVE), parametric(4, 2.4, 1, 0, 0.1, 0.1, 0, 0), parametric(2, 2.4, 0, 0.5, 0.1), table(0),
              table(1, 2)]
    whole = bytearray(profile(data.draw(st.sampled_from(curves))))
    for _ in range(data.draw(st.integers(0, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    stranger = bytes(whole[:data.draw(st.integers(0, len(whole)))] if data.draw(st.booleans()) else whole)
    pixels = colours()[:20, :20]
    found = to_srgb(pixels.copy(), stranger)
    assert (found.shape, found.dtype) == (pixels.shape, pixels.dtype)
    if _shaper(stranger):
        assert np.abs(found - by_littlecms(pixels, stranger).astype(int)).max() <= 2 * EXACT
    is_srgb(stranger)
