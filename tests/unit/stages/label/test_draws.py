"""Draws follow from content, are about their share, and know nothing of each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.label.draws import drawn, place


@given(st.text(min_size=1), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_keeps_who_was_drawn(subject: str, one: float, other: float) -> None:
    small, large = sorted((one, other))
    assert drawn(large, "gold", "c", subject) or not drawn(small, "gold", "c", subject)
    assert 0 <= place("gold", "c", subject) < 1
    assert not drawn(0, "gold", "c", subject)
    assert drawn(1, "gold", "c", subject)


def test_shares_are_about_what_they_say_and_independent() -> None:
    ids = [f"image {number}" for number in range(4000)]
    both = [drawn(0.1, "gold", "c", name) and drawn(0.1, "overlap", "c", name) for name in ids]
    assert sum(drawn(0.1, "gold", "c", name) for name in ids) == pytest.approx(400, abs=80)
    assert sum(both) == pytest.approx(40, abs=25)
