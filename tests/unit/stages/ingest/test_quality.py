"""Only pictures on which nothing can be read are refused for their quality; the thresholds were set on other pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from schemas.submission import Reason, Rejection
from stages.ingest.canonical import Canonical, canonicalise
from stages.ingest.limits import Limits
from stages.ingest.quality import judge
from tests.made_pictures import hopeless, readable

pytestmark = pytest.mark.slow

SEEDS = (10, 13)
QUALITY = {Reason.BLANK, Reason.TOO_DARK, Reason.TOO_BLURRED}


def sent(image: Image.Image) -> Canonical | Rejection:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return canonicalise(out.getvalue(), Limits(), crops=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_wrote_few_words_is_not_refused(seed: int) -> None:
    refused = {name: result for name, make in readable(seed).items() if isinstance(result := sent(make()), Rejection)}
    assert refused == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_nobody_can_read_is_refused(seed: int) -> None:
    """Blobs may pass: in a blurred picture some edge is always steeper than the others, and the OCR finds no text there."""
    found = {name: sent(make()) for name, make in hopeless(seed).items() if name != "blobs"}
    assert {name for name, result in found.items() if not isinstance(result, Rejection) or result.reason not in QUALITY} == set()


def test_black_letters_on_a_strip_that_is_much_longer_than_high() -> None:
    image = Image.new("RGB", (6000, 200), "white")
    image.paste(readable(0)["a line of 8 points on 12 megapixels"]().crop((380, 1480, 900, 1560)), (2000, 60))
    assert isinstance(sent(image), Canonical)


@settings(max_examples=60, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60))))
def test_any_small_picture_is_judged(picture: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
    assert judge(picture, Limits()) is None or isinstance(judge(picture, Limits()), Rejection)
    assert judge(picture, Limits(least_brightness=0, least_contrast=0, least_sharpness=0)) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 255), st.integers(1, 200), st.integers(1, 200))
def test_one_grey_is_refused(grey: int, width: int, height: int) -> None:
    assert judge(np.full((height, width), grey, np.uint8), Limits()) is not None
