"""The samples that a release's card shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reading import ALL_SLICES
from schemas.sample import Candidate, Planned
from stages.export.shown import chosen

pytestmark = pytest.mark.slow

SPLITS = ("train", "val", "test")


def candidate(number: int, slices: tuple[str, ...], split: str = "train", campaign: str = "demo") -> Planned:
    name = f"{number:064x}"
    found = Candidate(name, "r", "image/jpeg", 10, 10, name, campaign, "s", "scene_text", "line", slices, None)
    return Planned(found, name, split)


@given(st.lists(st.tuples(st.lists(st.sampled_from(ALL_SLICES[:10]), unique=True).map(lambda names: tuple(sorted(names))),
                          st.sampled_from(SPLITS), st.sampled_from(["a", "b"])), max_size=40), st.randoms())
def test_the_strip_shows_each_slice_that_there_is(items, chance):
    planned = [candidate(number, *item) for number, item in enumerate(items)]
    found = chosen(planned, 10)
    assert len({item.image_id for item in found}) == len(found) == min(10, len(planned))
    assert {name for item in found for name in item.candidate.slices} == {name for names, _, _ in items for name in names}
    chance.shuffle(planned)
    assert chosen(planned, 10) == found


def test_the_strip_shows_each_split_and_prefers_images_with_regions():
    planned = [candidate(0, ()), *(candidate(number, ("ko", "text")) for number in range(1, 20)),
               candidate(20, ("ko", "text"), "test"), candidate(21, ("ko", "text"), campaign="other")]
    found = [int(item.image_id, 16) for item in chosen(planned, 5)]
    assert found == [1, 2, 3, 20, 21]
