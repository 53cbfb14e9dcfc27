"""Recall, precision and harmonic mean where something has no value: one rule for records and for figures of an evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from stages.evaluate.formulas import harmonic, share
from stages.evaluate.rates import make_rates


@pytest.mark.parametrize(("right", "truth", "found", "expected"), [
    (0, 0, 0, None), (0, 5, 0, 0.0), (0, 0, 5, 0.0), (0, 5, 5, 0.0), (2, 4, 2, 2 / 3), (3, 3, 3, 1.0)])
def test_records_and_figures_have_one_rule(right: int, truth: int, found: int, expected: float | None) -> None:
    assert make_rates(right, truth, right, found).hmean == pytest.approx(expected)
    parts = np.array([float(right)])
    figure = harmonic(share(parts, np.array([float(truth)])), share(parts, np.array([float(found)])))[0]
    assert (None if np.isnan(figure) else figure) == pytest.approx(expected)
