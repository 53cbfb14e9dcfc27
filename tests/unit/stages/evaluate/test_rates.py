"""The harmonic mean where recall, precision or both have no value."""

from __future__ import annotations

import numpy as np
import pytest

from stages.evaluate.formulas import harmonic, share


@pytest.mark.parametrize(("right", "truth", "found", "expected"), [
    (0, 0, 0, None), (0, 5, 0, 0.0), (0, 0, 5, 0.0), (0, 5, 5, 0.0), (2, 4, 2, 2 / 3), (3, 3, 3, 1.0)])
def test_one_without_a_value_makes_it_nought_and_two_none(right: int, truth: int, found: int, expected: float | None) -> None:
    parts = np.array([float(right)])
    figure = harmonic(share(parts, np.array([float(truth)])), share(parts, np.array([float(found)])))[0]
    assert (None if np.isnan(figure) else figure) == pytest.approx(expected)
