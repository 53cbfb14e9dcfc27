"""Memory of two processes: what one puts the other sees, it grows, and it is no file that anybody could leave behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from adapters.ocr import shared_pixels
from adapters.ocr.shared_pixels import SharedPixels

ARRAYS = st.lists(arrays(np.uint8, array_shapes(min_dims=1, max_dims=3, max_side=40)) |
                  arrays(np.float32, array_shapes(min_dims=2, max_dims=2), elements=st.just(0.5)), max_size=6)


@settings(max_examples=40, deadline=None)
@given(ARRAYS, ARRAYS)
def test_the_other_side_sees_what_was_put(first: list[Any], second: list[Any]) -> None:
    mine = SharedPixels()
    assert str(Path(f"/proc/self/fd/{mine.descriptor}").readlink()).startswith("/memfd:")
    theirs = SharedPixels(os.dup(mine.descriptor))
    places = mine.put(first)
    answers = theirs.put(second, after=max((place.end for place in places), default=0))
    for wanted, place, side in [*((a, p, theirs) for a, p in zip(first, places, strict=True)),
                                *((a, p, mine) for a, p in zip(second, answers, strict=True))]:
        found = side.at(place)
        assert found.dtype == wanted.dtype
        assert np.array_equal(found, wanted)
    mine.close()
    theirs.close()


def test_what_an_unusually_large_picture_took_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_pixels, "KEPT", 1 << 20)
    memory = SharedPixels()
    (place,) = memory.put([np.full((2000, 3000, 3), 7, np.uint8)])
    large = os.fstat(memory.descriptor).st_size
    assert large >= place.end
    memory.shrink()
    assert os.fstat(memory.descriptor).st_size == 1 << 20
    (place,) = memory.put([np.full((2000, 3000, 3), 8, np.uint8)])
    assert (memory.at(place) == 8).all()
    memory.close()
