"""What grey values of one picture are in another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from stages.ingest.tones import tones


@given(arrays.arrays(np.uint8, st.integers(1, 400)), st.integers(0, 2**32 - 1))
def test_a_curve_never_falls(source: NDArray[np.uint8], seed: int) -> None:
    found = tones(source, np.random.default_rng(seed).integers(0, 256, len(source), dtype=np.uint8))
    assert found.shape == (256,)
    assert (np.diff(found) >= 0).all()


def test_a_burnt_out_copy_is_told_by_its_original() -> None:
    original = np.tile(np.arange(256, dtype=np.uint8), 40)
    burnt = np.clip(original * 1.5, 0, 255).astype(np.uint8)
    assert np.abs(tones(original, burnt) - np.clip(np.arange(256) * 1.5, 0, 255)).max() < 1
