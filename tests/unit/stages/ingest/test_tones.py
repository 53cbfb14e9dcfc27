"""What grey values of one picture are in another."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from stages.ingest.tones import tones


@given(arrays.arrays(np.uint8, st.integers(1, 400)), st.integers(0, 2**32 - 1))
def test_a_curve_never_falls_and_tells_no_more_than_all(source: NDArray[np.uint8], seed: int) -> None:
    target = np.random.default_rng(seed).integers(0, 256, len(source), dtype=np.uint8)
    found = tones(source, target)
    assert found.values.shape == (256,) and (np.diff(found.values) >= 0).all()
    assert -1e-6 <= found.rest <= 1 + 1e-6 or target.var() == 0


def test_a_burnt_out_copy_is_told_by_its_original_and_not_the_other_way_round() -> None:
    original = np.tile(np.arange(256, dtype=np.uint8), 40)
    burnt = np.clip(original * 1.5, 0, 255).astype(np.uint8)
    to_burnt, to_original = tones(original, burnt), tones(burnt, original)
    assert np.abs(to_burnt.values - np.clip(np.arange(256) * 1.5, 0, 255)).max() < 1
    assert to_burnt.rest < 1e-4 < 0.02 < to_original.rest
