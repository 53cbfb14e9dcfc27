"""Data sets of others are read whole: every region of their truth files, with its text and its place."""

from __future__ import annotations

from collections import Counter

import pytest

from saegim.labels.doubts import DOUBTFUL
from saegim.labels.reading import recognised
from tests.real_sets import REAL_SETS, RealSet, against_truth, is_there

QUIRKS = {
    "receipts": {},
    "korean_pages": {"boxes of the words of a line": 2145, "nobody wrote what it says: illegible": 24,
                     DOUBTFUL: 2},
    "icdar_toy": {"class of a key or value": 82, "nobody wrote its text: only its outline is there": 21,
                  "corners ran from the lower left, as WildReceipt has them: put in order from the upper left": 86,
                  "no label file names this picture": 11},
}
"""What there is to be said of each, and of how many."""


@pytest.mark.slow
@pytest.mark.parametrize("real", REAL_SETS, ids=lambda real: real.name)
def test_every_region_of_the_truth_is_read(real: RealSet) -> None:
    if not is_there(real):
        pytest.skip(f"../shared/data/{real.name} is not on this machine")
    found = against_truth(real)
    assert (found.images, found.right, found.more) == (real.pictures, found.regions, 0)
    assert found.findings.regions_in == found.regions
    if real.name in QUIRKS:
        assert dict(Counter(remark.reason for remark in found.findings.remarks)) == QUIRKS[real.name]


@pytest.mark.parametrize("real", [real for real in REAL_SETS if real.form != "pictures"], ids=lambda real: real.name)
def test_its_format_is_told_by_its_looks(real: RealSet) -> None:
    if not is_there(real):
        pytest.skip(f"../shared/data/{real.name} is not on this machine")
    assert [guess.form.name for guess in recognised(real.folder)] == [real.form]
