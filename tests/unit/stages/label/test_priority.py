"""What is labelled first."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from schemas.labelling import Waiting
from schemas.reading import Summary
from stages.label.priority import in_order


def waits(name: str, uncertainty: float = 0.1, slices: tuple[str, ...] = (), cluster: str = "",
          submitter: str = "kim") -> Waiting:
    return Waiting(name, f"reading {name}", Summary(3, uncertainty, slices), 1600, 1200, cluster or name, submitter, "demo")


def ids(items: Iterable[Waiting]) -> list[str]:
    return [item.image_id for item in items]


def test_requested_slices_come_first_then_the_unsure() -> None:
    items = [waits("sure"), waits("unsure", 0.5), waits("written", 0.2, ("handwritten",)), waits("upright", 0.1, ("vertical",))]
    assert ids(in_order(items, ["vertical", "handwritten"])) == ["upright", "written", "unsure", "sure"]
    assert ids(in_order(items, [])) == ["unsure", "written", "sure", "upright"]


def test_the_like_of_what_was_seen_comes_later() -> None:
    items = [waits("a1", cluster="a"), waits("a2", cluster="a"), waits("b", submitter="kim"), waits("c", submitter="lee")]
    assert ids(in_order(items, [])) == ["a1", "c", "b", "a2"]


@given(st.lists(st.builds(waits, st.text("abcdef0123", min_size=1, max_size=6), st.floats(0, 1),
                          st.sets(st.sampled_from(["vertical", "ko"])).map(tuple), st.sampled_from(["x", "y"])),
                unique_by=lambda item: item.image_id))
def test_every_image_keeps_a_place(items: list[Waiting]) -> None:
    ordered = in_order(items, ["vertical"])
    assert sorted(ids(ordered)) == sorted(ids(items))
    assert ordered == in_order(reversed(items), ["vertical"])
